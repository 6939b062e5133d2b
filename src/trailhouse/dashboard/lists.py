"""Answers as lists of rows that link, for panels and whole-list pages."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from trailhouse.dashboard import formats
from trailhouse.dashboard.conditions import shown
from trailhouse.dashboard.panels import Tab
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.state import Condition, State
from trailhouse.dashboard.vocabulary import Field, Text, field
from trailhouse.stats.answer import Answer, Row, Value


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the template draws it.

    `width` is the bar's, in per cent; `link` filters by the row or no longer, and is "" where that would tell too much.
    """

    name: str
    note: str
    link: str
    chosen: bool
    figure: str
    width: str
    share: str
    cells: tuple[tuple[Text, str], ...]  # label and words of each further figure
    out: str  # the address itself where the value is one, else ""
    code: str  # the stored value


def lines(answer: Answer, tab: Tab, scope: Scope, whole: Value) -> tuple[Line, ...]:
    """The rows of `answer`. `whole` is what shares are of: all visitors."""
    most = max((row.metrics[0] or 0 for row in answer.rows), default=0)
    fields = tuple(found for short in tab.fields if (found := field(short)))
    return tuple(_line(row, answer, fields, tab, scope, whole or 0, most) for row in answer.rows)


def _line(
    row: Row, answer: Answer, fields: tuple[Field, ...], tab: Tab, scope: Scope, whole: float, most: float
) -> Line:
    first = row.metrics[0] or 0
    asked = tab.columns[: len(row.metrics)]
    cells = tuple(
        (column.label, formats.value(amount, answer.units[column.metric], scope.site.currency))
        for column, amount in zip(asked, row.metrics, strict=True)
    )
    values = row.dimensions
    conditions = tuple(Condition(f.short, "is", (v,)) for f, v in zip(fields, values, strict=True))
    return Line(
        name=" ".join(shown(f, v) for f, v in zip(fields, values, strict=True) if v or f is fields[-1]),
        note=fields[-1].note(values[-1]) if values[-1] else "",
        link="" if scope.strict and fields[-1].strict_least else _toggled(scope.state, conditions).url(),
        chosen=all(condition in scope.state.filters for condition in conditions),
        figure=cells[0][1],
        width=f"{100 * first / most:.1f}%" if most else "0",
        share=formats.share(100 * first / whole) if whole else "",
        cells=cells[1:],
        out=web_address(values[-1]) if tab.linked else "",
        code=values[-1],
    )


def _toggled(state: State, conditions: tuple[Condition, ...]) -> State:
    if all(condition in state.filters for condition in conditions):
        for condition in conditions:
            state = state.without(condition)
        return state.carried()
    for condition in conditions:
        if condition not in state.filters:
            state = state.toggled(condition.dimension, condition.values[0])
    return state


def web_address(value: str) -> str:
    """`value` where it is a whole http or https address, else "": nothing else may become a link."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return value if parts.scheme in ("http", "https") and parts.netloc else ""
