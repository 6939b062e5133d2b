"""The overview of a site: six figures, the chosen one over time, and five panels."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.branding.looks import Look
from trailhouse.dashboard import addresses, exporting, menus, reports, tables
from trailhouse.dashboard.chart import Note, chart_of
from trailhouse.dashboard.first_visit import left_of
from trailhouse.dashboard.looking import look
from trailhouse.dashboard.notes import notes_for
from trailhouse.dashboard.panels import PANELS, PANELS_BY_KEY, Panel
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.vocabulary import FIGURES, Figure
from trailhouse.sites.access import Guest, Privilege, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.sites.snippets import snippet

PAGE = "dashboard/overview.html"


@require_GET
@site_access(Privilege.VIEW_STATS, narrows=True)
def overview(request: HttpRequest, site: Site) -> HttpResponseBase:
    """The overview, or the one part of it that a click asks for."""
    seen = sections_of(viewer(request), site)
    if Section.OVERVIEW not in seen:
        return _first_report(request, site, seen)
    panels = [panel for panel in PANELS if panel.key in seen]
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        return _waiting(request, site)
    target = request.headers.get("HX-Target", "")
    if target == "waiting":
        return HttpResponse(headers={"HX-Refresh": "true"})
    scope = reports.scope_for(site, state)
    if form := exporting.wanted(request):
        return exporting.response(form, site, tables.of_overview(scope))
    if form := exporting.picture_wanted(request):
        return _picture(form, site, scope, look(request))
    context = reports.frame(request, site, state, "overview")
    if panel := PANELS_BY_KEY.get(target.removeprefix("panel-")):
        if panel not in panels:
            raise Http404
        return render(request, f"{PAGE}#panel", context | _one_panel(scope, panel))
    notes = notes_for(request, site, scope.span.period)
    if target == "figures":
        return render(request, f"{PAGE}#figures", context | _figures(scope, notes))
    return render(request, f"{PAGE}#report" if target == "report" else PAGE, context | _all(scope, panels, notes))


def _picture(form: str, site: Site, scope: Scope, worn: Look) -> HttpResponse:
    """The chart alone, as SVG or PNG."""
    (answer,) = reports.asked([scope.chart()])
    chart = chart_of(answer, scope.span.unit, scope.state, scope.now)
    made = exporting.chart_picture(form, chart, str(_chosen(scope).label), site, scope, worn)
    return exporting.picture(form, site, f"{scope.state.metric}-{tables.days_of(scope)}", made)


def _first_report(request: HttpRequest, site: Site, seen: frozenset[Section]) -> HttpResponse:
    """Where every link to a site leads somebody who does not see its overview."""
    for panel in PANELS:
        if panel.key in seen:
            return redirect(addresses.of(request, site, "report", panel.key))
    for section in (Section.LIVE, Section.VISITORS):
        if section in seen:
            return redirect(addresses.of(request, site, section.value))
    raise Http404


def _waiting(request: HttpRequest, site: Site) -> HttpResponse:
    if isinstance(viewer(request), Guest):
        return render(request, "share/nothing.html", {"site": site, "nav": "overview"})
    context = {"site": site, "nav": "overview", "snippet": snippet(site), "path": request.path, **left_of(site)}
    part = "#waiting" if request.headers.get("HX-Target") == "waiting" else ""
    return render(request, f"dashboard/waiting.html{part}", context)


def _all(scope: Scope, panels: list[Panel], notes: Sequence[Note]) -> dict[str, Any]:
    state = scope.state
    tabs = [panel.tab(state.tab(panel.key)) for panel in panels]
    live, *answers = reports.asked([scope.live(), scope.figures(), scope.chart(), *(scope.panel(tab) for tab in tabs)])
    whole = answers[0].first.metrics[0]
    return {
        **_drawn(scope, answers[0], answers[1], notes),
        "exports": True,
        "pictures": True,
        "head": menus.head_of(state, scope.span),
        "panels": [reports.panel_box(p, a, scope, whole) for p, a in zip(panels, answers[2:], strict=True)],
        "nothing": not any(answers[0].first.metrics),
        "live": live.first.metrics[0],
    }


def _figures(scope: Scope, notes: Sequence[Note]) -> dict[str, Any]:
    figures, chart = reports.asked([scope.figures(), scope.chart()])
    return _drawn(scope, figures, chart, notes)


def _drawn(scope: Scope, figures: Any, chart: Any, notes: Sequence[Note]) -> dict[str, Any]:
    return {
        "figures": reports.figure_boxes(figures, scope.state),
        "chart": chart_of(chart, scope.span.unit, scope.state, scope.now, notes),
        "chosen": _chosen(scope),
        "unit": scope.span.unit,
    }


def _chosen(scope: Scope) -> Figure:
    return next(figure for figure in FIGURES if figure.metric == scope.state.metric)


def _one_panel(scope: Scope, panel: Panel) -> dict[str, Any]:
    tab = panel.tab(scope.state.tab(panel.key))
    whole, answer = reports.asked([scope.visitors(), scope.panel(tab)])
    return {"box": reports.panel_box(panel, answer, scope, whole.first.metrics[0])}
