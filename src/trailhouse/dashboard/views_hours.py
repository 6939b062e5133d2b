"""The hours of the week: when a site is busy."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import exporting, hours, menus, reports
from trailhouse.dashboard.vocabulary import FIGURES
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Section, Site
from trailhouse.stats.answer import Answer
from trailhouse.stats.dimensions import HOUR_OF_WEEK
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.question import Question

PAGE = "hours/page.html"


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def week(request: HttpRequest, site: Site) -> HttpResponseBase:
    """A figure by weekday and hour, in the site's time zone."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        return render(request, "share/nothing.html", {"site": site, "nav": "hours"})
    scope = reports.scope_for(site, state)
    asked = Question(
        scope.site, scope.span.period, (state.metric,), (HOUR_OF_WEEK,), filters=scope.narrowed(), limit=7 * 24
    )
    live, answer = reports.asked([scope.live(), asked])
    if form := exporting.wanted(request):
        return exporting.response(form, site, table_of(answer))
    figure = next(figure for figure in FIGURES if figure.metric == state.metric)
    context = reports.frame(request, site, state, "hours") | {
        "head": menus.head_of(state, scope.span),
        "exports": True,
        "live": live.first.metrics[0],
        "figure": figure,
        "choices": hours.choices(state),
        "week": hours.week_of(answer, figure, scope.span.period),
    }
    return _drawn(request, context)


def _drawn(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def table_of(answer: Answer) -> Table:
    """All 168 hours of the week, from Monday on."""
    name = answer.question.metrics[0]
    values = hours.values_of(answer)
    return Table(
        "hours-of-the-week",
        (ExportColumn("weekday"), ExportColumn("hour"), ExportColumn(name, answer.units[name])),
        [(day, hour, values.get((day, hour))) for day in range(1, 8) for hour in hours.HOURS],
    )
