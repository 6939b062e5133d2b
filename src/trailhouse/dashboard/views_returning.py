"""New and returning visitors, visits per visitor, days between visits."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, exporting, menus, reports, returning
from trailhouse.dashboard.questions import Scope
from trailhouse.events import current
from trailhouse.sites.access import Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Privacy, Section, Site
from trailhouse.stats.reports.returning import habits

PAGE = "returning/page.html"
NAV = "returning"


@require_GET
@site_access(Privilege.VIEW_STATS, Section.VISITORS)
def page(request: HttpRequest, site: Site) -> HttpResponseBase:
    """The report; at a level that recognises nobody, why there is none."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        if allowed(viewer(request), site, Privilege.VIEW_STATS, Section.OVERVIEW):
            return redirect(addresses.of(request, site, "overview"))
        return render(request, "share/nothing.html", {"site": site, "nav": NAV})
    scope = reports.scope_for(site, state)
    recognises = site.privacy == Privacy.RECOGNISED
    if recognises and (form := exporting.wanted(request)):
        [answer] = reports.asked([returning.over_time(scope)])
        return exporting.response(form, site, returning.table(answer, scope.span.unit))
    context = reports.frame(request, site, state, NAV) | {"head": menus.head_of(state, scope.span)}
    context |= _report(scope) if recognises else {"live": reports.asked([scope.live()])[0].first.metrics[0]}
    context |= {"recognises": recognises, "exports": recognises}
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def _report(scope: Scope) -> dict[str, Any]:
    live, by_kind, over_time = reports.asked([scope.live(), *returning.questions(scope)])
    found = habits(current.store(), scope.site, scope.span.period, scope.narrowed())
    return {
        "live": live.first.metrics[0],
        "chart": returning.chart(over_time, scope),
        "kinds": returning.kind_lines(by_kind, scope),
        "columns": returning.COLUMNS,
        "frequency": returning.frequency_lines(found),
        "gaps": returning.gap_lines(found),
        "known": found.visitors,
        "returns": found.visits - found.first_visits,
    }
