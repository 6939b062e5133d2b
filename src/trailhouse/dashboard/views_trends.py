"""Trends: figures over time, with what happened."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import exporting, menus, reports, tables, trends
from trailhouse.dashboard.looking import look
from trailhouse.dashboard.notes import notes_for
from trailhouse.dashboard.vocabulary import FIGURES
from trailhouse.sites.access import Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Section, Site

PAGE = "trends/page.html"


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def show(request: HttpRequest, site: Site) -> HttpResponseBase:
    """One or two figures over time, with a table of every value and its change."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        return render(request, "share/nothing.html", {"site": site, "nav": "trends"})
    scope = reports.scope_for(site, state)
    interval = trends.interval_of(state, scope.span.period)
    live, answer = reports.asked([scope.live(), trends.question(scope, interval)])
    shown = trends.drawn(answer, interval, scope, notes_for(request, site, scope.span.period))
    if form := exporting.wanted(request):
        return exporting.response(form, site, trends.table_of(answer, shown["chart"]))
    chosen = next(figure for figure in FIGURES if figure.metric == state.metric)
    if form := exporting.picture_wanted(request):
        made = exporting.chart_picture(form, shown["chart"], str(chosen.label), site, scope, look(request))
        return exporting.picture(form, site, f"{state.metric}-{tables.days_of(scope)}", made)
    context = reports.frame(request, site, state, "trends") | {
        "head": menus.head_of(state, scope.span),
        "exports": True,
        "pictures": True,
        "live": live.first.metrics[0],
        "chosen": chosen,
        "may_note": allowed(viewer(request), site, Privilege.CHANGE_SITE),
        **trends.choices(state, scope.span.period, interval),
        **shown,
    }
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)
