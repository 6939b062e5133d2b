"""Funnels: how many visits, or visitors, do one thing after another, how long that takes, and where the others go.

What is meant, exactly:

* A step is a condition on one event. A step is reached by an event that comes later than the one that reached the step
  before. Events of the same millisecond come in the order of the steps that they reach first; two of them that reach
  the very same steps are one.
* Within a visit: visits that started in the period count, whole. The first step is reached by the visit's first event
  that fulfils it, each further one by the first later event that does; what happens in between does not matter.
* Within days: visitors count whose first step lies in the period; the last step may lie after it. Every event that
  fulfils the first step begins a try, which goes on as above for so many times 24 hours. The try that gets furthest
  counts; of several the first. Of a visitor's tries in a period the first hundred are looked at.
* With a filter, those count that have an event in the period (within a visit: an event of the visit) that fulfils it.

ClickHouse's `windowFunnel` tells how far somebody got, and nothing of when, which times and next pages need; unless
asked to be strict it also takes one event for two steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period
from trailhouse.events.store import Store
from trailhouse.events.visits import LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS
from trailhouse.stats import goals
from trailhouse.stats.answer import rows_of
from trailhouse.stats.check import check
from trailhouse.stats.conditions import NO_PING, of_visit
from trailhouse.stats.params import Params
from trailhouse.stats.question import Goal, Question
from trailhouse.stats.scope import Scope

FEWEST_STEPS = 2
MOST_STEPS = 8
MOST_DAYS = 90
MOST_TRIES = 100
DAY_MS = 86_400_000
_MS = 65_536  # a code is a moment, the first of the steps that the event reaches, and all of them


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps in their order, each as a goal that an event reaches. `days`: within so many; None: within a visit."""

    steps: tuple[Goal, ...]
    days: int | None = None

    def __post_init__(self) -> None:
        if not FEWEST_STEPS <= len(self.steps) <= MOST_STEPS:
            raise UserError("wrong_funnel", f"A funnel has {FEWEST_STEPS} to {MOST_STEPS} steps.")
        if self.days is not None and not 1 <= self.days <= MOST_DAYS:
            raise UserError("wrong_funnel", f"A funnel takes 1 to {MOST_DAYS} days.")


@dataclass(frozen=True, slots=True)
class Reached:
    """A step: how many reached it, and the median of the seconds since the step before; None for the first step."""

    count: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Onward:
    """A page that was seen next by some that reached a step and not the next one."""

    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Instead:
    """Where those went that reached a step and not the next one.

    `pages`: the most frequent ones, most frequent first; `others`: how many saw another page; `left`: none any more.
    """

    pages: tuple[Onward, ...]
    others: int
    left: int


def reached(store: Store, question: Question, funnel: Funnel, period: Period | None = None) -> tuple[Reached, ...]:
    """The steps of the funnel over the site, the period (another one if given) and the filters of `question`.

    Raises UserError for a filter that cannot be asked and for a store that is away or too slow.
    """
    scope, params = _scope(question, period), Params()
    scope = replace(scope, params=params)
    last = len(funnel.steps)
    columns = ["countIf(e1 > 0)"]
    for step in range(2, last + 1):
        taken = f"intDiv(e{step}, {_MS}) - intDiv(e{step - 1}, {_MS})"
        columns += [f"countIf(e{step} > 0)", f"quantileExactInclusiveIf(0.5)({taken}, e{step} > 0)"]
    line = rows_of(store, f"SELECT {', '.join(columns)} FROM ({_chains(scope, funnel)})", params.values)[0]
    first, rest = line[0], line[1:]
    return (
        Reached(first, None),
        *(Reached(count, ms / 1000 if count else None) for count, ms in zip(rest[::2], rest[1::2], strict=True)),
    )


def instead(
    store: Store, question: Question, funnel: Funnel, steps: Sequence[Reached], most: int, least: int = 1
) -> tuple[Instead, ...]:
    """Of each step but the last, where those went who did not reach the next one: at most `most` pages.

    `steps` are what `reached` tells of the same; pages that fewer than `least` saw are not named. Raises UserError as
    `reached` does.
    """
    params = Params()
    scope = replace(_scope(question, None), params=params)
    last = len(funnel.steps)
    depth = " + ".join(f"(e{step} > 0)" for step in range(1, last + 1))
    ends = f"[{', '.join(f'e{step}' for step in range(1, last + 1))}][depth]"
    dropped = (
        f"SELECT unit, depth, intDiv({ends}, {_MS}) AS since, intDiv(e1, {_MS}) AS begun"
        f" FROM ({_with(_chains(scope, funnel), f'{depth} AS depth')}) WHERE depth < {last}"
    )
    later = "AND at <= begun + " + str((funnel.days or 0) * DAY_MS) if funnel.days else ""
    nexts = (
        f"SELECT unit, any(depth) AS depth, argMin(path, (at, path)) AS page FROM ("
        f"SELECT {_unit(funnel)} AS unit, toUnixTimestamp64Milli(ts) AS at, path FROM events"
        f" WHERE {_rows(scope, funnel)} AND name = 'pageview') AS e INNER JOIN ({dropped}) AS d USING (unit)"
        f" WHERE at > since {later} GROUP BY unit"
    )
    pages = (
        f"SELECT depth, page, n, sum(n) OVER (PARTITION BY depth) AS gone_on"
        f" FROM (SELECT depth, page, count() AS n FROM ({nexts}) GROUP BY depth, page)"
        f" ORDER BY depth, n DESC, page LIMIT {int(most)} BY depth"
    )
    found = rows_of(store, pages, params.values)
    counts = [step.count for step in steps]
    return tuple(
        _instead([line for line in found if line[0] == step], counts[step - 1] - counts[step], least)
        for step in range(1, last)
    )


def _instead(lines: list[tuple[Any, ...]], dropped: int, least: int) -> Instead:
    gone_on = int(lines[0][3]) if lines else 0
    pages = tuple(Onward(path, count) for _, path, count, _ in lines if count >= least)
    return Instead(pages, gone_on - sum(page.count for page in pages), dropped - gone_on)


# -- the statement


def _scope(question: Question, period: Period | None) -> Scope:
    own = replace(question, metrics=("visitors",), dimensions=(), comparison=None, period=period or question.period)
    return Scope.of(check(own), Params(), clock.now_ms())


def _unit(funnel: Funnel) -> str:
    return "visitor_id" if funnel.days else "visit_id"


def _rows(scope: Scope, funnel: Funnel) -> str:
    """The condition on all rows that can be part of the funnel."""
    if funnel.days:
        return scope.rows(0, funnel.days * DAY_MS)
    return f"{scope.rows(LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS)} AND {scope.in_periods('visit_started')}"


def _narrowed(scope: Scope, funnel: Funnel) -> str:
    """The condition that a filter adds: on the unit as a whole, unless each row of the unit tells it."""
    if scope.filters is None:
        return ""
    if not funnel.days and of_visit(scope.filters):
        return f" AND {scope.compiler().condition(scope.filters)}"
    rows = scope.rows() if funnel.days else _rows(scope, funnel)
    return f" AND unit IN (SELECT {_unit(funnel)} FROM events WHERE {rows} AND ({scope.counted()}))"


def _chains(scope: Scope, funnel: Funnel) -> str:
    """A line a visit or visitor that reached the first step: of each step the code of its event, 0 for none."""
    tests = [goals.reaches(step, scope.params) for step in funnel.steps]
    steps = " + ".join(f"{1 << place} * toInt64({test})" for place, test in enumerate(tests))
    pings = "" if any(map(goals.once, funnel.steps)) else f" AND {NO_PING}"
    codes = (
        f"SELECT {_unit(funnel)} AS unit, {steps} AS steps,"
        f" toUnixTimestamp64Milli(ts) * {_MS} + bitAnd(steps, -steps) * 256 + steps AS code FROM events"
        f" WHERE {_rows(scope, funnel)}{pings} AND steps > 0{_narrowed(scope, funnel)}"
    )
    units = f"SELECT unit, arraySort(groupArray(code)) AS a FROM ({codes}) GROUP BY unit"
    return (_of_visitors if funnel.days else _of_visits)(scope, funnel, units)


def _of_visits(_: Scope, funnel: Funnel, units: str) -> str:
    text = f"SELECT unit, a, arrayFirst(x -> bitTest(x, 0), a) AS e1 FROM ({units}) WHERE e1 > 0"
    for place in range(1, len(funnel.steps)):
        later = f"arrayFirst(x -> x > e{place} AND bitTest(x, {place}), a)"
        text = _with(text, f"if(e{place} = 0, 0, {later}) AS e{place + 1}")
    return text


def _of_visitors(scope: Scope, funnel: Funnel, units: str) -> str:
    end = max(end for _, end in scope.spans) * _MS
    window = ((funnel.days or 0) * DAY_MS + 1) * _MS
    begun = f"arraySlice(arrayFilter(x -> bitTest(x, 0) AND x < {end}, a), 1, {MOST_TRIES})"
    text = f"SELECT unit, a, {begun} AS c1 FROM ({units}) WHERE notEmpty(c1)"
    for place in range(1, len(funnel.steps)):
        in_time = f"x < intDiv(s, {_MS}) * {_MS} + {window}"
        later = f"arrayFirst(x -> x > e AND bitTest(x, {place}) AND {in_time}, a)"
        text = _with(text, f"arrayMap((s, e) -> if(e = 0, 0, {later}), c1, c{place}) AS c{place + 1}")
    steps = range(1, len(funnel.steps) + 1)
    names, tries = ", ".join(f"t{step}" for step in steps), ", ".join(f"c{step}" for step in steps)
    text = _with(text, f"arrayMap(({names}) -> {' + '.join(f'(t{step} > 0)' for step in steps)}, {tries}) AS depths")
    text = _with(text, "indexOf(depths, arrayMax(depths)) AS best")
    return _with(text, *(f"c{step}[best] AS e{step}" for step in steps))


def _with(text: str, *columns: str) -> str:
    """A select with further columns. One in the other, since a name that stands for an expression is written out."""
    return f"SELECT *, {', '.join(columns)} FROM ({text})"
