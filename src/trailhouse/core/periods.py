"""Periods of a report: half-open spans of time, cut at the days of the site's time zone.

Everything is computed on the UTC instant; the zone only says where a day, an hour or a month begins. So a day may have
23 or 25 hours, a zone may be half an hour off, and an hour that comes twice is two hours.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["minute", "hour", "day", "week", "month"]

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
REALTIME = timedelta(minutes=5)
CLOCK_LEAD = timedelta(seconds=5)  # what a slightly fast clock may date ahead counts as now
MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """One interval of a chart: [start, end) in UTC, cut at the period's own ends.

    `label` is the local beginning of the whole interval: "2026-10-25" for a day, week (its Monday) or month,
    "2026-10-25T02:00:00+01:00" for an hour or minute. Labels are unique within a period.
    """

    start: datetime
    end: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end): aware datetimes in UTC, with the zone whose days count. `name` says how it was asked for."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    name: str = "custom"

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            raise ValueError(f"{self.start!r} to {self.end!r}: a period is kept in UTC")
        if self.end <= self.start:
            raise ValueError(f"{self.start} to {self.end}: a period ends after it starts")

    @property
    def first_day(self) -> date:
        """The local day in which the period starts."""
        return self.start.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        """The last local day of which the period holds something."""
        return (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()

    @property
    def whole_days(self) -> bool:
        """Whether the period begins and ends where local days do."""
        return self.start == start_of(self.first_day, self.zone) and self.end == start_of(
            self.last_day + DAY, self.zone
        )

    @property
    def days(self) -> int:
        """How many local days the period touches."""
        return (self.last_day - self.first_day).days + 1

    def previous(self) -> "Period":
        """The span of the same length just before: the same number of days, or the month or year before."""
        if self.name in _CALENDAR and self.whole_days:
            first = _CALENDAR[self.name](self.first_day, -1)
            return replace(between(first, self.first_day - DAY, self.zone), name="previous")
        if self.whole_days:
            return replace(between(self.first_day - self.days * DAY, self.first_day - DAY, self.zone), name="previous")
        return Period(self.start - (self.end - self.start), self.start, self.zone, "previous")

    def year_ago(self) -> "Period":
        """The same days (and times of day) one year earlier; 29 February becomes the 28th."""
        if self.whole_days:
            return replace(between(_years(self.first_day, -1), _years(self.last_day, -1), self.zone), name="year_ago")
        start, end = (_shift_local(moment, self.zone, lambda day: _years(day, -1)) for moment in (self.start, self.end))
        return Period(start, max(end, start + timedelta(milliseconds=1)), self.zone, "year_ago")

    def like(self, other: "Period", now: datetime) -> "Period":
        """This period, cut to the part of it that has passed of `other` at `now`, to compare like with like.

        Of a running month compared with the last one: the same days up to the same time of day.
        """
        if not other.start < now < other.end:
            return self
        local = now.astimezone(self.zone)
        day = self.first_day + (local.date() - other.first_day)
        end = _local(datetime.combine(day, local.timetz().replace(tzinfo=None)), self.zone)
        return replace(self, end=min(self.end, max(end, self.start + timedelta(milliseconds=1))))

    def unit(self) -> Unit:
        """The interval that draws this period well."""
        length = self.end - self.start
        return next((unit for most, unit in _UNITS if length <= most), "month")

    def buckets(self, unit: Unit) -> list[Bucket]:
        """The intervals of the period in order, without gap or overlap. Weeks begin on Monday.

        Raises ValueError where there would be more than MOST_BUCKETS.
        """
        return list(_buckets(self, unit))


def named(name: str, zone: ZoneInfo, now: datetime, *, first: date | None = None) -> Period:
    """The period of that name at `now`; ValueError for an unknown name.

    `today` or `day`, `yesterday`, `month` and `year` are whole (they may still run); `7d`, `28d`, `30d`, `91d` (any
    number) are the days before today; `6mo`, `12mo` the calendar months before this one; `24h` the last 24 hours;
    `realtime` the last 5 minutes, `30m` the last 30; `all` runs from `first` (a site's first day) through today.
    """
    today = now.astimezone(zone).date()
    if make := _NAMED.get(name):
        start, end = make(today)
        return replace(between(start, end, zone), name=name)
    if span := _ROLLING.get(name):
        return Period((now - span).astimezone(UTC), (now + CLOCK_LEAD).astimezone(UTC), zone, name)
    if name == "all":
        return replace(between(min(first or today, today), today, zone), name=name)
    if match := re.fullmatch(r"([1-9][0-9]{0,3})d", name):
        return replace(between(today - int(match[1]) * DAY, today - DAY, zone), name=name)
    if match := re.fullmatch(r"([1-9][0-9]?)mo", name):
        month = today.replace(day=1)
        return replace(between(_months(month, -int(match[1])), month - DAY, zone), name=name)
    raise ValueError(f"{name!r} is no period")


def between(first_day: date, last_day: date, zone: ZoneInfo) -> Period:
    """From the beginning of `first_day` to the end of `last_day`, both local. ValueError if they are swapped."""
    if last_day < first_day:
        raise ValueError(f"{first_day} to {last_day}: the last day comes before the first")
    return Period(start_of(first_day, zone), start_of(last_day + DAY, zone), zone)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC; also where midnight is skipped or comes twice."""
    return _local(datetime.combine(day, time()), zone)


@lru_cache(maxsize=20_000)
def _local(naive: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the local clock shows `naive` or, where it is skipped, more."""
    instant = naive.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == naive:
        return instant
    low, high = naive.replace(tzinfo=zone, fold=1).astimezone(UTC), instant  # the jump lies between
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(zone).replace(tzinfo=None) >= naive else (middle, high)
    return high


def _shift_local(moment: datetime, zone: ZoneInfo, move: Callable[[date], date]) -> datetime:
    local = moment.astimezone(zone)
    return _local(datetime.combine(move(local.date()), local.time()), zone)


def _months(day: date, count: int) -> date:
    """The first of the month `count` months after that of `day`."""
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _years(day: date, count: int) -> date:
    try:
        return day.replace(year=day.year + count)
    except ValueError:
        return day.replace(year=day.year + count, day=28)


def _buckets(period: Period, unit: Unit) -> Iterator[Bucket]:
    start, count = period.start, 0
    while start < period.end:
        begin, following = _CUTS[unit](start, period.zone)
        end = min(following, period.end)
        count += 1
        if count > MOST_BUCKETS:
            raise ValueError(f"{period.start} to {period.end} has more than {MOST_BUCKETS} intervals of a {unit}")
        yield Bucket(start, end, begin)
        start = end


def _clock_cut(instant: datetime, zone: ZoneInfo, minutes: int) -> tuple[str, datetime]:
    """Label and end of the hour or minute of `instant`; the hour ends early where the zone changes its offset."""
    offset = instant.astimezone(zone).utcoffset() or timedelta()
    local = instant.astimezone(timezone(offset))
    begin = local.replace(minute=local.minute - local.minute % minutes, second=0, microsecond=0)
    end = instant - (local - begin) + timedelta(minutes=minutes)
    if end.astimezone(zone).utcoffset() != offset:
        low, high = instant, end
        while high - low > timedelta(microseconds=1):
            middle = low + (high - low) / 2
            low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
        end = high
    return begin.isoformat(), end


def _day_cut(instant: datetime, zone: ZoneInfo, first: Callable[[date], date], step: int) -> tuple[str, datetime]:
    begin = first(instant.astimezone(zone).date())
    following = _months(begin, 1) if step == 0 else begin + step * DAY
    end = start_of(following, zone)
    while end <= instant:  # a day that a zone left out
        following += DAY
        end = start_of(following, zone)
    return begin.isoformat(), end


_CUTS: dict[Unit, Callable[[datetime, ZoneInfo], tuple[str, datetime]]] = {
    "minute": lambda at, zone: _clock_cut(at, zone, 1),
    "hour": lambda at, zone: _clock_cut(at, zone, 60),
    "day": lambda at, zone: _day_cut(at, zone, lambda day: day, 1),
    "week": lambda at, zone: _day_cut(at, zone, lambda day: day - day.weekday() * DAY, 7),
    "month": lambda at, zone: _day_cut(at, zone, lambda day: day.replace(day=1), 0),
}

_UNITS: tuple[tuple[timedelta, Unit], ...] = (
    (2 * HOUR, "minute"),
    (49 * HOUR, "hour"),
    (93 * DAY, "day"),
    (200 * DAY, "week"),
)

_NAMED: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today),
    "day": lambda today: (today, today),
    "yesterday": lambda today: (today - DAY, today - DAY),
    "month": lambda today: (today.replace(day=1), _months(today, 1) - DAY),
    "year": lambda today: (today.replace(month=1, day=1), today.replace(month=12, day=31)),
}

_ROLLING: dict[str, timedelta] = {
    "realtime": REALTIME,
    "30m": 6 * REALTIME,
    "24h": DAY,
}

# Periods whose predecessor is the calendar's, not the same number of days.
_CALENDAR: dict[str, Callable[[date, int], date]] = {
    "month": _months,
    "year": _years,
}
