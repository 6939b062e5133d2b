"""The list of visits, newest first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, exporting, formats, menus, reports
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.state import State
from trailhouse.dashboard.visit_rows import RETURNS_AFTER, Teller, decoded, encoded, hexadecimal, recognises
from trailhouse.events import current
from trailhouse.sites.access import Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.export import Cell, ExportColumn, Table
from trailhouse.stats.metrics import Unit
from trailhouse.stats.question import Question
from trailhouse.stats.reports import visitors
from trailhouse.stats.reports.visitor_names import names_of
from trailhouse.stats.reports.visits import Visit, first_starts

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
        return exporting.response(form, site, table(scope, named=recognises(site)))
    context = reports.frame(request, site, state, "visitors")
    context |= _figures(scope) if scope.strict else _list(request, site, scope)
    context |= {"head": menus.head_of(state, scope.span), "strict": scope.strict, "exports": not scope.strict}
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def nothing_yet(request: HttpRequest, site: Site, nav: str) -> HttpResponse:
    """What a site shows that was never visited: how to make visits come, to whoever can."""
    if allowed(viewer(request), site, Privilege.VIEW_STATS, Section.OVERVIEW):
        return redirect(addresses.of(request, site, "overview"))
    return render(request, "share/nothing.html", {"site": site, "nav": nav})


def question(scope: Scope) -> Question:
    """The visits of the page's period under its filters."""
    return Question(scope.site, scope.span.period, ("visits",), filters=scope.narrowed())


def teller(request: HttpRequest, site: Site, scope: Scope, found: Iterable[Visit], base: str = "") -> Teller:
    """The writer of these visits, with what is known of their visitors at the site's level of privacy."""
    if not recognises(site):
        return Teller(request, site, scope, base)
    store, people = current.store(), {visit.mark.visitor_id for visit in found}
    return Teller(request, site, scope, base, names_of(store, site.pk, people), first_starts(store, site.pk, people))


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


# -- as a file


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of visits, with what is known of their visitors."""

    scope: Scope
    names: dict[int, str]
    first: dict[int, Any]

    def of(self, visit: Visit) -> tuple[Cell, ...]:
        """One line of the file."""
        who = visit.mark.visitor_id
        first = self.first.get(who)
        told = "" if first is None else "returning" if visit.started - first >= RETURNS_AFTER else "new"
        return (
            visit.started.astimezone(self.scope.span.period.zone),
            hexadecimal(who),
            self.names.get(who, ""),
            told,
            visit.duration_ms / 1000,
            visit.pageviews,
            *(getattr(visit, name) for name in _TEXTS.values()),
            ", ".join(one.goal.name for one in visit.reached),
            sum(one.times for one in visit.reached),
            visit.goal_value,
            visit.revenue,
        )


_TEXTS = {
    "source": "source", "channel": "channel", "referrer": "referrer", "search_term": "search_term",
    "utm_campaign": "utm_campaign", "entry_page": "entry_path", "exit_page": "exit_path", "country": "country",
    "region": "region", "city": "city", "organisation": "organisation", "browser": "browser",
    "browser_version": "browser_version", "os": "os", "os_version": "os_version", "device": "device",
    "screen": "screen", "language": "language",
}  # fmt: skip
COLUMNS = (
    *(ExportColumn(key) for key in ("started", "visitor", "name", "new_or_returning")),
    ExportColumn("visit_duration", Unit.SECONDS),
    ExportColumn("pageviews", Unit.COUNT),
    *(ExportColumn(key) for key in (*_TEXTS, "goals")),
    ExportColumn("goals_reached", Unit.COUNT),
    ExportColumn("goal_value", Unit.MONEY),
    ExportColumn("total_revenue", Unit.MONEY),
)


def table(scope: Scope, *, named: bool) -> Table:
    """All visits of the list, read as they are written; `named`: with names and who returns, at such a site."""
    return Table("visitors", COLUMNS, _lines(scope, named=named))


def _lines(scope: Scope, *, named: bool) -> Iterator[Sequence[Cell]]:
    store, number = current.store(), scope.site.site_id
    for found in visitors.every(store, question(scope)):
        people = {visit.mark.visitor_id for visit in found} if named else set()
        cells = _Cells(scope, names_of(store, number, people), first_starts(store, number, people))
        yield from map(cells.of, found)
