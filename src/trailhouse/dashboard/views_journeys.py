"""Ways through a site, and pages that were not found with what led there."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, exporting, formats, journey_drawing, journey_links, menus, reports
from trailhouse.dashboard.lists import web_address
from trailhouse.dashboard.questions import LIST_ROWS, Scope
from trailhouse.dashboard.state import State
from trailhouse.events import current
from trailhouse.sites.access import Privilege, allowed, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.answer import Answer
from trailhouse.stats.filters import Is
from trailhouse.stats.question import MOST_ROWS, Question
from trailhouse.stats.reports import journeys as ways
from trailhouse.stats.reports.journeys import LEAST_VISITS, Broken, Kind, Step

WAYS, NOT_FOUND = "journeys/journeys.html", "journeys/not_found.html"
SUGGESTED = 50  # pages that the form for the centre offers
_EVENTS = Is("event:name", ("pageview", "engagement"), negated=True)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.PAGES, narrows=True)
def journeys(request: HttpRequest, site: Site) -> HttpResponseBase:
    """The ways by the most viewed page, or to those by the page or event that the form asks for."""
    wanted = request.GET.get("of", "").strip()[:2000]
    if wanted:
        state = reports.read_state(request, site)
        step = Step(Kind.PAGE if wanted.startswith("/") else Kind.EVENT, wanted)
        return redirect(journey_links.of_step(request, site, state, step))
    return _journeys(request, site, None)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.PAGES, narrows=True)
def of_page(request: HttpRequest, site: Site, step: str) -> HttpResponseBase:
    """The ways by a page."""
    return _journeys(request, site, Step(Kind.PAGE, journey_links.name_of(step)))


@require_GET
@site_access(Privilege.VIEW_STATS, Section.PAGES, narrows=True)
def of_event(request: HttpRequest, site: Site, step: str) -> HttpResponseBase:
    """The ways by an event."""
    return _journeys(request, site, Step(Kind.EVENT, journey_links.name_of(step)))


def _journeys(request: HttpRequest, site: Site, centre: Step | None) -> HttpResponseBase:
    state = reports.read_state(request, site)
    if elsewhere := _elsewhere(request, site, state, "journeys"):
        return elsewhere
    scope = reports.scope_for(site, state)
    live, pages, events = reports.asked([scope.live(), _pages(scope), _events(scope)])
    if centre is None and pages.rows:
        centre = Step(Kind.PAGE, pages.rows[0].dimensions[0])
    found = _found(scope, centre)
    if form := exporting.wanted(request):
        return exporting.response(form, site, ways.ways_table(found))
    context = reports.frame(request, site, state, "journeys") | _head(scope, live) | _drawn(request, site, scope, found)
    context |= {
        "base": addresses.of(request, site, "journeys"),
        "suggested": [row.dimensions[0] for row in (*pages.rows, *events.rows)],
        "keep_state": menus.kept(state, "q", "page"),
        "strict": scope.strict,
    }
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{WAYS}{part}", context)


def _elsewhere(request: HttpRequest, site: Site, state: State, nav: str) -> HttpResponse | None:
    """Where the reader is led instead: to the state that a form asks for, or to what a site without visits shows."""
    if added := reports.form_redirect(request, state):
        return added
    if reports.has_events(site):
        return None
    if allowed(viewer(request), site, Privilege.VIEW_STATS, Section.OVERVIEW):
        return redirect(addresses.of(request, site, "overview"))
    return render(request, "share/nothing.html", {"site": site, "nav": nav})


def _head(scope: Scope, live: Answer) -> dict[str, Any]:
    return {"head": menus.head_of(scope.state, scope.span), "live": live.first.metrics[0], "exports": True}


def _pages(scope: Scope) -> Question:
    return Question(
        scope.site, scope.span.period, ("pageviews",), ("event:page",), filters=scope.narrowed(), limit=SUGGESTED
    )


def _events(scope: Scope) -> Question:
    return Question(
        scope.site, scope.span.period, ("events",), ("event:name",), filters=scope.narrowed(_EVENTS), limit=SUGGESTED
    )


def _found(scope: Scope, centre: Step | None) -> ways.Ways:
    """The ways by the centre; of a site without any page none."""
    if centre is None:
        return ways.Ways(Step(Kind.PAGE), 0, ())
    store = current.store()
    return ways.ways(store, scope.site, scope.span.period, scope.narrowed(), centre, strict=scope.strict)


def _drawn(request: HttpRequest, site: Site, scope: Scope, found: ways.Ways) -> dict[str, Any]:
    """The page's own content."""
    centre = found.centre
    context: dict[str, Any] = {"centre": centre, "is_event": centre.kind is Kind.EVENT, "withheld": found.withheld}
    if not found.visits:
        return context
    paths = {step.name for link in found.links for step in (link.start, link.end) if step.kind is Kind.PAGE}
    titles = ways.titles(current.store(), scope.site.site_id, sorted(paths))

    def link_of(step: Step) -> str:
        return journey_links.of_step(request, site, scope.state, step)

    return context | {
        "columns": journey_drawing.columns(found, link_of, titles),
        "rows": journey_drawing.rows(found),
        "visits": formats.count(found.visits),
        "number": found.visits,
        "centre_title": titles.get(centre.name, "") if centre.kind is Kind.PAGE else "",
    }


# -- not found


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def not_found(request: HttpRequest, site: Site) -> HttpResponseBase:
    """The pages that were not found, each with the page or the referrer that led there."""
    state = reports.read_state(request, site)
    if elsewhere := _elsewhere(request, site, state, Section.EVENTS):
        return elsewhere
    scope = reports.scope_for(site, state)
    if form := exporting.wanted(request):
        return exporting.response(form, site, ways.broken_table(_broken(scope, MOST_ROWS, 0)[0]))
    found, total = _broken(scope, LIST_ROWS, LIST_ROWS * (state.page - 1))
    context = reports.frame(request, site, state, Section.EVENTS) | _head(scope, *reports.asked([scope.live()]))
    context |= {
        "lines": [_line(request, site, state, one) for one in found],
        "least": LEAST_VISITS if scope.strict else 0,
    }
    context |= menus.counted_pages(state, total, len(found), LIST_ROWS)
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{NOT_FOUND}{part}", context)


def _broken(scope: Scope, limit: int, offset: int) -> tuple[tuple[Broken, ...], int]:
    return ways.broken(
        current.store(), scope.site, scope.span.period, scope.narrowed(), limit=limit, offset=offset,
        strict=scope.strict,
    )  # fmt: skip


def _line(request: HttpRequest, site: Site, state: State, found: Broken) -> dict[str, str]:
    sees_pages = Section.PAGES in sections_of(viewer(request), site)
    return {
        "missing": found.missing,
        "narrow": state.toggled("not_found", found.missing).url(),
        "page": found.page,
        "ways": journey_links.of_page(request, site, state, found.page) if found.page and sees_pages else "",
        "referrer": found.referrer,
        "out": web_address(found.referrer),
        "visits": formats.count(found.visits),
        "times": formats.count(found.times),
    }
