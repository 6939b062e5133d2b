"""The world map as a page of its own: to zoom, and from a country on to its regions and cities."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, formats, menus, reports
from trailhouse.dashboard.lists import lines
from trailhouse.dashboard.panels import PANELS_BY_KEY
from trailhouse.dashboard.worldmap import world_of
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Section, Site

PAGE = "places/map.html"


@require_GET
@site_access(Privilege.VIEW_STATS, Section.PLACES, narrows=True)
def world(request: HttpRequest, site: Site) -> HttpResponseBase:
    """Visitors by country: the map, and the countries beside it."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        return redirect(addresses.of(request, site, "report", "places"))
    panel = PANELS_BY_KEY["places"]
    tab = panel.tab("map")
    scope = reports.scope_for(site, state)
    live, whole, answer = reports.asked([scope.live(), scope.visitors(), scope.panel(tab)])
    found = lines(answer, tab, scope, whole.first.metrics[0])
    amounts = tuple(float(row.metrics[0] or 0) for row in answer.rows)
    context = reports.frame(request, site, state, "places") | {
        "head": menus.head_of(state, scope.span),
        "live": live.first.metrics[0],
        "panel": panel,
        "tab": tab,
        "tabs": panel.tabs,
        "lines": found,
        "count": formats.count(answer.total_rows or 0),
        "world": world_of(found, amounts),
        "regions": addresses.of(request, site, "report_tab", "places", "regions"),
    }
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)
