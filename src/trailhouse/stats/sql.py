"""Question → SQL.

What is counted over events, visits, pages and goals is grouped by the dimensions in a select of its own (a side). One
side is the whole statement where it can be; sides are statements beside each other where the lines are few and Python
puts them together (no dimension, or time alone), and grouped once more by the store where lines are many.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from trailhouse.core import clock
from trailhouse.stats.conditions import confined, unconverted
from trailhouse.stats.dimensions import Level, dimension
from trailhouse.stats.metrics import METRICS, Metric, Over
from trailhouse.stats.params import Params
from trailhouse.stats.question import MOST_ROWS, Question
from trailhouse.stats.scope import Scope
from trailhouse.stats.sides import overs, side

VISITORS = METRICS["visitors"]


MOST_APART = 50_000  # lines of a side that are put together here


@dataclass(frozen=True, slots=True)
class Statement:
    """The SELECTs whose lines together are the answer, with their parameters: one, or one a side where it is `loose`.

    Its columns are the dimensions, the metrics and, in a comparison, the metrics once more. `loose`: they are the
    dimensions, in a comparison whether the line is of the period asked about, and the metrics, of which each line has
    some. `places`: a time dimension is the place of its interval instead of its first millisecond.
    """

    texts: tuple[str, ...]
    params: Mapping[str, Any]
    loose: bool = False
    places: bool = False


def statement(question: Question) -> Statement:
    """The statement that answers a checked question (segments resolved, names known)."""
    params = Params()
    scope = Scope.of(question, params, clock.now_ms())
    asked = [METRICS[name] for name in question.metrics]
    shares = any(metric.over is Over.SHARES for metric in asked)
    columns = asked + [VISITORS] * (shares and VISITORS not in asked)
    counted = {f"m{i}": metric for i, metric in enumerate(columns) if metric.over is not Over.SHARES}
    keys = [f"k{i}" for i in range(len(question.dimensions))]
    if not shares and (not keys or filled(question)):
        return Statement(tuple(_sides(scope, counted)), params.values, loose=True)
    scope = replace(scope, places=question.comparison is not None)
    sides = _sides(scope, counted)
    names = [f"{letter}{i}" for letter in "mc"[: len(scope.periods)] for i in range(len(asked))]
    if len(sides) == 1 and not shares and len(scope.periods) == 1:
        rows = sides[0]
    else:
        rows = _merged(scope, sides, counted, filled(question))
    for letter, period in zip("mc", scope.periods, strict=False):
        own = {f"{letter}{i}": metric for i, metric in enumerate(asked) if metric.over is Over.SHARES}
        if own:
            rows = _with_shares(scope.within(period), rows, letter, own, f"{letter}{columns.index(VISITORS)}")
    total = ["count() OVER () AS total_rows"] if question.total_rows else []
    text = f"SELECT {', '.join(keys + names + total)} FROM ({rows}){_tail(question)}"
    return Statement((text,), params.values, places=scope.places)


def sides_apart(question: Question) -> Statement | None:
    """The sides of a checked question as statements of their own, without an order; None where it has but one side.

    Put together here they take less memory than in one statement, and cores beside each other. Each gives at most
    MOST_APART + 1 lines: where that is reached, `statement` is what answers.
    """
    asked = [METRICS[name] for name in question.metrics]
    if not question.dimensions or question.comparison is not None or filled(question):
        return None
    if any(metric.over is Over.SHARES for metric in asked):
        return None
    params = Params()
    scope = Scope.of(question, params, clock.now_ms())
    sides = _sides(scope, {f"m{i}": metric for i, metric in enumerate(asked)})
    if len(sides) == 1:
        return None
    return Statement(tuple(f"{one} LIMIT {MOST_APART + 1}" for one in sides), params.values, loose=True)


def _sides(scope: Scope, counted: Mapping[str, Metric]) -> list[str]:
    places = overs(scope, list(counted.values()))
    return [
        side(scope, over, {name: m if places[m.name] is over else None for name, m in counted.items()})
        for over in dict.fromkeys(places.values())
    ]


def _merged(scope: Scope, sides: list[str], counted: Mapping[str, Metric], keep_all: bool) -> str:
    """The sides' lines put together: one a value of the dimensions, with the comparison beside it.

    A line that only the comparison has is left out, unless `keep_all`.
    """
    keys = [f"k{i}" for i in range(len(scope.dimensions))]
    compared = len(scope.periods) > 1
    own = "maxIf(s.{}, s.main)" if compared else "max(s.{})"
    columns = [_whole(name, metric, own.format(name)) for name, metric in counted.items()]
    if compared:
        columns += [_whole(f"c{name[1:]}", metric, f"maxIf(s.{name}, NOT s.main)") for name, metric in counted.items()]
    having = " HAVING max(s.main) = 1" if compared and not keep_all else ""
    group = f" GROUP BY {', '.join(keys)}{having}" if keys else ""
    return f"SELECT {', '.join(keys + columns)} FROM ({' UNION ALL '.join(sides)}) AS s{group}"


def _whole(name: str, metric: Metric, value: str) -> str:
    return f"{value if metric.zero is None else f'ifNull({value}, {metric.zero})'} AS {name}"


def _with_shares(scope: Scope, rows: str, letter: str, shares: Mapping[str, Metric], visitors: str) -> str:
    """Add shares of one period as columns to `rows`, whose visitors stand in the column `visitors`."""
    everyone = replace(scope, dimensions=())
    candidates = replace(everyone, filters=confined(scope.site, unconverted(scope.filters)))
    used = " ".join(metric.sql for metric in shares.values())
    fill = {"visitors": visitors, "all": "", "unconverted": "", "group": f"{letter}group"}
    if "{all}" in used:
        fill["all"] = _visitors(everyone)
    if "{unconverted}" in used:
        fill["unconverted"] = _visitors(candidates)
    if "{group}" in used:
        kept = [(i, found) for i, found in enumerate(scope.dimensions) if found.level is not Level.GOAL]
        if not kept:
            fill["group"] = _visitors(candidates)
        else:
            groups = replace(candidates, dimensions=tuple(found for _, found in kept))
            names = ", ".join(f"k{n} AS k{i}" for n, (i, _) in enumerate(kept))
            base = f"SELECT {names}, {fill['group']} FROM ({side(groups, Over.EVENTS, {fill['group']: VISITORS})})"
            on = ", ".join(f"k{i}" for i, _ in kept)
            rows = f"SELECT * FROM ({rows}) AS r ANY LEFT JOIN ({base}) AS g USING ({on})"
    columns = [f"{metric.sql.format(**fill)} AS {name}" for name, metric in shares.items()]
    return f"SELECT *, {', '.join(columns)} FROM ({rows})"


def _visitors(scope: Scope) -> str:
    return f"({side(scope, Over.EVENTS, {'n': VISITORS})})"


# -- order


def filled(question: Question) -> bool:
    """Whether every bucket gets a row: the question has a lone time dimension and keeps its order."""
    return (
        question.fill
        and len(question.dimensions) == 1
        and dimension(question.dimensions[0]).level is Level.TIME
        and all(name == question.dimensions[0] for name, _ in question.order_by)
    )


def _tail(question: Question) -> str:
    if not question.dimensions:
        return ""
    order = ", ".join(f"{column} {way.upper()} NULLS LAST" for column, way in order_of(question))
    if filled(question):
        return f" ORDER BY {order} LIMIT {MOST_ROWS}"
    return f" ORDER BY {order} LIMIT {int(question.limit)} OFFSET {int(question.offset)}"


def order_of(question: Question) -> list[tuple[str, str]]:
    """What the rows are sorted by; at last by all dimensions, so that pages of a list never overlap."""
    places = {name: f"m{i}" for i, name in enumerate(question.metrics)}
    places |= {name: f"k{i}" for i, name in enumerate(question.dimensions)}
    order = [(places[name], str(way)) for name, way in question.order_by]
    if not order:
        times = [i for i, name in enumerate(question.dimensions) if dimension(name).level is Level.TIME]
        order = [*((f"k{i}", "asc") for i in times), ("m0", "desc")]
    named = {column for column, _ in order}
    return order + [(f"k{i}", "asc") for i in range(len(question.dimensions)) if f"k{i}" not in named]
