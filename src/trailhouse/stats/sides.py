"""The sides of a statement: one select for each thing that metrics are counted over.

Every read of `events` begins with the site and a span of `ts`, the table's own order, so that it touches that site's
rows of that time and no others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from trailhouse.core.clock import to_ms
from trailhouse.core.periods import Bucket, Period, Unit
from trailhouse.events.visits import LONGEST_VISIT_MS
from trailhouse.stats import goals
from trailhouse.stats.conditions import NO_PING, Compiler, needs_pings, of_visit, unconverted
from trailhouse.stats.dimensions import HOUR_OF_WEEK, TIME, Dimension, Level, dimension
from trailhouse.stats.filters import And, Filter
from trailhouse.stats.metrics import METRICS, Metric, Over
from trailhouse.stats.params import Params, moment
from trailhouse.stats.question import Goal, Question, SiteContext

# An event may reach the writer late and still join a running visit: its time then lies before the visit's start, by no
# more than the longest visit timeout a site can have.
LONGEST_TIMEOUT_MS = 4 * 3_600_000

TIME_MS = "toUnixTimestamp64Milli({})"
Columns = Mapping[str, Metric | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """One question over one period, ready to be written down."""

    site: SiteContext
    params: Params
    period: Period
    dimensions: tuple[Dimension, ...]
    filters: Filter | None
    now_ms: int

    @classmethod
    def of(cls, question: Question, period: Period, params: Params, now_ms: int) -> "Scope":
        """The scope of a question in one of its periods."""
        dims = tuple(dimension(name) for name in question.dimensions)
        return cls(question.site, params, period, dims, question.filters, now_ms)

    @property
    def start(self) -> int:
        """The period's first millisecond."""
        return to_ms(self.period.start)

    @property
    def end(self) -> int:
        """The millisecond after the period's last."""
        return to_ms(self.period.end)

    def rows(self, before_ms: int = 0, after_ms: int = 0) -> str:
        """The condition that every read begins with: the site's rows of the period, widened by so much."""
        return (
            f"site_id = {int(self.site.site_id)} AND ts >= {moment(max(0, self.start - before_ms))}"
            f" AND ts < {moment(self.end + after_ms)}"
        )

    @property
    def visits(self) -> str:
        """All rows of each visit that has an event in the period or started in it."""
        wide = LONGEST_VISIT_MS + LONGEST_TIMEOUT_MS
        return self.rows(wide, wide)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The goals that count here, by name; a goal is known by its place in this list, from 1."""
        return goals.in_scope(self.site, self.filters)

    def compiler(self, pings: bool = True) -> Compiler:
        """The writer of conditions."""
        return Compiler(self.site, self.params, self.visits, pings)

    def has(self, level: Level) -> bool:
        """Whether a dimension of that level splits the report."""
        return any(d.level is level for d in self.dimensions)


def plain(scope: Scope) -> str:
    """The events that count each: all but pings, and by their own goals rather than by the visit's."""
    parts = [NO_PING]
    if scope.filters is not None:
        parts.append(scope.compiler(pings=not needs_pings(scope.site, scope.filters)).condition(scope.filters))
    return " AND ".join(parts)


def counted(scope: Scope, every_goal: bool = False) -> str:
    """The events that count: the plain ones and, where goals of the visit are asked for, those that reach them."""
    only = [d.only for d in scope.dimensions if d.only]
    in_filter = needs_pings(scope.site, scope.filters)
    in_goals = (every_goal or scope.has(Level.GOAL)) and any(goals.once(goal) for goal in scope.goals)
    if not in_filter and not in_goals:
        return " AND ".join([plain(scope), *only])
    condition = "1" if scope.filters is None else scope.compiler().condition(scope.filters)
    return " AND ".join([condition, *only])


def _reached(scope: Scope) -> str:
    """SQL: the places of the goals that an event reaches."""
    tests = [f"if({goals.reaches(goal, scope.params)}, {i}, 0)" for i, goal in enumerate(scope.goals, 1)]
    return f"arrayFilter(g -> g > 0, [{', '.join(tests)}])" if tests else "CAST([] AS Array(UInt8))"


def _goals_once(scope: Scope) -> str:
    places = [str(i) for i, goal in enumerate(scope.goals, 1) if goals.once(goal)]
    return f"goal IN ({', '.join(places)})" if places else "0"


# -- time


def buckets(period: Period, name: str) -> tuple[list[Bucket], list[int]]:
    """The intervals of a time dimension and the key of each: its place from 0, or its hour of the week."""
    if name == HOUR_OF_WEEK:
        hours = period.buckets("hour")
        local = [bucket.start.astimezone(period.zone) for bucket in hours]
        return hours, [at.weekday() * 24 + at.hour for at in local]
    found = period.buckets(unit_of(period, name))
    return found, list(range(len(found)))


def unit_of(period: Period, name: str) -> Unit:
    """The interval of a time dimension; plain `time` chooses by the period's length."""
    return period.unit() if name == TIME else UNITS[name]


UNITS: dict[str, Unit] = {
    "time:minute": "minute",
    "time:hour": "hour",
    "time:day": "day",
    "time:week": "week",
    "time:month": "month",
    HOUR_OF_WEEK: "hour",
}


def _time_key(scope: Scope, found: Dimension, column: str) -> str:
    cut, keys = buckets(scope.period, found.name)
    starts = [to_ms(bucket.start) for bucket in cut]
    instant = f"roundDown({TIME_MS.format(column)}, {starts})"
    return f"transform({instant}, {starts}, {keys}, 0)" if found.name == HOUR_OF_WEEK else instant


def _time_place(scope: Scope, found: Dimension, key: str) -> str:
    """The key as it leaves the side: the place of the bucket, the same in both periods of a comparison."""
    if found.name == HOUR_OF_WEEK:
        return f"toInt64({key})"
    starts = [to_ms(bucket.start) for bucket in buckets(scope.period, found.name)[0]]
    return f"toInt64(indexOf({starts}, {key})) - 1"


# -- the sides


def _outer(scope: Scope, rows: str, columns: Columns, extra: tuple[str, ...], plain_sql: str = "1") -> str:
    """Group rows that carry the keys as x0, x1, … by them."""
    keys = []
    for i, found in enumerate(scope.dimensions):
        if found.level is Level.TIME:
            keys.append(f"{_time_place(scope, found, f'x{i}')} AS k{i}")
        else:
            keys.append(f"{'toInt64' if found.level is Level.GOAL else 'toString'}(x{i}) AS k{i}")
    metrics = [
        f"{'NULL' if metric is None else metric.sql.format(plain=plain_sql)} AS {name}"
        for name, metric in columns.items()
    ]
    group = f" GROUP BY {', '.join(f'x{i}' for i in range(len(keys)))}" if keys else ""
    return f"SELECT {', '.join([*keys, *metrics, *extra])} FROM ({rows}){group}"


def _event_keys(scope: Scope) -> list[str]:
    """The dimensions of one event as x0, x1, …"""
    keys = []
    for i, found in enumerate(scope.dimensions):
        if found.level is Level.TIME:
            value = _time_key(scope, found, "ts")
        elif found.level is Level.GOAL:
            value = "goal"
        elif found.level is Level.WHOLE_VISIT:
            value = f"whole{i}"
        else:
            value = found.sql(scope.params)
        keys.append(f"{value} AS x{i}")
    return keys


def _source(scope: Scope, condition: str, goal: bool) -> str:
    """FROM … WHERE …: the events of the period under a condition, with `goal` and the visit's own dimensions."""
    text = f"events WHERE {scope.rows()} AND ({condition})"
    if goal:
        text = f"(SELECT *, arrayJoin({_reached(scope)}) AS goal FROM {text})"
    wholes = [
        f"{found.sql(scope.params)} AS whole{i}"
        for i, found in enumerate(scope.dimensions)
        if found.level is Level.WHOLE_VISIT
    ]
    if not wholes:
        return text
    rows = text if goal else f"(SELECT * FROM {text})"
    visits = f"SELECT visit_id, {', '.join(wholes)} FROM events WHERE {scope.visits} GROUP BY visit_id"
    return f"{rows} AS e INNER JOIN ({visits}) AS v USING (visit_id)"


def _events_side(scope: Scope, columns: Columns, extra: tuple[str, ...]) -> str:
    goal = scope.has(Level.GOAL)
    each = f"NOT ({_goals_once(scope)})" if goal else "1"
    if needs_pings(scope.site, scope.filters) and not goal:
        each = plain(scope)
    select = ", ".join([*_event_keys(scope), "visitor_id", "visit_id", "name", "revenue", "revenue_currency"])
    rows = f"SELECT {select}, ({each}) AS each FROM {_source(scope, counted(scope), goal)}"
    return _outer(scope, rows, columns, extra, "1" if each == "1" else "each")


def _pages_side(scope: Scope, columns: Columns, extra: tuple[str, ...]) -> str:
    goal = scope.has(Level.GOAL)
    parts = ["name = 'engagement'", *(d.only for d in scope.dimensions if d.only)]
    if scope.filters is not None:
        parts.append(scope.compiler().condition(scope.filters))
    keys = _event_keys(scope)
    names = [f"x{i}" for i in range(len(keys))]
    select = ", ".join([*keys, "visit_id AS visit", "path AS page", "max(scroll_depth) AS depth"])
    rows = (
        f"SELECT {select}, sum(engaged_ms) AS engaged FROM {_source(scope, ' AND '.join(parts), goal)}"
        f" GROUP BY {', '.join([*names, 'visit', 'page'])}"
    )
    return _outer(scope, rows, columns, extra)


def _goals_side(scope: Scope, columns: Columns, extra: tuple[str, ...]) -> str:
    keys = _event_keys(scope)
    names = [f"x{i}" for i in range(len(keys))]
    worths = [int(goal.value_minor or 0) for goal in scope.goals] or [0]
    select = ", ".join([*keys, "goal", "visit_id AS visit", f"if({_goals_once(scope)}, 1, count()) AS n"])
    rows = (
        f"SELECT {select}, toInt64({worths}[goal]) AS worth"
        f" FROM {_source(scope, counted(scope, every_goal=True), goal=True)}"
        f" GROUP BY {', '.join([*names, 'goal', 'visit'])}"
    )
    return _outer(scope, rows, columns, extra)


def _visits_side(scope: Scope, columns: Columns, extra: tuple[str, ...]) -> str:
    span = f"visit_started >= {moment(scope.start)} AND visit_started < {moment(scope.end)}"
    parts = scope.filters.parts if isinstance(scope.filters, And) else (scope.filters,) if scope.filters else ()
    visit_parts = [part for part in parts if of_visit(part)]
    where = [scope.rows(LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS), span]
    where += [scope.compiler().condition(part) for part in visit_parts]
    having = ""
    if len(visit_parts) < len(parts) or any(d.only for d in scope.dimensions):
        having = f" HAVING countIf({counted(scope)}) > 0"
    pieces, select = _visit_keys(scope)
    inner = (
        f"SELECT {', '.join([*_VISIT, _ended(scope), *pieces])} FROM events WHERE {' AND '.join(where)}"
        f" GROUP BY visit_id{having}"
    )
    if select:
        inner = f"SELECT *, {', '.join(select)} FROM ({inner})"
    return _outer(scope, inner, columns, extra)


_VISIT = (
    "visit_id AS visit",
    "countIf(name = 'pageview') AS pageviews",
    "pageviews = 1 AND countIf(interactive AND name NOT IN ('pageview', 'engagement')) = 0 AS bounced",
    "toUnixTimestamp64Milli(max(ts)) - toUnixTimestamp64Milli(min(ts)) AS duration_ms",
    "sum(engaged_ms) AS engagement_ms",
)


def _ended(scope: Scope) -> str:
    """SQL: whether the visit can take no further event."""
    return f"max(ts) <= {moment(max(0, scope.now_ms - scope.site.visit_timeout_s * 1000))} AS ended"


def _visit_keys(scope: Scope) -> tuple[list[str], list[str]]:
    """What a visit must collect for its dimensions, and the keys made of it.

    A visit counts under each value that its matching events have, so those are collected as a set and unfolded.
    """
    pieces: list[str] = []
    select: list[str] = []
    event_values: list[str] = []
    places: list[int] = []
    for i, found in enumerate(scope.dimensions):
        if found.level is Level.TIME:
            pieces.append(f"{_time_key(scope, found, 'any(visit_started)')} AS x{i}")
        elif found.level is Level.VISIT:
            pieces.append(f"any({found.sql(scope.params)}) AS x{i}")
        elif found.level is Level.WHOLE_VISIT:
            pieces.append(f"{found.sql(scope.params)} AS x{i}")
        else:
            places.append(i)
            event_values.append("g" if found.level is Level.GOAL else found.sql(scope.params))
    if not event_values:
        return pieces, select
    values = f"tuple({', '.join(event_values)})"
    match = counted(scope)
    if scope.has(Level.GOAL):
        pieces.append(f"groupUniqArrayArrayIf(arrayMap(g -> {values}, {_reached(scope)}), {match}) AS pieces")
    else:
        pieces.append(f"groupUniqArrayIf({values}, {match}) AS pieces")
    select.append("arrayJoin(pieces) AS piece")
    select += [f"piece.{n} AS x{i}" for n, i in enumerate(places, 1)]
    return pieces, select


SIDES: dict[Over, Callable[[Scope, Columns, tuple[str, ...]], str]] = {
    Over.EVENTS: _events_side,
    Over.VISITS: _visits_side,
    Over.PAGES: _pages_side,
    Over.GOALS: _goals_side,
}


# -- shares


def _visitors(scope: Scope) -> str:
    return f"SELECT uniqExact(visitor_id) FROM events WHERE {scope.rows()} AND ({counted(scope)})"


def share_bases(scope: Scope, rows: str, letter: str, shares: Mapping[str, Metric], visitors: int) -> str:
    """Add the shares as columns to grouped `rows`, whose visitors stand in the column `visitors`."""
    everyone = replace(scope, dimensions=())
    candidates = replace(everyone, filters=unconverted(scope.filters))
    bases = {"visitors": f"{letter}{visitors}", "all": "", "unconverted": "", "group": f"{letter}group"}
    used = " ".join(metric.sql for metric in shares.values())
    if "{all}" in used:
        bases["all"] = f"({_visitors(everyone)})"
    if "{unconverted}" in used:
        bases["unconverted"] = f"({_visitors(candidates)})"
    if "{group}" in used:
        kept = [(i, found) for i, found in enumerate(scope.dimensions) if found.level is not Level.GOAL]
        groups = replace(candidates, dimensions=tuple(found for _, found in kept))
        if kept:
            side = _events_side(groups, {bases["group"]: METRICS["visitors"]}, ())
            names = ", ".join(f"k{n} AS k{i}" for n, (i, _) in enumerate(kept))
            on = ", ".join(f"k{i}" for i, _ in kept)
            base = f"SELECT {names}, {bases['group']} FROM ({side})"
            rows = f"SELECT * FROM ({rows}) AS r ANY LEFT JOIN ({base}) AS g USING ({on})"
        else:
            bases["group"] = f"({_visitors(candidates)})"
    columns = [f"{metric.sql.format(**bases)} AS {name}" for name, metric in shares.items()]
    return f"SELECT *, {', '.join(columns)} FROM ({rows})"
