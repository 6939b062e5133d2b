"""What Trends shows: one or two figures by hour, day, week or month, beside the period that they are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trailhouse.core.periods import Period, Unit
from trailhouse.dashboard import formats
from trailhouse.dashboard.chart import Chart, Note, chart_of
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.state import State
from trailhouse.dashboard.vocabulary import FIGURES, Figure, Text
from trailhouse.stats.answer import Answer, Value, change
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.question import Question

BY, WITH = "by", "with"  # the tabs of a report's state that hold the interval and the second figure
INTERVALS: dict[Unit, Text] = {"hour": _("Hours"), "day": _("Days"), "week": _("Weeks"), "month": _("Months")}
# The longest period that is drawn by an interval: more points say less.
LONGEST: dict[Unit, timedelta] = {"hour": timedelta(days=32), "day": timedelta(days=800)}
MOST_ROWS = 10_000

# What can be drawn as a second figure, beside the six.
OTHERS = (
    Figure("views_per_visit", _("Pages a visit"), _("No visits in this period")),
    Figure("events", _("Events"), _("No events in this period")),
    Figure("engaged_time", _("Engaged time a visit"), _("No visits in this period")),
    Figure("scroll_depth", _("Scroll depth"), _("No scroll depths in this period")),
    Figure("goal_value", _("Value of goals"), _("No goals reached in this period")),
    Figure("total_revenue", _("Revenue"), _("No revenue in this period")),
)
SECOND = {figure.metric: figure for figure in (*FIGURES, *OTHERS)}


@dataclass(frozen=True, slots=True)
class Choice:
    """A figure or an interval to choose, and whether it is shown."""

    label: Text
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the point of the first figure, its change, and the value of the second figure."""

    point: Any
    change: str
    second: str


def interval_of(state: State, period: Period) -> Unit:
    """The interval that the state asks for where the period can be drawn by it, else the one that suits."""
    wanted = cast(Unit, state.tab(BY))
    return wanted if wanted in intervals_of(period) else _suiting(period)


def intervals_of(period: Period) -> list[Unit]:
    """The intervals that a period can be drawn by."""
    length = period.end - period.start
    return [unit for unit in INTERVALS if length <= LONGEST.get(unit, length)]


def _suiting(period: Period) -> Unit:
    unit = period.unit()
    return unit if unit in INTERVALS else "hour"


def second_of(state: State) -> Figure | None:
    """The second figure; None where there is none, or where it is the first one again."""
    wanted = state.tab(WITH)
    return SECOND.get(wanted) if wanted != state.metric else None


def question(scope: Scope, interval: Unit) -> Question:
    """One or two figures over time and in the period that they are compared with."""
    second = second_of(scope.state)
    metrics = (scope.state.metric, *([second.metric] if second else []))
    return Question(
        scope.site,
        scope.span.period,
        metrics,
        (f"time:{interval}",),
        filters=scope.narrowed(),
        comparison=scope.span.drawn,
        limit=MOST_ROWS,
    )


def drawn(answer: Answer, interval: Unit, scope: Scope, notes: Sequence[Note]) -> dict[str, Any]:
    """The charts of the figures and the lines of their table."""
    charts = [
        chart_of(answer, interval, scope.state, scope.now, notes, place)
        for place in range(len(answer.question.metrics))
    ]
    unit = answer.units[answer.question.metrics[0]]
    seconds = charts[1].points if len(charts) > 1 else [None] * len(charts[0].points)
    lines = []
    for point, second in zip(charts[0].points, seconds, strict=True):
        moved = change(point.value, point.before, unit) if not point.running else None
        text = formats.change(moved) if moved and (point.value or point.before) else ""
        lines.append(Line(point, text, second.text if second else ""))
    return {"chart": charts[0], "second_chart": charts[1] if len(charts) > 1 else None, "lines": lines[::-1]}


def choices(state: State, period: Period, interval: Unit) -> dict[str, Any]:
    """What can be chosen: the first figure, the interval, the second figure."""
    second = second_of(state)
    return {
        "figures": [Choice(f.label, replace(state, metric=f.metric).url(), f.metric == state.metric) for f in FIGURES],
        "intervals": [
            Choice(INTERVALS[unit], _tabbed(state, BY, "" if unit == _suiting(period) else unit), unit == interval)
            for unit in intervals_of(period)
        ],
        "seconds": [
            Choice(pgettext_lazy("figure", "none"), _tabbed(state, WITH, ""), second is None),
            *(
                Choice(f.label, _tabbed(state, WITH, f.metric), f is second)
                for f in SECOND.values()
                if f.metric != state.metric
            ),
        ],
        "second": second,
    }


def _tabbed(state: State, panel: str, tab: str) -> str:
    return state.with_tab(panel, tab).url()


def table_of(answer: Answer, chart: Chart) -> Table:
    """The intervals, oldest first, with the figures and those that they are compared with."""
    names = answer.question.metrics
    columns = [ExportColumn("time"), *(ExportColumn(name, answer.units[name]) for name in names)]
    compared = answer.question.comparison is not None
    if compared:
        columns += [ExportColumn("compared_time"), *(ExportColumn(f"compared_{n}", answer.units[n]) for n in names)]
    return Table("trends", tuple(columns), [_cells(row, compared) for row in answer.rows[: len(chart.points)]])


def _cells(row: Any, compared: bool) -> list[Any]:
    cells: list[Any] = [row.bucket.label, *row.metrics]
    if compared:
        earlier = row.comparison_bucket
        others: Sequence[Value] = row.comparison or [None] * len(row.metrics)
        cells += [earlier.label if earlier else None, *others]
    return cells
