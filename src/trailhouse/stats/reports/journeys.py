"""Ways through a site: where visitors came from before a page, and where they went after it.

A visit's steps are its pages in order; the same page shown several times in a row is one step. Each visit counts once,
at its first step on the centre.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trailhouse.core import clock
from trailhouse.core.periods import Period
from trailhouse.events.store import Store
from trailhouse.stats.answer import refusals
from trailhouse.stats.check import check
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.filters import Filter
from trailhouse.stats.metrics import Unit
from trailhouse.stats.params import Params
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.scope import Scope
from trailhouse.stats.sides import visit_rows, visits_in

STEPS = 3  # before the centre, and after it
MOST_PAGES = 7  # named in one column; all others are one line
LEAST_VISITS = 5  # that take a way which a strict site tells


class Kind(StrEnum):
    """What a step is."""

    PAGE = "1"
    EVENT = "2"
    EDGE = "3"  # outside: before the first page of a visit, after its last one
    OTHER = "4"  # all pages of a column that have no line of their own


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a page by its path or an event by its name; the other kinds have no name."""

    kind: Kind
    name: str = ""


EDGE, OTHER = Step(Kind.EDGE), Step(Kind.OTHER)


@dataclass(frozen=True, slots=True)
class Link:
    """How many visits went from one step to the next. `place` is that of the first one: -3 to 2; the centre is 0."""

    place: int
    start: Step
    end: Step
    visits: int


@dataclass(frozen=True, slots=True)
class Node:
    """One step at one place, with the visits that made it and how many steps it stands for (1 but for OTHER)."""

    step: Step
    visits: int


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways by a centre: its visits, and the links from column to column, the most taken first.

    `withheld`: there are visits, but too few to tell of at a strict site.
    """

    centre: Step
    visits: int
    links: tuple[Link, ...]
    withheld: bool = False

    def column(self, place: int) -> tuple[Node, ...]:
        """The steps at a place from -3 to 3 with their visits: pages by visits, then all others, then the edge."""
        if place == 0:
            return (Node(self.centre, self.visits),)
        found: dict[Step, int] = {}
        for link in self.links:
            if link.place == (place if place < 0 else place - 1):
                step = link.start if place < 0 else link.end
                found[step] = found.get(step, 0) + link.visits
        order = {Kind.PAGE: 0, Kind.EVENT: 0, Kind.OTHER: 1, Kind.EDGE: 2}
        nodes = [Node(step, visits) for step, visits in found.items()]
        return tuple(sorted(nodes, key=lambda node: (order[node.step.kind], -node.visits, node.step.name)))


def ways(
    store: Store, site: SiteContext, period: Period, filters: Filter | None, centre: Step, *, strict: bool = False
) -> Ways:
    """The ways by `centre` of the visits that started in `period` and fulfil `filters`.

    At a strict site only ways that five visits or more took. Raises UserError as `ask` does.
    """
    question = check(Question(site, period, ("visits",), filters=filters))
    least = LEAST_VISITS if strict else 1
    kept = _kept(store, question, centre, least)
    params = Params()
    folded = ", ".join(_folded(f"way[{place}]", numbers) for place, numbers in enumerate(kept, 1))
    text = (
        "SELECT link.1 AS place, link.2 AS a, link.3 AS b, count() AS visits FROM ("
        f"SELECT [{folded}] AS f, {_PAIRS} AS pairs FROM ({_each(question, centre, params)}))"
        " ARRAY JOIN pairs AS link WHERE a != 0 AND b != 0 GROUP BY place, a, b"
    )
    rows = _read(store, text, params.values)
    steps = {_EDGE: EDGE, _OTHER: OTHER, _CENTRE: centre} | _pages(store, question, {n for own in kept for n in own})
    links = [Link(int(place), steps[a], steps[b], int(visits)) for place, a, b, visits in rows]
    links.sort(key=lambda link: (link.place, -link.visits, link.start.name, link.end.name))
    total = sum(link.visits for link in links if link.place == -1)
    if total < least:
        return Ways(centre, 0, (), withheld=total > 0)
    return Ways(centre, total, tuple(link for link in links if link.visits >= least))


# A step is a number in the store: the hash of a page's path, or one of these. 0 is none. The centre is the highest one,
# so that an event comes after the page that sent it in the same millisecond.
_EDGE, _OTHER, _CENTRE = 1, 2, 2**64 - 1

# Of the columns -3, -2, -1, 1, 2, 3: each with the next one.
_PAIRS = (
    f"[(-3, f[1], f[2]), (-2, f[2], f[3]), (-1, f[3], {_CENTRE}),"
    f" (0, {_CENTRE}, f[4]), (1, f[4], f[5]), (2, f[5], f[6])]"
)


def _kept(store: Store, question: Question, centre: Step, least: int) -> list[tuple[int, ...]]:
    """The steps that each column names: the most visited ones."""
    params = Params()
    text = (
        "SELECT place, step, count() AS visits"
        f" FROM ({_each(question, centre, params)}) ARRAY JOIN way AS step, arrayEnumerate(way) AS place"
        f" WHERE step NOT IN (0, {_EDGE}) GROUP BY place, step HAVING visits >= {int(least)}"
        f" ORDER BY place, visits DESC, step LIMIT {MOST_PAGES} BY place"
    )
    columns: list[list[int]] = [[] for _ in range(2 * STEPS)]
    for place, step, _ in _read(store, text, params.values):
        columns[int(place) - 1].append(int(step))
    return [tuple(numbers) for numbers in columns]


def _pages(store: Store, question: Question, numbers: set[int]) -> dict[int, Step]:
    """The pages of these hashes."""
    wanted = sorted(numbers - {_EDGE, _OTHER, _CENTRE})
    if not wanted:
        return {}
    rows = visit_rows(Scope.of(question, Params(), clock.now_ms()))
    text = f"SELECT {_PAGE} AS step, any(path) FROM events WHERE {rows} AND step IN {tuple(wanted)} GROUP BY step"
    return {int(number): Step(Kind.PAGE, str(path)) for number, path in _read(store, text, {})}


_PAGE = "sipHash64(path)"


def _folded(step: str, kept: tuple[int, ...]) -> str:
    """SQL: the step, or OTHER where its column does not name it."""
    return f"if({step} IN {(0, _EDGE, *kept)}, {step}, {_OTHER})"


def _each(question: Question, centre: Step, params: Params) -> str:
    """A row a visit that came by the centre: `way`, its three steps before and after, 0 where it was over."""
    scope = Scope.of(question, params, clock.now_ms())
    if centre.kind is Kind.EVENT:
        here = f"name = {params.text(centre.name)} AND name NOT IN ('engagement', 'pageview')"
        counted = f"name = 'pageview' OR ({here})"
    else:
        counted, here = "name = 'pageview'", f"name = 'pageview' AND path = {params.text(centre.name)}"
    step = f"(ts, if({here}, {_CENTRE}, {_PAGE}))"
    steps = f"arrayCompact(arrayMap(s -> s.2, arraySort(groupArrayIf({step}, {counted}))))"
    rows = visits_in(scope, {"steps": steps}, among=here)
    before = [f"multiIf(at > {n}, steps[at - {n}], at = {n}, {_EDGE}, 0)" for n in range(STEPS, 0, -1)]
    after = [
        f"multiIf(at + {n} <= length(steps), steps[at + {n}], at + {n} = length(steps) + 1, {_EDGE}, 0)"
        for n in range(1, STEPS + 1)
    ]
    return (
        f"SELECT [{', '.join(before + after)}] AS way FROM"
        f" (SELECT steps, toInt32(indexOf(steps, {_CENTRE})) AS at FROM {rows}) WHERE at > 0"
    )


# -- pages that were not there


@dataclass(frozen=True, slots=True)
class Broken:
    """A page that was not found, and what led there: a page of the site, else the referrer of the visit, else ""."""

    missing: str
    page: str
    referrer: str
    visits: int
    times: int


def broken(
    store: Store,
    site: SiteContext,
    period: Period,
    filters: Filter | None,
    *,
    limit: int = 100,
    offset: int = 0,
    strict: bool = False,
) -> tuple[tuple[Broken, ...], int]:
    """The pages that were not found in `period` with what led there, the most visits first, and how many there are.

    At a strict site only what five visits or more met. Raises UserError as `ask` does.
    """  # fmt: skip
    question = check(Question(site, period, ("visitors",), ("event:not_found",), filters))
    params = Params()
    scope = Scope.of(question, params, clock.now_ms())
    inside = f"name = '404' AND {scope.in_periods('ts')} AND ({scope.counted()})"
    text = (
        "SELECT missing, page, came, uniqExact(visit_id) AS visits, count() AS times, count() OVER () AS lines FROM ("
        "SELECT visit_id, miss.3 AS missing, arrayLast(p -> p.1 <= miss.1 AND p.2 != miss.2, pages).2 AS page,"
        " if(page = '', reached, '') AS came FROM ("
        "SELECT visit_id, any(referrer) AS reached, arraySort(groupArrayIf((ts, path), name = 'pageview')) AS pages,"
        f" groupArrayIf((ts, path, props['path']), {inside}) AS misses FROM events WHERE {scope.visits}"
        f" AND visit_id IN (SELECT visit_id FROM events WHERE {scope.rows()} AND name = '404')"
        " GROUP BY visit_id) ARRAY JOIN misses AS miss)"
        f" GROUP BY missing, page, came HAVING visits >= {LEAST_VISITS if strict else 1}"
        f" ORDER BY visits DESC, missing, page, came LIMIT {int(limit)} OFFSET {int(offset)}"
    )
    rows = _read(store, text, params.values)
    found = tuple(
        Broken(missing, page, came, int(visits), int(times)) for missing, page, came, visits, times, _ in rows
    )
    return found, int(rows[0][5]) if rows else 0


# -- titles


def titles(store: Store, site_id: int, paths: Sequence[str]) -> dict[str, str]:
    """The last title of each of these pages that has one."""
    if not paths:
        return {}
    params = Params()
    text = (
        f"SELECT path, argMax(title, ts) AS last FROM titles WHERE site_id = {int(site_id)}"
        f" AND path IN {params.texts(tuple(paths))} GROUP BY path HAVING last != ''"
    )
    return {str(path): str(title) for path, title in _read(store, text, params.values)}


# -- files


def ways_table(found: Ways) -> Table:
    """The ways as a table: a row a link."""
    columns = (
        ExportColumn("step"), ExportColumn("from"), ExportColumn("to"),
        ExportColumn("visits", Unit.COUNT), ExportColumn("share", Unit.PERCENT),
    )  # fmt: skip
    rows = (
        (link.place, _told(link.start, "(entered)"), _told(link.end, "(left)"), link.visits,
         100 * link.visits / found.visits)
        for link in found.links
    )  # fmt: skip
    return Table("journeys", columns, rows)


def _told(step: Step, edge: str) -> str:
    return edge if step.kind is Kind.EDGE else "(other pages)" if step.kind is Kind.OTHER else step.name


def broken_table(found: Sequence[Broken]) -> Table:
    """The pages that were not found as a table: a row a page and what led there."""
    columns = (
        ExportColumn("not_found"), ExportColumn("page"), ExportColumn("referrer"),
        ExportColumn("visits", Unit.COUNT), ExportColumn("times", Unit.COUNT),
    )  # fmt: skip
    return Table("not-found", columns, ((b.missing, b.page, b.referrer, b.visits, b.times) for b in found))


def _read(store: Store, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What the store answers. Raises UserError for what the person can mend."""
    with refusals():
        return list(zip(*store.columns(text, params)[1], strict=True))
