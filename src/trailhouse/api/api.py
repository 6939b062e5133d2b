"""The JSON API. Every error is `{"error": "…"}` with a status, as clients of Plausible's API expect it."""

from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse

from trailhouse.api import (
    clients,
    exports,
    figures,
    funnel_figures,
    kept,
    operator,
    people,
    plausible,
    sites,
    visitors,
    ways,
)
from trailhouse.api.access import api_site, store
from trailhouse.api.access import figures as answered
from trailhouse.api.answers import answer
from trailhouse.api.openapi import DescribedAPI
from trailhouse.api.schema import QUERY_DOC, REALTIME_DOC
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.stats.reports.live import live

api = DescribedAPI(
    title="Statistics",
    version="2",
    description="Figures of your sites, and the sites themselves. Authorise with an API key as bearer token.",
    docs_url=None,  # the documentation viewer would load scripts from elsewhere; `pages` shows our own
    openapi_url="openapi.json",
)
api.add_router("/v1/sites", kept.router)  # before the sites, whose address takes any words
api.add_router("/v1/sites", sites.router)
for of_figures in (visitors, figures, funnel_figures, ways, exports):
    api.add_router("/v1/stats", of_figures.router)
api.add_router("/v1/accounts", people.router)
api.add_router("/v1/accounts", clients.router)
api.add_router("/v1/operator", operator.router)


@api.exception_handler(UserError)
def user_error(request: HttpRequest, error: UserError) -> HttpResponse:
    """The one place that renders a UserError for the API."""
    return answer(request, {"error": str(error), "code": error.code}, status=error.status)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, _: Http404) -> HttpResponse:
    """An address that the API does not have."""
    return answer(request, {"error": "There is nothing here.", "code": "not_found"}, status=404)


@api.post("/v2/query", openapi_extra=QUERY_DOC, summary="Ask for figures of a site", tags=["stats"])
def query(request: HttpRequest) -> HttpResponse:
    """Metrics of a site over a period, split by dimensions and narrowed by filters: see docs/query-api.md."""
    body = _body(request)
    site, context, first_day = api_site(request, body.get("site_id"))
    parsed = plausible.parse(body, context, site.domain, clock.now(), first_day)
    return answer(request, plausible.render(answered(store(), site, parsed.question), parsed))


@api.get(
    "/v1/stats/realtime/visitors",
    summary="How many visitors are on a site now",
    tags=["stats"],
    openapi_extra=REALTIME_DOC,
)
def realtime_visitors(request: HttpRequest, site_id: str = "") -> HttpResponse:
    """Visitors with an event in the last 5 minutes, as a bare number."""
    _, context, _ = api_site(request, site_id)
    return answer(request, live(store(), context, clock.now()).current)


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        return msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UserError("wrong_json", "The body is no JSON object.", "Send a query as JSON.") from None
