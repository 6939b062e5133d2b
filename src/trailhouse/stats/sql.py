"""Question → one SQL statement.

What is counted over events, visits, pages and goals is grouped by the dimensions in a select of its own (a side); where
a question needs several, or a comparison, they are put together by UNION ALL and one more GROUP BY. The dimensions are
the columns k0, k1, …, the metrics m0, m1, …, the comparison's c0, c1, …
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trailhouse.core import clock
from trailhouse.stats.dimensions import Level, dimension
from trailhouse.stats.metrics import METRICS, Metric, Over
from trailhouse.stats.params import Params
from trailhouse.stats.question import MOST_ROWS, Question
from trailhouse.stats.sides import SIDES, Scope, share_bases

FILLED = MOST_ROWS + 1


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT with its parameters."""

    text: str
    params: Mapping[str, Any]


def statement(question: Question) -> Statement:
    """The statement that answers a checked question (segments resolved, names known)."""
    params = Params()
    asked = tuple(METRICS[name] for name in question.metrics)
    columns = _columns(asked)
    scope = Scope.of(question, question.period, params, clock.now_ms())
    overs = {metric.over for metric in asked}
    if len(overs) == 1 and Over.SHARES not in overs and question.comparison is None:
        side = SIDES[overs.pop()](scope, {f"m{i}": metric for i, metric in enumerate(asked)}, ())
        names = _select(question, [f"m{i}" for i in range(len(asked))])
        return Statement(f"SELECT {names} FROM ({side}){_tail(question)}", params.values)
    scopes = [("m", scope)]
    if question.comparison is not None:
        scopes.append(("c", Scope.of(question, question.comparison, params, clock.now_ms())))
    return Statement(_union(question, asked, columns, scopes), params.values)


def _columns(asked: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """The metrics to compute: those asked for, and the visitors that shares are of."""
    if any(metric.over is Over.SHARES for metric in asked) and METRICS["visitors"] not in asked:
        return (*asked, METRICS["visitors"])
    return asked


def _union(
    question: Question, asked: tuple[Metric, ...], columns: tuple[Metric, ...], scopes: list[tuple[str, Scope]]
) -> str:
    counted = [(i, metric) for i, metric in enumerate(columns) if metric.over is not Over.SHARES]
    every = [f"{letter}{i}" for letter, _ in scopes for i, _ in counted]
    sides = []
    for letter, scope in scopes:
        for over in dict.fromkeys(metric.over for _, metric in counted):
            own = {f"{letter}{i}": metric for i, metric in counted if metric.over is over}
            columns_of_side = {name: own.get(name) for name in every}
            sides.append(SIDES[over](scope, columns_of_side, (f"{int(letter == 'm')} AS main",)))
    keys = [f"k{i}" for i in range(len(question.dimensions))]
    merged = [_merged(f"{letter}{i}", metric) for letter, _ in scopes for i, metric in counted]
    only_main = "" if filled(question) else " HAVING max(main) = 1"
    group = f" GROUP BY {', '.join(keys)}{only_main}" if keys else ""
    rows = f"SELECT {', '.join(keys + merged)} FROM ({' UNION ALL '.join(sides)}){group}"
    shares = [(i, metric) for i, metric in enumerate(asked) if metric.over is Over.SHARES]
    if shares:
        visitors = columns.index(METRICS["visitors"])
        for letter, scope in scopes:
            rows = share_bases(scope, rows, letter, {f"{letter}{i}": metric for i, metric in shares}, visitors)
    names = [f"{letter}{i}" for letter, _ in scopes for i in range(len(asked))]
    return f"SELECT {_select(question, names)} FROM ({rows}){_tail(question)}"


def _merged(name: str, metric: Metric) -> str:
    value = f"max({name})"
    return f"{value if metric.zero is None else f'ifNull({value}, {metric.zero})'} AS {name}"


def _select(question: Question, names: list[str]) -> str:
    keys = [f"k{i}" for i in range(len(question.dimensions))]
    total = ["count() OVER () AS total_rows"] if question.total_rows else []
    return ", ".join(keys + names + total)


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
    order = ", ".join(f"{column} {way.upper()} NULLS LAST" for column, way in _order(question))
    if filled(question):
        return f" ORDER BY {order} LIMIT {FILLED}"
    return f" ORDER BY {order} LIMIT {int(question.limit)} OFFSET {int(question.offset)}"


def _order(question: Question) -> list[tuple[str, str]]:
    """What the rows are sorted by; at last by all dimensions, so that pages of a list never overlap."""
    places = {name: f"m{i}" for i, name in enumerate(question.metrics)}
    places |= {name: f"k{i}" for i, name in enumerate(question.dimensions)}
    order = [(places[name], str(way)) for name, way in question.order_by]
    if not order:
        times = [i for i, name in enumerate(question.dimensions) if dimension(name).level is Level.TIME]
        order = [*((f"k{i}", "asc") for i in times), ("m0", "desc")]
    named = {column for column, _ in order}
    return order + [(f"k{i}", "asc") for i in range(len(question.dimensions)) if f"k{i}" not in named]
