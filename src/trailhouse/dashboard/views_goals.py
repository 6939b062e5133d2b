"""Goals: all of them with what they bring, and one over time and by anything that it can be split by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, exporting, formats, menus, outcomes, reports
from trailhouse.dashboard.lists import Line, lines
from trailhouse.dashboard.outcomes import Figure, Opened
from trailhouse.dashboard.panels import Column, Tab
from trailhouse.dashboard.questions import LIST_ROWS, Scope
from trailhouse.dashboard.vocabulary import PROPERTY, Field
from trailhouse.events import current
from trailhouse.sites.access import Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Goal as SiteGoal
from trailhouse.sites.models import Section, Site
from trailhouse.stats.answer import Answer, Row
from trailhouse.stats.dimensions import GOAL
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.filters import Is
from trailhouse.stats.metrics import METRICS, Unit
from trailhouse.stats.question import Goal, Question
from trailhouse.stats.reports import goals as counted
from trailhouse.stats.reports.goals import METRICS_OF_ALL, RATE, rate_over_time
from trailhouse.stats.reports.revenue import properties

ALL: tuple[Figure, ...] = (
    Figure("visitors", _("All visitors"), ""),
    Figure("goals_reached", _("Conversions"), ""),
    Figure("goal_value", _("Value"), ""),
)
FIGURES: tuple[Figure, ...] = (
    Figure("visitors", _("Visitors who reached it"), _("Nobody reached this goal in this period")),
    Figure("goals_reached", _("Conversions"), _("No conversions in this period")),
    Figure("conversion_rate", _("Conversion rate"), _("Nobody reached this goal in this period")),
    Figure("goal_value", _("Value"), _("No value in this period")),
    Figure("total_revenue", _("Revenue"), _("No revenue in this period")),
)


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal in the list of all: what reaches it, and its figures in words."""

    name: str
    what: str
    link: str
    width: str
    visitors: str
    conversions: str
    rate: str
    value: str
    change: str
    before: str
    mood: str


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def goals(request: HttpRequest, site: Site) -> HttpResponseBase:
    """All goals of the site, also those that nobody reached."""
    page = outcomes.opened(request, site, "goals")
    if isinstance(page, HttpResponse):
        return page
    scope = page.scope
    every, whole = reports.asked([all_goals(scope), _whole(scope)])
    told = counted.every_goal(every)
    if form := exporting.wanted(request):
        return exporting.response(form, site, list_table(told))
    drawn = ALL if any(goal.value_minor for goal in scope.site.goals) else ALL[:2]
    boxes = outcomes.boxes(ALL, whole, scope.state, site.currency, "")
    context = {
        "rows": _rows(request, site, told),
        "boxes": [replace(box, link="") for box in boxes[: len(drawn)]],
        "valued": len(drawn) == len(ALL),
        "any_goals": bool(scope.site.goals),
        "may_change": allowed(viewer(request), site, Privilege.CHANGE_SITE),
    }
    return outcomes.shown(request, "goals/list.html", page.context | context)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def goal(request: HttpRequest, site: Site, goal: int, by: str = "") -> HttpResponseBase:
    """One goal. Raises Http404 alike for another site's and none, and for what it cannot be split by."""
    if not site.goals.filter(pk=goal).exists():
        raise Http404
    page = outcomes.opened(request, site, "goals", tuple(figure.metric for figure in FIGURES))
    if isinstance(page, HttpResponse):
        return page
    one = next(each for each in page.scope.site.goals if each.id == goal)
    split = outcomes.split_of(request, site, by)
    if form := exporting.wanted(request):
        (found,) = reports.asked([split_question(page.scope, one, split)])
        return exporting.response(form, site, table(found, one, split))
    return outcomes.shown(request, "goals/goal.html", page.context | _one(request, site, page, one, split))


# -- what is asked


def all_goals(scope: Scope) -> Question:
    """Every goal that somebody reached."""
    return counted.all_goals(_whole(scope))


def _whole(scope: Scope) -> Question:
    metrics = tuple(figure.metric for figure in ALL)
    return Question(scope.site, scope.span.period, metrics, filters=scope.narrowed(), comparison=scope.span.comparison)


def _reached(scope: Scope, one: Goal, metrics: Sequence[str]) -> Question:
    narrowed = scope.narrowed(Is(GOAL, (one.name,)))
    return Question(scope.site, scope.span.period, tuple(metrics), filters=narrowed)


def _over_time(scope: Scope, one: Goal, figure: str) -> Answer:
    """A figure of the goal over time; the rate is that of each interval's visitors."""
    unit = f"time:{scope.span.unit}"
    question = replace(_reached(scope, one, [figure]), dimensions=(unit,), comparison=scope.span.drawn)
    return rate_over_time(current.store(), question) if figure == RATE else reports.asked([question])[0]


def split_question(scope: Scope, one: Goal, split: Field) -> Question:
    """One page of those who reached the goal, by the values of a dimension."""
    columns = [column.metric for column in _columns(one, split)]
    return replace(
        _reached(scope, one, columns),
        dimensions=(split.dimension,),
        order_by=(("visitors", "desc"), (split.dimension, "asc")),
        limit=LIST_ROWS,
        offset=LIST_ROWS * (scope.state.page - 1),
        total_rows=True,
    )


def _columns(one: Goal, split: Field) -> tuple[Column, ...]:
    """The figures by rows: no rate by a property, which events have that reach the goal and hardly any others."""
    found = [Column("visitors", _("Visitors")), Column("goals_reached", _("Conversions"))]
    if not split.short.startswith(PROPERTY):
        found.append(Column("group_conversion_rate", _("Conversion rate")))
    if one.value_minor:
        found.append(Column("goal_value", _("Value")))
    if one.kind == "event":
        found.append(Column("total_revenue", _("Revenue")))
    return tuple(found)


# -- tables


def list_table(told: Sequence[tuple[Goal, Row]]) -> Table:
    """All goals as a table."""
    columns = [ExportColumn("goal"), ExportColumn("kind"), ExportColumn("pattern")]
    columns += [ExportColumn(name, METRICS[name].unit) for name in METRICS_OF_ALL]
    columns += [ExportColumn(f"{name}_compared", METRICS[name].unit) for name in METRICS_OF_ALL]
    nothing = (None,) * len(METRICS_OF_ALL)
    rows = [(one.name, one.kind, one.pattern, *row.metrics, *(row.comparison or nothing)) for one, row in told]
    return Table("goals", tuple(columns), rows)


def table(found: Answer, one: Goal, split: Field) -> Table:
    """One goal by the values of a dimension."""
    columns = (ExportColumn(split.short), *(ExportColumn(name, unit) for name, unit in found.units.items()))
    return Table(f"goal-{one.id}-by-{split.short}", columns, [(*row.dimensions, *row.metrics) for row in found.rows])


# -- words


def _rows(request: HttpRequest, site: Site, told: Sequence[tuple[Goal, Row]]) -> list[GoalRow]:
    most = max((row.metrics[1] or 0 for _goal, row in told), default=0)
    found = []
    for one, row in told:
        visitors, conversions, rate, value = row.metrics
        then = row.comparison[1] if row.comparison else None
        moved = outcomes.box("", conversions, then, Unit.COUNT)
        found.append(
            GoalRow(
                name=one.name,
                what=what(one),
                link=addresses.of(request, site, "goal", str(one.id)),
                width=f"{100 * (conversions or 0) / most:.1f}%" if most else "0",
                visitors=formats.count(visitors or 0),
                conversions=formats.count(conversions or 0),
                rate=formats.value(rate, Unit.PERCENT),
                value=formats.money(value, site.currency) if one.value_minor else formats.NONE,
                change=moved.change,
                before=moved.before,
                mood=moved.mood,
            )
        )
    return found


def what(one: Goal) -> str:
    """What reaches a goal, in words: an event: Order."""
    return f"{SiteGoal.Kind(one.kind).label}: {one.pattern}"


def _one(request: HttpRequest, site: Site, page: Opened, one: Goal, split: Field) -> dict[str, Any]:
    scope, figure = page.scope, page.figure
    shown = [f for f in FIGURES if _has(one, f.metric)]
    if not _has(one, figure):
        figure = FIGURES[0].metric
    asked = _reached(scope, one, [f.metric for f in shown])
    figures, found = reports.asked(
        [replace(asked, comparison=scope.span.comparison), split_question(scope, one, split)]
    )
    names = properties(current.store(), asked) if one.kind == "event" else ()
    return {
        "goal": one,
        "what": what(one),
        "boxes": outcomes.boxes(shown, figures, scope.state, site.currency, figure),
        "chart": outcomes.chart(_over_time(scope, one, figure), scope),
        "chosen": next(f for f in FIGURES if f.metric == figure),
        "splits": outcomes.splits(request, site, "goal_by", (str(one.id),), split.short, names),
        "split": split,
        "may_change": allowed(viewer(request), site, Privilege.CHANGE_SITE),
        **_list(scope, site, one, split, found, figures.first.metrics[0]),
    }


def _has(one: Goal, metric: str) -> bool:
    """Whether the goal can have that figure."""
    return {"goal_value": bool(one.value_minor), "total_revenue": one.kind == "event"}.get(metric, True)


def _list(scope: Scope, site: Site, one: Goal, split: Field, found: Answer, whole: Any) -> dict[str, Any]:
    tab = Tab("by", split.label, split.label, (split.short,), _columns(one, split))
    return {
        "tab": tab,
        "columns": tab.columns[1:],
        "lines": with_money(lines(found, tab, scope, whole), found, site.currency),
        **menus.pages(scope.state, found.total_rows or 0, LIST_ROWS),
    }


def with_money(drawn: Sequence[Line], found: Answer, currency: str) -> list[Line]:
    """The lines with their money in the site's currency."""
    units = tuple(found.units.values())
    return [
        replace(
            line,
            figure=formats.value(row.metrics[0], units[0], currency),
            width=line.width if (row.metrics[0] or 0) > 0 else "0",
            cells=tuple(
                (label, formats.value(amount, unit, currency))
                for (label, _text), amount, unit in zip(line.cells, row.metrics[1:], units[1:], strict=True)
            ),
        )
        for line, row in zip(drawn, found.rows, strict=True)
    ]
