"""All sites of a page at once: their days and their totals in one statement that reads each row once.

Each site counts by its own local days. Sites whose days begin at the same instants are read together, so a statement
has as many parts as there are different calendars, not sites; it reads these sites' rows of their 60 days alone.

Whoever came is noted in a set a site and day, and in one a site and period: rows of a site lie together, so each of
these small sets stays in the processor's cache, which one table of all visitors of all sites would not.

Figures alone are told, as in the overview, so a strict site needs no other treatment here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trailhouse.core.clock import to_ms
from trailhouse.core.periods import CLOCK_LEAD, REALTIME, between, start_of
from trailhouse.events.store import Store
from trailhouse.stats.conditions import NO_PING
from trailhouse.stats.params import moment
from trailhouse.stats.scope import WIDE_MS

DAYS = 30  # of the period; as many before it are what it is compared with

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Series:
    """One figure by local day, oldest first, and in both periods, where a visitor counts once.

    There are 2 × DAYS days, the last one is today. `before` ends at the present time of day, so that a running day is
    compared with as much of the other.
    """

    days: tuple[int, ...] = (0,) * (2 * DAYS)
    period: int = 0
    before: int = 0


Figures = Mapping[str, Series]  # by metric: those of METRICS that were asked for
NOTHING = Series()


@dataclass(frozen=True)
class _Calendar:
    """The instants, in milliseconds, at which the local days of some zones begin and, last, at which today ends."""

    days: tuple[int, ...]
    cut: int  # the end of what the period is compared with

    @classmethod
    def of(cls, zone: ZoneInfo, now: datetime) -> "_Calendar":
        """The calendar of a zone at `now`."""
        today = now.astimezone(zone).date()
        period = between(today - timedelta(DAYS - 1), today, zone)
        days = tuple(to_ms(start_of(today - timedelta(ago), zone)) for ago in range(2 * DAYS - 1, -2, -1))
        return cls(days, to_ms(period.previous().like(period, now).end))

    def within(self, column: str, wide_ms: int = 0) -> str:
        """Whether a moment lies in the 60 days, widened on both sides."""
        return f"{column} >= {moment(self.days[0] - wide_ms)} AND {column} < {moment(self.days[-1] + wide_ms)}"

    def whole(self, column: str) -> str:
        """SQL: whether a moment within the 60 days counts in the total of its half of them."""
        return f"{column} >= {moment(self.days[DAYS])} OR {column} < {moment(self.cut)}"

    def day(self, column: str) -> str:
        """SQL: the place of a moment's day, 0 to 2 × DAYS - 1, by division, as if all days had 24 hours.

        Where one is longer, what comes after its 24 hours is moved back by the rest; after a shorter one, on.
        """
        ms = f"toUnixTimestamp64Milli({column})"
        moved = ""
        for start, end in zip(self.days, self.days[1:], strict=False):
            if rest := end - start - _DAY_MS:
                moved += f" - {rest} * ({ms} >= {min(start + _DAY_MS, end)})"
        return f"toUInt8(intDiv({ms} - {self.days[0]}{moved}, {_DAY_MS}))"


# -- what is counted: SQL of what is told of the rows of a site and a half of its 60 days, by day and in all


def _different(whom: str) -> str:
    return f"uniqExactResample(0, {DAYS}, 1)({whom}, day), uniqExactIf({whom}, whole)"


def _rows_where(condition: str) -> str:
    return f"countResampleIf(0, {DAYS}, 1)(day, {condition}), countIf(whole AND {condition})"


@dataclass(frozen=True, slots=True)
class _Metric:
    """A figure: its SQL, and the column whose day it belongs to."""

    told: str
    column: str = "ts"
    wide_ms: int = 0  # how far from the days of `column` an event may lie


METRICS = {
    "visitors": _Metric(_different("visitor_id")),
    # By their start: a visit may have its only event that counts on another day.
    "visits": _Metric(_different("visit_id"), "visit_started", WIDE_MS),
    "pageviews": _Metric(_rows_where("name = 'pageview'")),
}
PAGE = ("visitors", "pageviews")  # the account page's


def all_sites(
    store: Store, zones: Mapping[int, str], now: datetime, metrics: Collection[str] = PAGE
) -> dict[int, Figures]:
    """The figures of sites by their number; `zones` has their time zones. A site that nobody visited is left out."""
    if not zones:
        return {}
    halves: dict[int, dict[str, list[_Half]]] = defaultdict(lambda: {name: [_NO_HALF, _NO_HALF] for name in metrics})
    for names in _together(metrics):
        for site_id, later, *told in store.rows(statement(zones, now, names)):
            for name, days, total in zip(names, told[::2], told[1::2], strict=True):
                halves[site_id][name][later] = days, total
    return {site_id: {name: _series(*both) for name, both in told.items()} for site_id, told in halves.items()}


_Half = tuple[Sequence[int], int]  # its days, and the whole of it
_NO_HALF: _Half = ((0,) * DAYS, 0)


def _series(before: _Half, period: _Half) -> Series:
    return Series((*before[0], *period[0]), period[1], before[1])


def current_visitors(store: Store, site_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Who is on each site at `now`: visitors of the last five minutes. A site without any is left out."""
    if not site_ids:
        return {}
    rows = store.rows(
        f"SELECT site_id, uniqExact(visitor_id) FROM events WHERE site_id IN ({_numbers(site_ids)})"
        f" AND ts >= {moment(to_ms(now - REALTIME))} AND ts < {moment(to_ms(now + CLOCK_LEAD))} AND {NO_PING}"
        " GROUP BY site_id"
    )
    return dict(rows)


def added(several: Iterable[Series]) -> Series:
    """Sites added up. A visitor of two of them counts twice: nobody is matched across sites."""
    found = list(several)
    if not found:
        return NOTHING
    days = tuple(map(sum, zip(*(one.days for one in found), strict=True)))
    return Series(days, sum(one.period for one in found), sum(one.before for one in found))


# -- the statement


def _together(metrics: Collection[str]) -> list[tuple[str, ...]]:
    """The metrics that one statement tells: those that read the same rows."""
    found: dict[str, tuple[str, ...]] = {}
    for name in metrics:
        found[METRICS[name].column] = (*found.get(METRICS[name].column, ()), name)
    return list(found.values())


def statement(zones: Mapping[int, str], now: datetime, metrics: Collection[str] = PAGE) -> str:
    """A line a site and half of the 60 days: the site, whether it is the later half, and of each metric days and total.

    The metrics are of those that belong to the day of one column. A half is a group of its own, so that the store needs
    half the memory for a site with very many visitors. The order makes one block of the answer, which is read faster.
    """
    parts = (_part(calendar, site_ids, metrics) for calendar, site_ids in _calendars(zones, now).items())
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY site_id, later"


def _part(calendar: _Calendar, site_ids: Collection[int], metrics: Collection[str]) -> str:
    asked = [METRICS[name] for name in metrics]
    column, wide_ms = asked[0].column, asked[0].wide_ms
    when = calendar.within("ts", wide_ms) + (f" AND {calendar.within(column)}" if wide_ms else "")
    return (
        f"SELECT site_id, place >= {DAYS} AS later, {', '.join(metric.told for metric in asked)} FROM ("
        f"SELECT site_id, name, visitor_id, visit_id, {calendar.day(column)} AS place, place % {DAYS} AS day,"
        f" {calendar.whole(column)} AS whole FROM events"
        f" WHERE site_id IN ({_numbers(site_ids)}) AND {when} AND {NO_PING}) GROUP BY site_id, later"
    )


def _calendars(zones: Mapping[int, str], now: datetime) -> dict[_Calendar, list[int]]:
    of_zone = {name: _Calendar.of(ZoneInfo(name), now) for name in set(zones.values())}
    found: dict[_Calendar, list[int]] = defaultdict(list)
    for site_id, name in zones.items():
        found[of_zone[name]].append(site_id)
    return found


def _numbers(site_ids: Collection[int]) -> str:
    return ", ".join(str(int(number)) for number in sorted(site_ids))
