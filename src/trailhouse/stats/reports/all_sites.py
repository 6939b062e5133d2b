"""All sites of a page at once: their days and their totals in one statement, whatever their number.

Each site counts by its own local days. Sites whose days begin at the same instants are read together, so a statement
has as many parts as there are different calendars, not sites; it reads these sites' rows of their 60 days alone.

Figures alone are told, as in the overview, so a strict site needs no other treatment here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from trailhouse.core.clock import to_ms
from trailhouse.core.periods import CLOCK_LEAD, REALTIME, between, start_of
from trailhouse.events.store import Store
from trailhouse.stats.conditions import NO_PING
from trailhouse.stats.params import moment
from trailhouse.stats.scope import WIDE_MS

DAYS = 30  # of the period; as many before it are what it is compared with

# Where a count goes: a place for each of the 60 days, one for the period, one for what it is compared with.
_PERIOD, _BEFORE, _NOWHERE = 2 * DAYS, 2 * DAYS + 1, 2 * DAYS + 2


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of a whole period; a visitor counts once."""

    visitors: int = 0
    visits: int = 0
    pageviews: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """One site, or several added up: its figures by local day, oldest first, and of both periods.

    There are 2 × DAYS days, the last one is today. `before` ends at the present time of day, so that a running day is
    compared with as much of the other.
    """

    visitors: tuple[int, ...] = (0,) * (2 * DAYS)
    visits: tuple[int, ...] = (0,) * (2 * DAYS)
    pageviews: tuple[int, ...] = (0,) * (2 * DAYS)
    period: Totals = Totals()
    before: Totals = Totals()


NOTHING = Figures()


@dataclass(frozen=True)
class _Calendar:
    """The instants, in milliseconds, at which the local days of some zones begin; `end` is when today ends."""

    days: tuple[int, ...]
    end: int
    cut: int  # the end of what the period is compared with

    @classmethod
    def of(cls, zone: ZoneInfo, now: datetime) -> "_Calendar":
        """The calendar of a zone at `now`."""
        today = now.astimezone(zone).date()
        period = between(today - timedelta(DAYS - 1), today, zone)
        days = tuple(to_ms(start_of(today - timedelta(ago), zone)) for ago in range(2 * DAYS - 1, -1, -1))
        return cls(days, to_ms(period.end), to_ms(period.previous().like(period, now).end))

    @cached_property
    def marks(self) -> list[int]:
        """All instants at which a count begins to go elsewhere; the first stands for all time before."""
        return sorted({0, *self.days, self.cut, self.end})

    def places(self, mark: int) -> tuple[int, int]:
        """Where the counts from a mark on go: their day and their period."""
        if not self.days[0] <= mark < self.end:
            return _NOWHERE, _NOWHERE
        day = sum(start <= mark for start in self.days) - 1
        return day, _PERIOD if day >= DAYS else _BEFORE if mark < self.cut else _NOWHERE


def all_sites(store: Store, zones: Mapping[int, str], now: datetime) -> dict[int, Figures]:
    """The figures of sites by their number; `zones` has their time zones. A site that nobody visited is left out."""
    if not zones:
        return {}
    found = {}
    for site_id, visitors, visits, pageviews in store.rows(statement(zones, now)):
        period, before = (Totals(visitors[at], visits[at], pageviews[at]) for at in (_PERIOD, _BEFORE))
        days = [tuple(column[: 2 * DAYS]) for column in (visitors, visits, pageviews)]
        if any(map(any, days)):
            found[site_id] = Figures(days[0], days[1], days[2], period, before)
    return found


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


def added(several: Iterable[Figures]) -> Figures:
    """Sites added up. A visitor of two of them counts twice: nobody is matched across sites."""
    found = list(several)
    if not found:
        return NOTHING
    visitors, visits, pageviews = (
        tuple(map(sum, zip(*(getattr(one, name) for one in found), strict=True))) for name in _NAMES
    )
    return Figures(
        visitors, visits, pageviews, _sum([one.period for one in found]), _sum([one.before for one in found])
    )


def _sum(several: list[Totals]) -> Totals:
    return Totals(*(sum(getattr(one, name) for one in several) for name in _NAMES))


_NAMES = ("visitors", "visits", "pageviews")


# -- the statement


def statement(zones: Mapping[int, str], now: datetime) -> str:
    """A line a site: its number and, for visitors, visits and pageviews, the count at each place."""
    parts = [_read(calendar, site_ids) for calendar, site_ids in _calendars(zones, now).items()]
    size = _NOWHERE
    columns = ", ".join(f"groupArrayInsertAt(0, {size})({name}, place)" for name in _NAMES)
    return (
        f"SELECT site_id, {columns} FROM ("
        "SELECT site_id, place, uniqExactMergeIf(people, has(seen, place)) AS visitors,"
        " uniqExactMergeIf(started, has(began, place)) AS visits, sumIf(views, has(seen, place)) AS pageviews"
        f" FROM ({' UNION ALL '.join(parts)}) WHERE place < {_NOWHERE} GROUP BY site_id, place) GROUP BY site_id"
    )


def _calendars(zones: Mapping[int, str], now: datetime) -> dict[_Calendar, list[int]]:
    of_zone = {name: _Calendar.of(ZoneInfo(name), now) for name in set(zones.values())}
    found: dict[_Calendar, list[int]] = defaultdict(list)
    for site_id, name in zones.items():
        found[of_zone[name]].append(site_id)
    return found


def _read(calendar: _Calendar, site_ids: Collection[int]) -> str:
    """The sets of visitors and visits of these sites, split by where they go, once for each place.

    An event counts when it happened, a visit when it started, which may be on another day.
    """
    marks = f"{calendar.marks}::Array(Int64)"
    rows = (
        f"SELECT site_id, roundDown(toUnixTimestamp64Milli(ts), {marks}) AS at,"
        f" roundDown(toUnixTimestamp64Milli(visit_started), {marks}) AS start,"
        " uniqExactState(visitor_id) AS people, uniqExactState(visit_id) AS started,"
        " countIf(name = 'pageview') AS views"
        f" FROM events WHERE site_id IN ({_numbers(site_ids)}) AND ts >= {moment(calendar.days[0] - WIDE_MS)}"
        f" AND ts < {moment(calendar.end + WIDE_MS)} AND {NO_PING} GROUP BY site_id, at, start"
    )
    places = str([list(calendar.places(mark)) for mark in calendar.marks])
    return (
        f"SELECT site_id, people, started, views, {places}[indexOf({marks}, at)] AS seen,"
        f" {places}[indexOf({marks}, start)] AS began, arrayJoin(arrayDistinct(arrayConcat(seen, began))) AS place"
        f" FROM ({rows})"
    )


def _numbers(site_ids: Collection[int]) -> str:
    return ", ".join(str(int(number)) for number in sorted(site_ids))
