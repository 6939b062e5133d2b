"""Revenue: what events carried, in the site's currency, how many did, and what that is for each visitor.

An order is an event that carried revenue. A refund, sent as a negative amount, is one as well and lowers the total.
Events count in the period in which they happened, and under the page's filters, as everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trailhouse.core import clock
from trailhouse.core.clock import to_ms
from trailhouse.core.periods import Period
from trailhouse.events.store import Store
from trailhouse.stats.answer import Answer, Row, Value, rows_of
from trailhouse.stats.check import check
from trailhouse.stats.dimensions import Level, dimension
from trailhouse.stats.metrics import METRICS, Metric, Over, Unit
from trailhouse.stats.params import Params
from trailhouse.stats.question import Question
from trailhouse.stats.scope import UNITS, Scope
from trailhouse.stats.sides import side

CARRIED = "revenue_currency != ''"
MOST_PROPERTIES = 20
UNITS_OF = {
    "total_revenue": Unit.MONEY,
    "orders": Unit.COUNT,
    "average_order": Unit.MONEY,
    "revenue_per_visitor": Unit.MONEY,
}
_COLUMNS = {
    "total": METRICS["total_revenue"],
    "orders": Metric("orders", Unit.COUNT, Over.EVENTS, f"countIf({CARRIED})"),
    "visitors": METRICS["visitors"],
}


@dataclass(frozen=True, slots=True)
class Revenue:
    """What came in: minor units of the site's currency, the orders, and all visitors, also those without an order."""

    total: int = 0
    orders: int = 0
    visitors: int = 0

    @property
    def figures(self) -> tuple[Value, ...]:
        """The figures in the order of UNITS_OF; None where there is nothing to divide by."""
        average = self.total / self.orders if self.orders else None
        return self.total, self.orders, average, self.total / self.visitors if self.visitors else None


@dataclass(frozen=True, slots=True)
class Split:
    """The revenue of the events or visits with one value of a dimension."""

    value: str
    revenue: Revenue


@dataclass(frozen=True, slots=True)
class InCurrency:
    """What came in in one currency: minor units of that currency, and the orders."""

    currency: str
    amount: int
    orders: int


def total(store: Store, question: Question) -> Answer:
    """The figures of the question's period and of the one that it is compared with, in one row. Raises UserError."""
    found = [_whole(store, question, period) for period in _periods(question)]
    row = Row((), found[0].figures, found[1].figures if len(found) > 1 else None)
    return Answer(replace(question, metrics=tuple(UNITS_OF), dimensions=()), (row,), UNITS_OF)


def over_time(store: Store, question: Question, figure: str) -> Answer:
    """One figure by the question's time dimension, a row for each interval. Raises UserError."""
    unit, place = UNITS[question.dimensions[0]], list(UNITS_OF).index(figure)
    told = []
    for period in _periods(question):
        lines = {key: Revenue(*rest) for key, *rest in _asked(store, question, period)}
        buckets = period.buckets(unit)
        told.append([(b, lines.get(to_ms(b.start), Revenue()).figures[place]) for b in buckets])
    compared = told[1] if len(told) > 1 else None
    rows = []
    for at, (bucket, value) in enumerate(told[0]):
        other, then = compared[at] if compared and at < len(compared) else (None, None)
        rows.append(Row((bucket.label,), (value,), None if compared is None else (then,), bucket, other))
    return Answer(replace(question, metrics=(figure,)), tuple(rows), {figure: UNITS_OF[figure]})


def split(store: Store, question: Question) -> tuple[tuple[Split, ...], int]:
    """What has revenue by the question's dimension, most first, and how many such rows there are. Raises UserError.

    A page of them by the question's limit and offset. By what only events have, the visitors are those of its events.
    """
    order = f" ORDER BY total DESC, k0 LIMIT {int(question.limit)} OFFSET {int(question.offset)}"
    lines = _asked(store, question, question.period, f"WHERE orders > 0{order}", ", count() OVER () AS rows")
    return tuple(Split(str(key), Revenue(*rest)) for key, *rest, _ in lines), int(lines[0][-1]) if lines else 0


def split_answer(store: Store, question: Question) -> Answer:
    """`split` as an answer with its figures; the revenue per visitor only by what visits have. Raises UserError."""
    found, rows = split(store, question)
    events = any(dimension(name).level is Level.EVENT for name in question.dimensions)
    names = tuple(UNITS_OF)[: 3 if events else 4]
    lines = tuple(Row((one.value,), one.revenue.figures[: len(names)]) for one in found)
    return Answer(replace(question, metrics=names), lines, {name: UNITS_OF[name] for name in names}, total_rows=rows)


def by_currency(store: Store, question: Question) -> tuple[InCurrency, ...]:
    """What came in, by the currency in which it did, most orders first. Raises UserError."""
    scope = _scope(question, question.period)
    text = (
        f"SELECT revenue_currency, sum(revenue_amount), count() AS orders FROM events WHERE {scope.rows()}"
        f" AND {CARRIED} AND ({scope.counted()}) GROUP BY revenue_currency ORDER BY orders DESC, revenue_currency"
    )
    return tuple(InCurrency(*line) for line in rows_of(store, text, scope.params.values))


def properties(store: Store, question: Question, *, carried: bool = False) -> tuple[str, ...]:
    """The properties that the question's events have most often, at most 20; `carried`: those with revenue alone.

    Raises UserError.
    """
    scope = _scope(question, question.period)
    only = f" AND {CARRIED}" if carried else ""
    text = (
        f"SELECT arrayJoin(mapKeys(props)) AS property FROM events WHERE {scope.rows()}{only} AND ({scope.counted()})"
        f" GROUP BY property ORDER BY count() DESC, property LIMIT {MOST_PROPERTIES}"
    )
    return tuple(str(name) for (name,) in rows_of(store, text, scope.params.values) if name)


# -- the statements


def _periods(question: Question) -> Sequence[Period]:
    return [question.period] if question.comparison is None else [question.period, question.comparison]


def _scope(question: Question, period: Period) -> Scope:
    own = replace(question, metrics=("visitors",), comparison=None, period=period, order_by=())
    return Scope.of(check(own), Params(), clock.now_ms())


def _whole(store: Store, question: Question, period: Period) -> Revenue:
    lines = _asked(store, replace(question, dimensions=()), period)
    return Revenue(*lines[0]) if lines else Revenue()


def _asked(store: Store, question: Question, period: Period, tail: str = "", more: str = "") -> list[tuple[Any, ...]]:
    """A line for each value of the dimensions: these, then the three columns, then `more`."""
    scope = _scope(question, period)
    if any(found.level is Level.EVENT for found in map(dimension, question.dimensions)) and not scope.has(Level.TIME):
        # By a property or a page only events count that carried revenue: all others have no part in it.
        scope = replace(scope, dimensions=tuple(_carrying(found) for found in scope.dimensions))
    names = ", ".join([*(f"k{place}" for place in range(len(question.dimensions))), *_COLUMNS])
    text = f"SELECT {names}{more} FROM ({side(scope, Over.EVENTS, _COLUMNS)}) {tail}"
    return rows_of(store, text, scope.params.values)


def _carrying(found: Any) -> Any:
    return replace(found, only=f"({found.only} AND {CARRIED})" if found.only else CARRIED)
