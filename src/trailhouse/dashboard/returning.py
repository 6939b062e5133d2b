"""What the page of new and returning visitors asks and draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, log10

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trailhouse.core.periods import Bucket
from trailhouse.dashboard import formats
from trailhouse.dashboard.panels import Column
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.state import Condition
from trailhouse.dashboard.vocabulary import FIELDS, Text
from trailhouse.stats.answer import Answer, Row, change
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.metrics import Unit
from trailhouse.stats.question import Question
from trailhouse.stats.reports.returning import Class, Habits

DIMENSION = "visit:returning"
KINDS = ("new", "returning", "")
COLUMNS = (
    Column("visits", gettext_lazy("Visits")),
    Column("visitors", gettext_lazy("Visitors")),
    Column("bounce_rate", gettext_lazy("Bounce rate")),
    Column("visit_duration", gettext_lazy("Visit duration")),
    Column("views_per_visit", gettext_lazy("Pages per visit")),
)
HEIGHT = 186
TOP = 14  # pixels above the plot
MOST_LABELS = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a column: places and sizes in the picture's units."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Interval:
    """One interval: its name and its visits by kind, in words."""

    title: str
    texts: tuple[tuple[Text, str], ...]  # label and words, in the order of KINDS


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, at `y` pixels, or a name under the axis, at `y` per cent."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Visits over time, stacked by kind."""

    bars: tuple[Bar, ...]
    intervals: tuple[Interval, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Tick, ...]

    @property
    def empty(self) -> bool:
        """Whether nobody came."""
        return not self.bars


@dataclass(frozen=True, slots=True)
class KindLine:
    """One of the kinds as the table draws it."""

    kind: str
    name: str
    link: str
    chosen: bool
    width: str
    share: str
    change: str
    mood: str
    cells: tuple[tuple[Text, str], ...]


@dataclass(frozen=True, slots=True)
class HabitLine:
    """One class of a distribution as its panel draws it."""

    name: str
    figure: str
    share: str
    width: str


def questions(scope: Scope) -> list[Question]:
    """By kind with all columns, and by interval and kind."""
    columns = tuple(column.metric for column in COLUMNS)
    by_kind = Question(
        scope.site, scope.span.period, columns, (DIMENSION,), scope.narrowed(), scope.span.comparison, limit=len(KINDS)
    )
    return [by_kind, over_time(scope)]


def over_time(scope: Scope) -> Question:
    """Visits and visitors by interval and kind."""
    dimensions = (f"time:{scope.span.unit}", DIMENSION)
    return Question(
        scope.site, scope.span.period, ("visits", "visitors"), dimensions, filters=scope.narrowed(), limit=10_000
    )


def table(answer: Answer, unit: str) -> Table:
    """What is exported: a line for each interval and kind that somebody came in."""
    columns = (
        ExportColumn(unit),
        ExportColumn("returning"),
        ExportColumn("visits", Unit.COUNT),
        ExportColumn("visitors", Unit.COUNT),
    )
    return Table("returning", columns, ((*row.dimensions, *row.metrics) for row in answer.rows))


# -- the chart


def chart(answer: Answer, scope: Scope) -> Chart:
    """The columns of `over_time`. Intervals that have not begun are left out."""
    unit = scope.span.unit
    buckets = [bucket for bucket in scope.span.period.buckets(unit) if bucket.start < scope.now]
    found = {(row.bucket.start, row.dimensions[1]): row.metrics[0] or 0 for row in answer.rows if row.bucket}
    columns = [[found.get((bucket.start, kind), 0) for kind in KINDS] for bucket in buckets]
    most = max((sum(column) for column in columns), default=0)
    ticks = _ticks(most)
    top = ticks[-1] or 1
    return Chart(
        bars=tuple(bar for place, column in enumerate(columns) for bar in _stack(place, column, len(columns), top)),
        intervals=tuple(
            Interval(
                formats.bucket_title(bucket, unit),
                tuple((name_of(kind), formats.count(n)) for kind, n in zip(KINDS, column, strict=True)),
            )
            for bucket, column in zip(buckets, columns, strict=True)
        ),
        ticks=tuple(Tick(f"{TOP + HEIGHT * (1 - tick / top):.1f}", formats.short_count(tick)) for tick in ticks),
        labels=_labels(buckets, scope),
    )


def _stack(place: int, column: Sequence[float], count: int, top: float) -> list[Bar]:
    each = 1000 / count
    under = 0.0
    bars = []
    for kind, amount in zip(KINDS, column, strict=True):
        if amount:
            height = HEIGHT * amount / top
            under += height
            x, width = f"{each * (place + 0.12):.2f}", f"{each * 0.76:.2f}"
            bars.append(Bar(kind or "unknown", x, f"{HEIGHT - under:.2f}", width, f"{height:.2f}"))
    return bars


def _ticks(most: float) -> list[int]:
    """Three to five round numbers from 0 to at least `most`."""
    rough = max(most / 4, 1)
    scale = 10 ** int(log10(rough))
    step = next(ceil(s * scale) for s in (1, 2, 2.5, 5, 10) if rough <= s * scale * (1 + 1e-9))
    return [step * n for n in range(max(1, ceil(most / step)) + 1)]


def _labels(buckets: Sequence[Bucket], scope: Scope) -> tuple[Tick, ...]:
    count = len(buckets)
    every = max(1, ceil(count / MOST_LABELS))
    return tuple(
        Tick(f"{100 * (place + 0.5) / count:.1f}%", formats.bucket_tick(buckets[place], scope.span.unit))
        for place in range(0, count, every)
        if count == 1 or (place + 0.5) / count <= 0.97
    )


# -- tables


def name_of(kind: str) -> str:
    """What a kind of visit is called."""
    field = FIELDS["returning"]
    return str(field.name(kind) if kind else field.unknown)


def kind_lines(answer: Answer, scope: Scope) -> tuple[KindLine, ...]:
    """The kinds of `questions`, always in one order; one that nobody was of is left out."""
    rows = {row.dimensions[0]: row for row in answer.rows}
    whole = sum(row.metrics[0] or 0 for row in rows.values())
    return tuple(_kind_line(kind, rows[kind], answer, scope, whole) for kind in KINDS if kind in rows)


def _kind_line(kind: str, row: Row, answer: Answer, scope: Scope, whole: float) -> KindLine:
    visits = row.metrics[0] or 0
    moved = change(visits, row.comparison[0] if row.comparison else None, Unit.COUNT)
    condition = Condition("returning", "is", (kind,))
    return KindLine(
        kind=kind or "unknown",
        name=name_of(kind),
        link=scope.state.toggled("returning", kind).url(),
        chosen=condition in scope.state.filters,
        width=f"{100 * visits / whole:.1f}%" if whole else "0",
        share=formats.share(100 * visits / whole) if whole else "",
        change=formats.change(moved) if moved else "",
        mood="flat" if not moved or not round(moved.amount, 1) else "up" if moved.amount > 0 else "down",
        cells=tuple(
            (column.label, formats.value(amount, answer.units[column.metric], answer.question.site.currency))
            for column, amount in zip(COLUMNS, row.metrics, strict=True)
        ),
    )


def frequency_lines(found: Habits) -> tuple[HabitLine, ...]:
    """Visitors by how many visits each made."""
    return _habit_lines(found.frequency, found.visitors, _visits)


def gap_lines(found: Habits) -> tuple[HabitLine, ...]:
    """Visits by how long the one before lay back."""
    return _habit_lines(found.gaps, found.visits - found.first_visits, _days)


def _habit_lines(classes: Sequence[Class], whole: int, name: Callable[[Class], str]) -> tuple[HabitLine, ...]:
    most = max((one.count for one in classes), default=0)
    return tuple(
        HabitLine(
            name=name(one),
            figure=formats.count(one.count),
            share=formats.share(100 * one.count / whole) if whole else "",
            width=f"{100 * one.count / most:.1f}%" if most else "0",
        )
        for one in classes
    )


def _visits(one: Class) -> str:
    if one.last is None:
        return _("%(first)s visits and more") % {"first": one.first}
    if one.first == one.last:
        return _("1 visit") if one.first == 1 else _("%(n)s visits") % {"n": one.first}
    return _("%(first)s to %(last)s visits") % {"first": one.first, "last": one.last}


def _days(one: Class) -> str:
    if one.last is None:
        return _("%(first)s days and more") % {"first": one.first}
    if one.first == one.last:
        if one.first == 0:
            return _("Less than a day")
        return _("1 day") if one.first == 1 else _("%(n)s days") % {"n": one.first}
    return _("%(first)s to %(last)s days") % {"first": one.first, "last": one.last}
