"""The sides of a statement: one select for each thing that metrics are counted over.

Each gives the columns k0, k1, … (the dimensions), `main` where two periods are compared, and the metrics by name. Every
read of `events` begins with the site and a span of `ts`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from trailhouse.events.visits import LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS
from trailhouse.stats import goals
from trailhouse.stats.conditions import of_visit
from trailhouse.stats.dimensions import Dimension, Level
from trailhouse.stats.filters import And
from trailhouse.stats.metrics import Metric, Over
from trailhouse.stats.params import moment
from trailhouse.stats.scope import Scope

PAGE, EXIT_PAGE = "event:page", "visit:exit_page"
Columns = Mapping[str, Metric | None]
Fill = Mapping[str, str]


def side(scope: Scope, over: Over, columns: Columns) -> str:
    """The select of one side; a column without a metric is NULL."""
    return _SIDES[over](scope, columns)


def overs(scope: Scope, metrics: list[Metric]) -> dict[str, Over]:
    """The side of each metric. Goals are counted beside events where the same events tell both."""
    together = not scope.goals_once or scope.filter_once or scope.has(Level.GOAL)
    return {m.name: Over.EVENTS if m.over is Over.GOALS and together else m.over for m in metrics}


def _select(
    scope: Scope,
    keys: list[str],
    main: str,
    rows: str,
    columns: Columns,
    fill: Fill | None = None,
    groups: Sequence[str] = (),
) -> str:
    """Group `rows` (what follows FROM) by keys and period, or by each of `groups` apart."""
    named = [f"{key} AS k{i}" for i, key in enumerate(keys)]
    group = [f"k{i}" for i in range(len(keys))]
    if len(scope.periods) > 1:
        named.append(f"{main} AS main")
        group.append("main")
    values = [f"{_sql(metric, fill or {})} AS {name}" for name, metric in columns.items()]
    tail = f" GROUP BY {', '.join(group)}" if group else ""
    if groups:
        named.append(f"grouping({', '.join(group)}) AS part")
        tail = f" GROUP BY GROUPING SETS ({', '.join(groups)})"
    return f"SELECT {', '.join(named + values)} FROM {rows}{tail}"


def _sql(metric: Metric | None, fill: Fill) -> str:
    return "NULL" if metric is None else metric.sql.format(**fill) if "{" in metric.sql else metric.sql


# -- events and goals


def grouped_apart(scope: Scope, sets: Sequence[Sequence[Dimension]], columns: Columns) -> str:
    """The events of one period grouped by each of `sets` on its own, read once.

    All dimensions are columns; `part` has a bit for each by which a line is not grouped, the first one highest.
    """
    whole = replace(scope, dimensions=tuple(found for own in sets for found in own))
    names = iter(f"k{i}" for i in range(len(whole.dimensions)))
    groups = [f"({', '.join(islice(names, len(own)))})" for own in sets]
    return _of_events(whole, columns, pings=False, groups=groups)


def _events_side(scope: Scope, columns: Columns) -> str:
    return _of_events(scope, columns, pings=False)


def _goals_side(scope: Scope, columns: Columns) -> str:
    return _of_events(scope, columns, pings=True)


def _of_events(scope: Scope, columns: Columns, pings: bool, groups: Sequence[str] = ()) -> str:
    used = " ".join(metric.sql for metric in columns.values() if metric)
    fill = {}
    if "{plain}" in used:
        by_goal = scope.has(Level.GOAL)
        fill["plain"] = f"NOT {_once(scope)}" if by_goal else scope.plain() if scope.filter_once else "1"
    if "{reached}" in used or "{worth}" in used:
        fill["reached"], fill["worth"] = _conversions(scope)
    main = scope.main("ts")
    rows = _source(scope, scope.counted(pings))
    return _select(scope, _event_keys(scope, "ts", main), main, rows, columns, fill, groups)


def _event_keys(scope: Scope, moment_column: str, main: str) -> list[str]:
    """SQL of the dimensions of one event."""
    keys = []
    for i, found in enumerate(scope.dimensions):
        if found.level is Level.TIME:
            keys.append(scope.time_key(found, moment_column, main))
        elif found.level is Level.GOAL:
            keys.append("goal")
        else:
            keys.append(f"whole{i}" if found.level is Level.WHOLE_VISIT else found.sql(scope.params))
    return keys


def _source(scope: Scope, condition: str) -> str:
    """What follows FROM: the events of the periods under a condition, with `goal` and the visit's own dimensions."""
    text = f"events WHERE {scope.rows()} AND ({condition})"
    by_goal = scope.has(Level.GOAL)
    if by_goal:
        text = f"(SELECT *, arrayJoin({_reached(scope)}) AS goal FROM {text})"
    wholes = [
        f"{found.sql(scope.params)} AS whole{i}"
        for i, found in enumerate(scope.dimensions)
        if found.level is Level.WHOLE_VISIT
    ]
    if not wholes:
        return text
    rows = text if by_goal else f"(SELECT * FROM {text})"
    visits = f"SELECT visit_id, {', '.join(wholes)} FROM events WHERE {scope.visits} GROUP BY visit_id"
    return f"{rows} AS e INNER JOIN ({visits}) AS v USING (visit_id)"


def _reached(scope: Scope) -> str:
    """SQL: the places of the goals that an event reaches."""
    tests = [f"if({goals.reaches(goal, scope.params)}, {i}, 0)" for i, goal in enumerate(scope.goals, 1)]
    return f"arrayFilter(g -> g > 0, [{', '.join(tests)}])" if tests else "CAST([] AS Array(UInt8))"


def _once(scope: Scope) -> str:
    """SQL: whether the goal of a row counts once a visit."""
    places = [str(i) for i, goal in enumerate(scope.goals, 1) if goals.once(goal)]
    return f"goal IN ({', '.join(places)})" if places else "0"


def _conversions(scope: Scope) -> tuple[str, str]:
    """SQL: how often goals were reached, and what that is worth."""
    if scope.has(Level.GOAL):
        worths = [int(goal.value_minor or 0) for goal in scope.goals] or [0]
        number = f"countIf(NOT {_once(scope)}) + uniqExactIf(visit_id, {_once(scope)})"
        return number, f"toInt64({number}) * any(toInt64({worths}[goal]))"
    numbers, worth = ["countIf(0)"], ["toInt64(countIf(0))"]
    for goal in scope.goals:
        condition = goals.reaches(goal, scope.params)
        number = f"uniqExactIf(visit_id, {condition})" if goals.once(goal) else f"countIf({condition})"
        numbers.append(number)
        if goal.value_minor:
            worth.append(f"toInt64({number}) * {int(goal.value_minor)}")
    return " + ".join(numbers), " + ".join(worth)


# -- pages


def _pages_side(scope: Scope, columns: Columns) -> str:
    parts = ["name = 'engagement'", *(d.only for d in scope.dimensions if d.only)]
    if scope.filters is not None:
        parts.append(scope.compiler().condition(scope.filters))
    main = scope.main("ts")
    keys = [f"{key} AS x{i}" for i, key in enumerate(_event_keys(scope, "ts", main))]
    names = [f"x{i}" for i in range(len(keys))]
    if len(scope.periods) > 1:
        keys.append(f"{main} AS own")
        names.append("own")
    values = "visit_id AS visit, path AS page, max(scroll_depth) AS depth, sum(engaged_ms) AS engaged"
    rows = (
        f"(SELECT {', '.join([*keys, values])} FROM {_source(scope, ' AND '.join(parts))}"
        f" GROUP BY {', '.join([*names, 'visit', 'page'])})"
    )
    return _select(scope, names[: len(scope.dimensions)], "own", rows, columns)


# -- visits


def _visits_side(scope: Scope, columns: Columns) -> str:
    pieces, keys = _visit_keys(scope)
    return _of_visits(scope, keys, _visits(scope, [*_needed(scope, columns), *pieces]), columns)


def _entries_side(scope: Scope, columns: Columns) -> str:
    """The visits once more; a page is the first one of the visit, where the visit counts under it at all."""
    pages = {i: d.entry(scope.params) for i, d in enumerate(scope.dimensions) if d.entry}
    same = " AND ".join(f"{scope.dimensions[i].sql(scope.params)} = {sql}" for i, sql in pages.items())
    others = replace(scope, dimensions=tuple(d for d in scope.dimensions if not d.entry))
    pieces, own = _visit_keys(others, same)
    keys = iter(own)
    all_keys = [f"entry{i}" if i in pages else next(keys) for i in range(len(scope.dimensions))]
    entries = [f"any({sql}) AS entry{i}" for i, sql in pages.items()]
    rows = _visits(scope, [*_needed(scope, columns), *entries, *pieces], also=same)
    return _of_visits(scope, all_keys, rows, columns)


def _exits_side(scope: Scope, columns: Columns) -> str:
    """The pages shown in the visits: those split by their last page count under each page that they showed."""
    places = {d.name: f"k{i}" for i, d in enumerate(scope.dimensions) if d.name in (EXIT_PAGE, PAGE)}
    others = replace(scope, dimensions=tuple(d for d in scope.dimensions if d.name != EXIT_PAGE))
    pieces, own = _visit_keys(others)
    keys = iter(own)
    all_keys = ["page" if d.name == EXIT_PAGE else next(keys) for d in scope.dimensions]
    # Compared by hashes: of millions of visits the last paths themselves would not fit.
    visits = _visits(scope, ["argMaxIf(sipHash64(path), ts, name = 'pageview') AS exit", *pieces])
    shown = f"SELECT visit_id AS visit, path AS page FROM events WHERE {visit_rows(scope)} AND name = 'pageview'"
    here = [f"page = {place}" for name, place in places.items() if name == PAGE]
    left = " AND ".join([*here, *(["sipHash64(page) = exit"] if places else [])]) or "1"
    fill = {"left": f"uniqExactIf(visit, {left})", "shown": f"countIf({' AND '.join(here) or '1'})"}
    having = f" HAVING {fill['left']} > 0" if EXIT_PAGE in places else ""
    return _of_visits(scope, all_keys, f"({shown}) AS p INNER JOIN {visits} AS v USING (visit)", columns, fill) + having


def _needed(scope: Scope, columns: Columns) -> list[str]:
    """What a visit must tell for the metrics."""
    used = " ".join(metric.sql for metric in columns.values() if metric)
    return [f"{sql} AS {name}" for name, sql in _visit_values(scope).items() if re.search(rf"\b{name}\b", used)]


def _of_visits(scope: Scope, keys: list[str], rows: str, columns: Columns, fill: Fill | None = None) -> str:
    """Visits grouped by keys; "" stands for the one of time."""
    main = scope.main("started")
    times = [scope.time_key(d, "started", main) if d.level is Level.TIME else "" for d in scope.dimensions]
    return _select(scope, [key or time for key, time in zip(keys, times, strict=True)], main, rows, columns, fill)


def visit_rows(scope: Scope) -> str:
    """The condition on all rows of the visits that started in the periods."""
    return f"{scope.rows(LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS)} AND {scope.in_periods('visit_started')}"


def visits_in(scope: Scope, values: Fill, among: str) -> str:
    """What follows FROM: `values`, SQL by name, of each visit that started in the periods and has an event that counts.

    `among`: only visits with an event that fulfils this condition.
    """
    return _visits(scope, [f"{sql} AS {name}" for name, sql in values.items()], among=among)


def _visits(scope: Scope, columns: Sequence[str], also: str = "", among: str = "") -> str:
    """What follows FROM: a row a visit that started in the periods and has an event that counts, `also` under that."""
    parts = scope.filters.parts if isinstance(scope.filters, And) else (scope.filters,) if scope.filters else ()
    of_visits = [part for part in parts if of_visit(part)]
    where = [visit_rows(scope), *(scope.compiler().condition(part) for part in of_visits)]
    if among:
        where.append(f"visit_id IN (SELECT visit_id FROM events WHERE {visit_rows(scope)} AND {among})")
    having = ""
    if also or len(of_visits) < len(parts) or any(d.only for d in scope.dimensions):
        having = f" HAVING countIf({' AND '.join([scope.counted(), *([also] if also else [])])}) > 0"
    return (
        f"(SELECT {', '.join(['visit_id AS visit', 'any(visit_started) AS started', *columns])}"
        f" FROM events WHERE {' AND '.join(where)} GROUP BY visit_id{having})"
    )


def _visit_values(scope: Scope) -> dict[str, str]:
    """What metrics need to know of a visit: its name in the metric's SQL, and how its events tell it."""
    ended = moment(max(0, scope.now_ms - scope.site.visit_timeout_s * 1000))
    return {
        "pageviews": "countIf(name = 'pageview')",
        "bounced": "countIf(name = 'pageview') = 1"
        " AND countIf(interactive AND name NOT IN ('pageview', 'engagement')) = 0",
        "duration_ms": "toUnixTimestamp64Milli(max(ts)) - toUnixTimestamp64Milli(min(ts))",
        "engagement_ms": "sum(engaged_ms)",
        "ended": f"max(ts) <= {ended}",
    }


def _visit_keys(scope: Scope, also: str = "") -> tuple[list[str], list[str]]:
    """What a visit must collect for its dimensions, and the keys made of it ("" for one of time).

    A visit counts under each value that its matching events have (those that fulfil `also`, too), so those are
    collected as a set and unfolded.
    """
    pieces: list[str] = []
    keys: list[str] = []
    values: list[str] = []
    for i, found in enumerate(scope.dimensions):
        if found.level in (Level.VISIT, Level.WHOLE_VISIT):
            sql = found.sql(scope.params)
            pieces.append(f"{sql if found.level is Level.WHOLE_VISIT else f'any({sql})'} AS x{i}")
            keys.append(f"x{i}")
        elif found.level is Level.TIME:
            keys.append("")
        else:
            values.append("g" if found.level is Level.GOAL else found.sql(scope.params))
            keys.append(f"arrayJoin(pieces).{len(values)}")
    if values:
        event = f"tuple({', '.join(values)})"
        counted = " AND ".join([scope.counted(), *([also] if also else [])])
        if scope.has(Level.GOAL):
            event = f"groupUniqArrayArrayIf(arrayMap(g -> {event}, {_reached(scope)}), {counted})"
        else:
            event = f"groupUniqArrayIf({event}, {counted})"
        pieces.append(f"{event} AS pieces")
    return pieces, keys


_SIDES: dict[Over, Callable[[Scope, Columns], str]] = {
    Over.EVENTS: _events_side,
    Over.VISITS: _visits_side,
    Over.ENTRIES: _entries_side,
    Over.EXITS: _exits_side,
    Over.PAGES: _pages_side,
    Over.GOALS: _goals_side,
}
