"""The list of visits, newest first."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, exporting, formats, menus, reports
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.state import State
from trailhouse.dashboard.visit_known import known, recognises
from trailhouse.dashboard.visit_rows import Teller, question
from trailhouse.dashboard.visit_tables import table
from trailhouse.events import current
from trailhouse.sites.access import Privilege, allowed, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.reports import visitors
from trailhouse.stats.reports.marks import decoded, encoded
from trailhouse.stats.reports.visits import Visit

PAGE = "visitors/list.html"


@require_GET
@site_access(Privilege.VIEW_STATS, Section.VISITORS)
def report(request: HttpRequest, site: Site) -> HttpResponseBase:
    """A page of the visits; of a site that keeps figures only, these."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        return nothing_yet(request, site, "visitors")
    scope = reports.scope_for(site, state)
    form = exporting.wanted(request)
    if form and not scope.strict:
        return exporting.response(form, site, table(site, scope))
    context = reports.frame(request, site, state, "visitors")
    context |= _figures(scope) if scope.strict else _list(request, site, scope)
    context |= {
        "head": menus.head_of(state, scope.span, compares=scope.strict),
        "strict": scope.strict,
        "exports": not scope.strict,
    }
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def nothing_yet(request: HttpRequest, site: Site, nav: str) -> HttpResponse:
    """What a site shows that was never visited: how to make visits come, to whoever can."""
    if allowed(viewer(request), site, Privilege.VIEW_STATS, Section.OVERVIEW):
        return redirect(addresses.of(request, site, "overview"))
    return render(request, "share/nothing.html", {"site": site, "nav": nav})


def teller(request: HttpRequest, site: Site, scope: Scope, found: Iterable[Visit], base: str = "") -> Teller:
    """The writer of these visits, with what is known of their visitors at the site's level of privacy."""
    sees = sections_of(viewer(request), site)
    return Teller(request, site, scope, sees, base, known(site, [visit.mark for visit in found]))


def _figures(scope: Scope) -> dict[str, Any]:
    live, answer = reports.asked([scope.live(), scope.figures()])
    return {"figures": reports.figure_boxes(answer, scope.state), "live": live.first.metrics[0]}


def _list(request: HttpRequest, site: Site, scope: Scope) -> dict[str, Any]:
    before, after = (decoded(request.GET.get(name, "")) for name in ("before", "after"))
    found = visitors.page(current.store(), question(scope), before=before, after=None if before else after)
    (live,) = reports.asked([scope.live()])
    words = teller(request, site, scope, found.visits)
    return {
        "rows": words.rows(found.visits),
        "newer": _turned(scope.state, "after", found.visits[:1]) if found.newer else "",
        "older": _turned(scope.state, "before", found.visits[-1:]) if found.older else "",
        "newest": scope.state.url() if found.newer else "",
        "range": _range(words, found.visits),
        "recognises": recognises(site),
        "live": live.first.metrics[0],
    }


def _turned(state: State, way: str, edge: Sequence[Visit]) -> str:
    query = state.query()
    return f"?{f'{query}&' if query else ''}{way}={encoded(edge[0].mark)}" if edge else ""


def _range(words: Teller, found: Sequence[Visit]) -> str:
    """From when to when the visits of a page began."""
    if not found:
        return ""
    ends = [formats.moment(words.local(one.started)) for one in (found[-1], found[0])]
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)
