"""A page to try questions out and to take them along as a curl command; it asks as the person who is signed in."""

import json
import shlex
import time
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from trailhouse.api import plausible
from trailhouse.api.access import context_of, figures, first_day, store
from trailhouse.api.schema import pretty
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.sites import selectors
from trailhouse.sites.access import Privilege, find_site, rights
from trailhouse.sites.models import Site
from trailhouse.stats.dimensions import DIMENSIONS
from trailhouse.stats.metrics import METRICS

MOST_SITES = 500  # in the list; others by their key in the address
LONGEST_QUERY = 20_000
MOST_LINES = 2_000  # of an answer

# What a newcomer asks first: its name in addresses → its words, and the question.
EXAMPLES: dict[str, tuple[Any, dict[str, Any]]] = {
    "figures": (
        _("The figures of 30 days"),
        {"metrics": ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"], "date_range": "30d"},
    ),
    "days": (
        _("Visitors by day"),
        {"metrics": ["visitors", "pageviews"], "date_range": "30d", "dimensions": ["time:day"]},
    ),
    "sources": (
        _("Visits by source"),
        {
            "metrics": ["visits", "bounce_rate"],
            "date_range": "30d",
            "dimensions": ["visit:source"],
            "order_by": [["visits", "desc"]],
            "pagination": {"limit": 10},
        },
    ),
    "pages": (
        _("Pages of phones from search engines"),
        {
            "metrics": ["visitors", "time_on_page", "scroll_depth"],
            "date_range": "7d",
            "dimensions": ["event:page"],
            "filters": [
                ["is", "visit:device", ["Mobile"]],
                ["is", "visit:channel", ["Organic search"]],
            ],
            "pagination": {"limit": 10},
        },
    ),
    "goals": (
        _("Goals by campaign"),
        {
            "metrics": ["visitors", "goals_reached", "conversion_rate"],
            "date_range": "91d",
            "dimensions": ["event:goal", "visit:utm_campaign"],
        },
    ),
}


@login_required
@require_http_methods(["GET", "POST"])
def try_query(request: HttpRequest) -> HttpResponse:
    """The form with a question and, once it is sent, its answer, or what is wrong with it."""
    assert request.user.is_authenticated  # `login_required`
    sites = [site for site in selectors.sites_of(request.user)[:MOST_SITES] if _sees_all(request, site)]
    given = request.POST if request.method == "POST" else request.GET
    site = find_site(request.user, given["site"], Privilege.VIEW_STATS) if given.get("site") else None
    if site is not None and not _sees_all(request, site):
        raise UserError(
            "some_sections",
            "You see some sections of this site alone, and a question could be about any.",
            "Ask its administrator for access to all sections.",
            status=403,
        )
    site = site or (sites[0] if sites else None)
    example = given.get("example", "")
    text = request.POST.get("query", "") or pretty(EXAMPLES[example if example in EXAMPLES else "sources"][1])
    context: dict[str, Any] = {
        "sites": sites,
        "site": site,
        "asked_site": site,
        "query": text,
        "examples": [(name, words) for name, (words, _query) in EXAMPLES.items()],
        "metrics": list(METRICS),
        "dimensions": [*DIMENSIONS, "event:props:NAME"],
    }
    if request.method == "POST" and site is not None:
        context |= _answered(site, text)
    context["site"] = None  # the frame around shows no site
    return render(request, "api/try.html", context, status=context.get("status", 200))


def _sees_all(request: HttpRequest, site: Site) -> bool:
    assert request.user.is_authenticated
    found = rights(request.user, site.account, site)
    return found.sections is None and found.within is None


def _answered(site: Site, text: str) -> dict[str, Any]:
    """The answer, how long it took, and the command that asks the same."""
    try:
        body = _read(text) | {"site_id": site.domain}
        events = store()
        began = time.monotonic()
        parsed = plausible.parse(body, context_of(site), site.domain, clock.now(), first_day(site, events))
        told = plausible.render(figures(events, site, parsed.question), parsed)
    except UserError as error:
        return {"error": error, "status": error.status if error.status >= 400 else 400}
    lines = pretty(told).splitlines()
    return {
        "answer": "\n".join(lines[:MOST_LINES]),
        "cut": len(lines) > MOST_LINES,
        "rows": len(told["results"]),
        "ms": round((time.monotonic() - began) * 1000),
        "curl": curl(body),
    }


def _read(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_QUERY:
        raise UserError("too_large", "The question is too long.", f"Use at most {LONGEST_QUERY} characters.")
    try:
        return msgspec.json.decode(text.encode(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise UserError("wrong_json", f"The question is no JSON object: {error}.", "Compare with an example.") from None


def curl(body: dict[str, Any]) -> str:
    """The command that asks the same with an API key in the variable KEY."""
    return (
        f"curl {settings().url}/api/v2/query \\\n"
        '  -H "Authorization: Bearer $KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(json.dumps(body, ensure_ascii=False))}"
    )
