"""From a report's state to the periods that it asks about."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from trailhouse.core.periods import Period, Unit, between, named
from trailhouse.dashboard.state import CUSTOM, State

DAY = timedelta(days=1)
_RECENT_DAYS = {"7d": 7, "30d": 30, "91d": 91}  # today included


@dataclass(frozen=True, slots=True)
class Span:
    """The period of a report and what it is compared with.

    `comparison` is cut to the part that has passed of a running period, so that figures compare like with like;
    `drawn` is the whole of it, for the chart.
    """

    period: Period
    unit: Unit
    comparison: Period | None
    drawn: Period | None


def span_of(state: State, zone: ZoneInfo, now: datetime, first: date | None = None) -> Span:
    """The span of `state` at `now`; `first` is the site's first day, for "all"."""
    period = _period(state, zone, now, first)
    drawn = _comparison(state, period)
    return Span(period, period.unit(), drawn.like(period, now) if drawn else None, drawn)


def _period(state: State, zone: ZoneInfo, now: datetime, first: date | None) -> Period:
    today = now.astimezone(zone).date()
    if state.period == CUSTOM and state.first and state.last:
        return between(state.first, state.last, zone)
    if days := _RECENT_DAYS.get(state.period):
        return replace(between(today - (days - 1) * DAY, today, zone), name=state.period)
    if state.period == "last_month":
        last = today.replace(day=1) - DAY
        return replace(between(last.replace(day=1), last, zone), name="month")
    if state.period == "12mo":
        start = date(today.year - (today.month < 12), today.month % 12 + 1, 1)
        return replace(between(start, today, zone), name="12mo")
    if state.period in ("month", "year"):
        whole = named(state.period, zone, now)
        return replace(between(whole.first_day, today, zone), name=state.period)
    return named(state.period, zone, now, first=first)


def _comparison(state: State, period: Period) -> Period | None:
    if state.compare == CUSTOM and state.compare_first and state.compare_last:
        return between(state.compare_first, state.compare_last, period.zone)
    if state.compare == "year":
        return period.year_ago()
    if state.compare == "none" or period.name == "all":
        return None
    return period.previous()
