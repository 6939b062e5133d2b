"""All sites of a page at once: their days and their totals in one statement, whatever their number.

Each site counts by its own local days. Sites whose days begin at the same instants are read together, so a statement
has as many parts as there are different calendars, not sites; it reads these sites' rows of their 60 days alone.

A place is a day, the period, or what the period is compared with: 62 of them, so the places at which somebody was seen
fit into the bits of one number, and one pass over a site's visitors tells them all.

Figures alone are told, as in the overview, so a strict site needs no other treatment here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
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

_PERIOD, _BEFORE = 2 * DAYS, 2 * DAYS + 1  # the places after those of the days
_PLACES = 2 * DAYS + 2
_DAY_MS = 86_400_000
_SPILL = {"max_bytes_before_external_group_by": 150_000_000}  # of very many visitors the store keeps some on disk


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

    def bits(self, column: str) -> str:
        """SQL: a number with a bit for each place to which a moment within the 60 days belongs."""
        ms = f"toUnixTimestamp64Milli({column})"
        day = f"bitShiftLeft(toUInt64(1), toUInt8(greatest(0, {self._day(ms)})))"
        period, before = (f"toUInt64({1 << place})" for place in (_PERIOD, _BEFORE))
        return f"bitOr({day}, multiIf({ms} >= {self.days[DAYS]}, {period}, {ms} < {self.cut}, {before}, toUInt64(0)))"

    def _day(self, ms: str) -> str:
        """SQL: the place of a moment's day, by division, as far as days have 24 hours one after another."""
        stretches = []
        first = 0
        for place, (start, end) in enumerate(zip(self.days, self.days[1:], strict=False)):
            if end - start != _DAY_MS or place == 2 * DAYS - 1:
                stretches += [
                    f"{ms} < {end}",
                    f"least({first} + intDiv({ms} - {self.days[first]}, {_DAY_MS}), {place})",
                ]
                first = place + 1
        return f"multiIf({', '.join(stretches)}, {2 * DAYS - 1})"


def _visitors(sites: str, calendar: _Calendar) -> str:
    seen = f"SELECT site_id, groupBitOr({calendar.bits('ts')}) AS bits FROM events"
    return _counted(f"{seen} WHERE {sites} AND {calendar.within('ts')} AND {NO_PING} GROUP BY site_id, visitor_id")


def _visits(sites: str, calendar: _Calendar) -> str:
    """By their start: a visit may have its only event that counts on another day."""
    began = f"SELECT site_id, any({calendar.bits('visit_started')}) AS bits FROM events WHERE {sites}"
    when = f"{calendar.within('ts', WIDE_MS)} AND {calendar.within('visit_started')}"
    return _counted(f"{began} AND {when} AND {NO_PING} GROUP BY site_id, visit_id")


def _pageviews(sites: str, calendar: _Calendar) -> str:
    views = f"SELECT site_id, {calendar.bits('ts')} AS bits FROM events"
    return _counted(f"{views} WHERE {sites} AND {calendar.within('ts')} AND name = 'pageview'")


def _counted(rows: str) -> str:
    return f"SELECT site_id, bits, count() AS n FROM ({rows}) GROUP BY site_id, bits"


METRICS = {"visitors": _visitors, "visits": _visits, "pageviews": _pageviews}
PAGE = ("visitors", "pageviews")  # the account page's


def all_sites(
    store: Store, zones: Mapping[int, str], now: datetime, metrics: Collection[str] = PAGE
) -> dict[int, Figures]:
    """The figures of sites by their number; `zones` has their time zones. A site that nobody visited is left out."""
    if not zones:
        return {}
    names = list(metrics)
    found: dict[int, dict[str, Series]] = defaultdict(lambda: dict.fromkeys(names, NOTHING))
    for site_id, place, counts in store.rows(statement(zones, now, names), None, **_SPILL):
        found[site_id][names[place]] = Series(tuple(counts[: 2 * DAYS]), counts[_PERIOD], counts[_BEFORE])
    return dict(found)


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


def statement(zones: Mapping[int, str], now: datetime, metrics: Collection[str] = PAGE) -> str:
    """A line a site and metric: the site's number, the metric's place among `metrics`, the count at each place."""
    parts = [
        f"SELECT {number} AS metric, * FROM ({METRICS[name](f'site_id IN ({_numbers(site_ids)})', calendar)})"
        for calendar, site_ids in _calendars(zones, now).items()
        for number, name in enumerate(metrics)
    ]
    return (
        f"SELECT site_id, metric, groupArrayInsertAt(0, {_PLACES})(total, place) FROM ("
        "SELECT site_id, metric, arrayJoin(bitPositionsToArray(bits)) AS place, sum(n) AS total"
        f" FROM ({' UNION ALL '.join(parts)}) GROUP BY site_id, metric, place) GROUP BY site_id, metric"
    )


def _calendars(zones: Mapping[int, str], now: datetime) -> dict[_Calendar, list[int]]:
    of_zone = {name: _Calendar.of(ZoneInfo(name), now) for name in set(zones.values())}
    found: dict[_Calendar, list[int]] = defaultdict(list)
    for site_id, name in zones.items():
        found[of_zone[name]].append(site_id)
    return found


def _numbers(site_ids: Collection[int]) -> str:
    return ", ".join(str(int(number)) for number in sorted(site_ids))
