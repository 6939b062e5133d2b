"""What single visits were: where they came from, what they saw and what they brought."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from trailhouse.core import clock
from trailhouse.core.periods import REALTIME
from trailhouse.events.store import Store
from trailhouse.events.visits import LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS
from trailhouse.stats import goals
from trailhouse.stats.params import Params, moment
from trailhouse.stats.question import Goal, SiteContext

HERE_MS = int(REALTIME.total_seconds()) * 1000  # who did something so lately is on the site

_ATTRIBUTES = (
    "source", "channel", "referrer", "search_term", "utm_campaign", "entry_path", "country", "region", "city",
    "organisation", "browser", "browser_version", "os", "os_version", "device", "screen", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the list of visits, which is sorted by their start and, of the same millisecond, by their id."""

    started_ms: int
    visit_id: int
    visitor_id: int = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal, and how often a visit reached it."""

    goal: Goal
    times: int

    @property
    def worth(self) -> int:
        """What that is worth, in minor units of the site's currency."""
        return self.times * (self.goal.value_minor or 0)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit as a whole, whatever was filtered by. "" is unknown; money is in minor units of the site's currency.

    `last` is its last event, pings included; `exit_path` is "" where it showed no page.
    """

    mark: Mark
    started: datetime
    last: datetime
    duration_ms: int
    pageviews: int
    exit_path: str
    revenue: int
    reached: tuple[Reached, ...]
    source: str
    channel: str
    referrer: str
    search_term: str
    utm_campaign: str
    entry_path: str
    country: str
    region: str
    city: str
    organisation: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str
    screen: str
    language: str

    @property
    def goal_value(self) -> int:
        """What the goals that it reached are worth, as the metric of that name."""
        return sum(one.worth for one in self.reached)


def visits_at(store: Store, site: SiteContext, marks: Sequence[Mark]) -> list[Visit]:
    """The visits at these marks, in their order; one that is gone meanwhile is left out.

    Reads only what the table holds near the visitors of these visits.
    """
    if not marks:
        return []
    params = Params()
    starts = [mark.started_ms for mark in marks]
    reached = times_reached(site, params)
    columns = [
        "visit_id",
        "toUnixTimestamp64Milli(min(ts))",
        "toUnixTimestamp64Milli(max(ts))",
        "countIf(name = 'pageview')",
        "argMaxIf(path, ts, name = 'pageview')",
        "sum(revenue)",
        f"[{', '.join(reached)}]" if reached else "CAST([] AS Array(UInt64))",
        *(f"any({name})" for name in _ATTRIBUTES),
    ]
    rows = store.rows(
        f"SELECT {', '.join(columns)} FROM events WHERE site_id = {int(site.site_id)}"
        f" AND ts >= {moment(max(0, min(starts) - LONGEST_TIMEOUT_MS))}"
        f" AND ts <= {moment(max(starts) + LONGEST_VISIT_MS)}"
        f" AND visitor_id IN ({numbers(mark.visitor_id for mark in marks)})"
        f" AND visit_id IN ({numbers(mark.visit_id for mark in marks)}) GROUP BY visit_id",
        params.values,
    )
    found = {row[0]: row[1:] for row in rows}
    return [_visit(site, mark, *found[mark.visit_id]) for mark in marks if mark.visit_id in found]


def _visit(
    site: SiteContext, mark: Mark, first: int, last: int, pages: int, end: str, revenue: int, times: list[int], *of: str
) -> Visit:
    return Visit(
        mark,
        clock.from_ms(mark.started_ms),
        clock.from_ms(last),
        last - first,
        int(pages),
        str(end),
        int(revenue),
        counted(site, times),
        *map(str, of),
    )


def times_reached(site: SiteContext, params: Params) -> list[str]:
    """SQL: how often each goal of the site was reached, in the site's order; once a visit where it counts so."""
    tests = [(goal, goals.reaches(goal, params)) for goal in site.goals]
    return [f"uniqExactIf(visit_id, {test})" if goals.once(goal) else f"countIf({test})" for goal, test in tests]


def counted(site: SiteContext, times: Sequence[int]) -> tuple[Reached, ...]:
    """The goals that were reached at all, by what `times_reached` gave."""
    return tuple(Reached(goal, int(often)) for goal, often in zip(site.goals, times, strict=True) if often)


def numbers(given: Iterable[int]) -> str:
    """Ids as a list of SQL."""
    return ", ".join(str(int(number)) for number in sorted(set(given)))


def first_seen(store: Store, site_id: int, marks: Collection[Mark]) -> dict[int, datetime]:
    """Since when whoever made each of these visits is known, by visit; visits of nobody recognised are left out."""
    if not marks:
        return {}
    starts = [mark.started_ms for mark in marks]
    rows = store.rows(
        "SELECT visit_id, toUnixTimestamp64Milli(min(first_seen)) FROM visitors"
        f" WHERE site_id = {int(site_id)} AND started >= {moment(min(starts))} AND started <= {moment(max(starts))}"
        f" AND visit_id IN ({numbers(mark.visit_id for mark in marks)}) GROUP BY visit_id"
    )
    return {int(visit): clock.from_ms(ms) for visit, ms in rows}
