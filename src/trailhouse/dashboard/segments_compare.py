"""Segments side by side: the questions, and what the page draws of their answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from trailhouse.dashboard import formats
from trailhouse.dashboard.chart import HEIGHT, WIDTH, Label, Tick, chart_of
from trailhouse.dashboard.conditions import shown
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.vocabulary import FIELDS, FIGURES, Figure, Text
from trailhouse.stats.answer import Answer, Value, change
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.filters import Filter, InSegment, Is
from trailhouse.stats.metrics import Unit
from trailhouse.stats.question import Question

ALL = "all"
FEWEST, MOST = 2, 4
LISTS: tuple[str, ...] = ("source", "page", "country", "device")
ROWS = 10
FETCHED = 1_000  # rows of each list and segment; beyond them what is missing is asked for by name


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are compared: its number or ALL, and its name."""

    key: str
    name: str

    @property
    def filter(self) -> Filter | None:
        """What narrows a question down to it."""
        return None if self.key == ALL else InSegment((int(self.key),))


@dataclass(frozen=True, slots=True)
class Found:
    """The answers about one side: the figures, the chosen figure over time, and its lists."""

    side: Side
    figures: Answer
    chart: Answer
    lists: tuple[Answer, ...]


def sides_of(chosen: str, scope: Scope) -> tuple[Side, ...]:
    """Those that an address names, such as "all,12"; without unknown ones, at most MOST."""
    found = []
    for key in dict.fromkeys(chosen.split(",")):
        if key == ALL:
            found.append(Side(ALL, _("All visitors")))
        elif key in scope.state.segments:
            found.append(Side(key, scope.state.segments[key].name))
    return tuple(found[:MOST])


# -- questions


def questions(scope: Scope, side: Side) -> list[Question]:
    """The figures, the chart and the lists of one side."""
    filters = scope.narrowed(side.filter)
    return [
        replace(scope.figures(), filters=filters, comparison=None),
        replace(scope.chart(), filters=filters, comparison=None),
        *(
            Question(
                scope.site,
                scope.span.period,
                ("visitors",),
                (FIELDS[short].dimension,),
                filters=filters,
                limit=FETCHED,
                total_rows=True,
            )
            for short in LISTS
        ),
    ]


def found_of(sides: Sequence[Side], answers: Sequence[Answer]) -> tuple[Found, ...]:
    """The answers to all sides' questions, by side."""
    each = 2 + len(LISTS)
    return tuple(
        Found(side, answers[at], answers[at + 1], tuple(answers[at + 2 : at + each]))
        for side, at in zip(sides, range(0, len(answers), each), strict=True)
    )


# -- the figures


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one side, and how it differs from the first side's."""

    side: Side
    text: str
    change: str = ""
    mood: str = "flat"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One of the six figures of all sides."""

    figure: Figure
    link: str
    chosen: bool
    cells: tuple[Cell, ...]


def figure_rows(found: Sequence[Found], scope: Scope) -> tuple[FigureRow, ...]:
    """The six figures, each with its difference from the first side."""
    return tuple(
        FigureRow(
            figure,
            replace(scope.state, metric=figure.metric).url(),
            scope.state.metric == figure.metric,
            tuple(_figure_cell(place, figure, one, found[0]) for one in found),
        )
        for place, figure in enumerate(FIGURES)
    )


def _figure_cell(place: int, figure: Figure, one: Found, first: Found) -> Cell:
    unit = one.figures.units[figure.metric]
    value, base = one.figures.first.metrics[place], first.figures.first.metrics[place]
    moved = None if one is first else change(value, base, unit)
    # A part has fewer of everything than the whole: that is neither good nor bad.
    amount = round(moved.amount, 1) * figure.sign if moved and unit is not Unit.COUNT else 0
    mood = "up" if amount > 0 else "down" if amount < 0 else "flat"
    return Cell(
        one.side,
        formats.value(value, unit, one.figures.question.site.currency),
        formats.change(moved) if moved else "",
        mood,
    )


# -- the chart


@dataclass(frozen=True, slots=True)
class Line:
    """One side in the chart; `place` chooses its stroke."""

    side: Side
    place: int
    path: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The chosen figure over time, a line a side, and the same as a table."""

    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    rows: tuple[tuple[str, tuple[tuple[Side, str], ...]], ...]
    empty: bool


def chart(found: Sequence[Found], scope: Scope) -> Chart:
    """The lines of all sides on one scale."""
    drawn = [chart_of(one.chart, scope.span.unit, scope.state, scope.now) for one in found]
    tallest = max(drawn, key=lambda one: one.top)
    lines = tuple(
        Line(one.side, place, _path([point.value for point in own.points], tallest.top))
        for place, (one, own) in enumerate(zip(found, drawn, strict=True))
    )
    rows = tuple(
        (points[0].title, tuple((one.side, point.text) for one, point in zip(found, points, strict=True)))
        for points in zip(*(own.points for own in drawn), strict=True)
    )
    return Chart(lines, tallest.ticks, tallest.labels, rows, all(own.empty for own in drawn))


def _path(values: Sequence[Value], top: float) -> str:
    """Path data through the values, broken where one is undefined."""
    step = WIDTH / max(1, len(values) - 1)
    path, down = "", False
    for place, value in enumerate(values):
        if value is not None:
            path += f"{'L' if down else 'M'}{place * step:.1f} {HEIGHT * (1 - value / top):.1f}"
        down = value is not None
    return path + ("h0" if len(values) == 1 and path else "")


# -- the lists


@dataclass(frozen=True, slots=True)
class ListRow:
    """One value of a list: its name, and of each side its visitors and their share of all that side's."""

    name: str
    value: str
    amounts: tuple[float | None, ...]  # None: more values there than were fetched, and this is none of them
    cells: tuple[tuple[Side, str, str, str], ...] = ()  # side, visitors, share, width of the bar


@dataclass(frozen=True, slots=True)
class ListBox:
    """One list of all sides."""

    label: Text
    rows: tuple[ListRow, ...]


def list_rows(place: int, found: Sequence[Found]) -> list[ListRow]:
    """The rows of a list with the most visitors over all sides together."""
    field = FIELDS[LISTS[place]]
    told = [{row.dimensions[0]: row.metrics[0] or 0 for row in one.lists[place].rows} for one in found]
    cut = [(one.lists[place].total_rows or 0) > FETCHED for one in found]
    totals: dict[str, float] = {}
    for own in told:
        for value, amount in own.items():
            totals[value] = totals.get(value, 0) + amount
    top = sorted(totals, key=lambda value: (-totals[value], value))[:ROWS]
    return [
        ListRow(
            shown(field, value),
            value,
            tuple(own.get(value, None if more else 0) for own, more in zip(told, cut, strict=True)),
        )
        for value in top
    ]


def missing(place: int, rows: Sequence[ListRow], found: Sequence[Found], scope: Scope) -> dict[int, Question]:
    """By the place of its side, the question for values that were beyond the rows fetched."""
    dimension = FIELDS[LISTS[place]].dimension
    asked = {}
    for at, one in enumerate(found):
        values = tuple(row.value for row in rows if row.amounts[at] is None)
        if values:
            filters = scope.narrowed(one.side.filter, Is(dimension, values))
            asked[at] = Question(scope.site, scope.span.period, ("visitors",), (dimension,), filters=filters)
    return asked


def filled(rows: Sequence[ListRow], answers: dict[int, Answer]) -> list[ListRow]:
    """The rows with what `missing` asked for."""
    told = {at: {row.dimensions[0]: row.metrics[0] or 0 for row in one.rows} for at, one in answers.items()}
    return [
        replace(
            row,
            amounts=tuple(
                told.get(at, {}).get(row.value, 0) if amount is None else amount
                for at, amount in enumerate(row.amounts)
            ),
        )
        for row in rows
    ]


def list_box(place: int, rows: Sequence[ListRow], found: Sequence[Found]) -> ListBox:
    """A list with its amounts in words."""
    wholes = [one.figures.first.metrics[0] or 0 for one in found]
    return ListBox(FIELDS[LISTS[place]].label, tuple(replace(row, cells=_cells(row, found, wholes)) for row in rows))


def _cells(row: ListRow, found: Sequence[Found], wholes: Sequence[float]) -> tuple[tuple[Side, str, str, str], ...]:
    cells = []
    for one, amount, whole in zip(found, row.amounts, wholes, strict=True):
        part = 100 * (amount or 0) / whole if whole else 0
        share = formats.share(part) if whole else ""
        cells.append((one.side, formats.count(amount or 0), share, f"{min(part, 100):.1f}%"))
    return tuple(cells)


# -- as a file


def table(found: Sequence[Found], lists: Sequence[Sequence[ListRow]]) -> Table:
    """Everything as one table: a row for each figure or value of a list, and side."""
    rows: list[tuple[Any, ...]] = [
        ("figure", figure.metric, one.side.name, one.figures.first.metrics[place])
        for place, figure in enumerate(FIGURES)
        for one in found
    ]
    for short, own in zip(LISTS, lists, strict=True):
        rows += [
            (FIELDS[short].dimension, row.value, one.side.name, amount)
            for row in own
            for one, amount in zip(found, row.amounts, strict=True)
        ]
    return Table("segments", tuple(map(ExportColumn, ("part", "value", "segment", "amount"))), rows)
