"""The whole list behind a panel: all its tabs, searched, a hundred rows a page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, drilling, exporting, menus, organisations, reports, tables
from trailhouse.dashboard.lists import lines
from trailhouse.dashboard.page_titles import titled
from trailhouse.dashboard.panels import PANELS_BY_KEY, Panel, Tab
from trailhouse.dashboard.questions import LIST_ROWS, Scope
from trailhouse.dashboard.sections import tabs_seen
from trailhouse.sites.access import Privilege, allowed, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site

PAGE = "dashboard/list.html"


@require_GET
@site_access(Privilege.VIEW_STATS, narrows=True)
def report(request: HttpRequest, site: Site, section: str, tab: str = "") -> HttpResponseBase:
    """All rows of one tab of a panel. Raises Http404 for a panel or a tab that does not exist."""
    panel = PANELS_BY_KEY.get(section)
    if panel is None or (tab and panel.tab(tab).key != tab):
        raise Http404
    tabs, chosen = tabs_seen(panel, sections_of(viewer(request), site)), panel.tab(tab)
    if chosen not in tabs:
        raise Http404
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        if allowed(viewer(request), site, Privilege.VIEW_STATS, Section.OVERVIEW):
            return redirect(addresses.of(request, site, "overview"))
        return render(request, "share/nothing.html", {"site": site, "nav": panel.key})
    scope = reports.scope_for(site, state)
    if form := exporting.wanted(request):
        return exporting.response(form, site, tables.of_list(scope, panel, chosen))
    context = reports.frame(request, site, state, panel.key) | _list(scope, panel, chosen)
    context |= {"tabs": tabs, "exports": True}
    context |= drilling.on_the_way(request, site, panel, chosen, tabs, state, context["lines"])
    context["head"] = menus.head_of(state, scope.span)
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def _list(scope: Scope, panel: Panel, tab: Tab) -> dict[str, Any]:
    state = scope.state
    live, whole, found, *beside = reports.asked(
        [scope.live(), scope.visitors(), scope.rows(tab), *organisations.beside(scope, tab)]
    )
    answer = reports.told(found, scope)
    return {
        "panel": panel,
        "tab": tab,
        "lines": titled(lines(answer, tab, scope, whole.first.metrics[0]), tab, scope),
        "columns": tab.columns[1:],
        "aside": organisations.aside(beside, whole.first.metrics[0]),
        "live": live.first.metrics[0],
        "keep_search": menus.kept(state, "q", "page"),
    } | menus.counted_pages(state, answer.total_rows or 0, len(answer.rows), LIST_ROWS)
