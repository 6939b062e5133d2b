"""Which report is due, and when the next one is: pure. A report is of whole days, and of each site by its own days."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trailhouse.core.periods import Period, between, start_of

DAY = timedelta(days=1)
EVERY = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Due:
    """A report: its days, both included, and the moment from which it is to be sent."""

    first: date
    last: date
    at: datetime

    @property
    def key(self) -> str:
        """What names the days: "2026-11-16/2026-11-22"."""
        return f"{self.first.isoformat()}/{self.last.isoformat()}"

    def period(self, zone: ZoneInfo) -> Period:
        """The days where `zone` is. A whole month is compared with the month before, whatever their lengths."""
        period = between(self.first, self.last, zone)
        whole = self.first.day == 1 and self.last.day == monthrange(self.last.year, self.last.month)[1]
        is_month = whole and (self.first.year, self.first.month) == (self.last.year, self.last.month)
        return Period(period.start, period.end, zone, "month") if is_month else period


def newest(every: str, hour: int, clock: ZoneInfo, zones: Collection[ZoneInfo], now: datetime) -> Due:
    """The newest report that is due at `now`. See `_due` for the arguments."""
    day = now.astimezone(UTC).date() + 2 * DAY
    while (due := _due(every, hour, clock, zones, _last_before(every, day))).at > now:
        day = due.first
    return due


def following(every: str, hour: int, clock: ZoneInfo, zones: Collection[ZoneInfo], now: datetime) -> datetime:
    """The first moment after `now` at which a report is to be sent."""
    last = newest(every, hour, clock, zones, now).last
    while (due := _due(every, hour, clock, zones, last)).at <= now:
        last = _end_of(every, last + DAY)
    return due.at


def _due(every: str, hour: int, clock: ZoneInfo, zones: Collection[ZoneInfo], last: date) -> Due:
    """The report that ends with `last`: sent when the clock of `clock` first shows `hour` after its days are over.

    `zones` are those of the sites; the days are over when they are over at all of them.
    """
    over = max(start_of(last + DAY, zone) for zone in zones)
    day = over.astimezone(clock).date()
    while (at := datetime.combine(day, time(hour), clock).astimezone(UTC)) < over:
        day += DAY
    return Due(_first(every, last), last, at)


def _first(every: str, last: date) -> date:
    return {"day": last, "week": last - 6 * DAY, "month": last.replace(day=1)}[every]


def _last_before(every: str, day: date) -> date:
    """The last day of the newest whole period that ends before `day`."""
    yesterday = day - DAY
    end = _end_of(every, yesterday)
    return end if end == yesterday else _first(every, end) - DAY


def _end_of(every: str, day: date) -> date:
    """The last day of the period that `day` is in. Weeks begin on Monday."""
    if every == "day":
        return day
    if every == "week":
        return day + (6 - day.weekday()) * DAY
    return day.replace(day=monthrange(day.year, day.month)[1])
