"""Addresses of ways: the page or event in the middle is a part of the path, so that every menu of the head keeps it."""

from urllib.parse import quote, unquote

from django.http import HttpRequest

from trailhouse.dashboard import addresses
from trailhouse.dashboard.state import Condition, State
from trailhouse.sites.models import Site
from trailhouse.stats.reports.journeys import Kind, Step

ROUTES = {Kind.PAGE: "journeys_page", Kind.EVENT: "journeys_event"}


def part(name: str) -> str:
    """A name as one part of a path: nothing in it is a separator, or a dot that a browser would resolve."""
    return quote(name, safe="").replace(".", "%2E")


def name_of(part: str) -> str:
    """The name that a part stands for."""
    return unquote(part)


def of_step(request: HttpRequest, site: Site, state: State, step: Step) -> str:
    """The ways by a page or an event, in the same state; "" for a step that is neither."""
    if step.kind not in ROUTES or not step.name:
        return ""
    return addresses.of(request, site, ROUTES[step.kind], part(step.name)) + _query(state.carried())


def of_page(request: HttpRequest, site: Site, state: State, path: str) -> str:
    """The ways by a page, in the same state."""
    return of_step(request, site, state, Step(Kind.PAGE, path))


def missing(request: HttpRequest, site: Site, state: State, path: str) -> str:
    """What led to a page that was not found, in the same state."""
    condition = Condition("not_found", "is", (path,))
    if condition not in state.filters:
        state = state.toggled("not_found", path)
    return addresses.of(request, site, "not_found") + _query(state.carried())


def _query(state: State) -> str:
    query = state.query()
    return f"?{query}" if query else ""
