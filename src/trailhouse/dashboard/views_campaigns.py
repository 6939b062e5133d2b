"""What campaigns brought and cost."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, campaign_rows, exporting, formats, menus, reports
from trailhouse.dashboard.campaign_rows import SPLITS
from trailhouse.dashboard.questions import LIST_ROWS, Scope
from trailhouse.dashboard.state import State
from trailhouse.events import current
from trailhouse.sites import campaigns
from trailhouse.sites.access import Guest, Privilege, allowed, rights, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.filters import Contains
from trailhouse.stats.reports.campaigns import CAMPAIGN, CampaignQuestion, CampaignReturn, Cost, campaign_return

PAGE = "campaigns/return.html"
NAV = "campaigns"
MUCH = 100_000  # from here on the sums above the table leave cents out


@require_GET
@site_access(Privilege.VIEW_STATS, Section.SOURCES, narrows=True)
def report(request: HttpRequest, site: Site) -> HttpResponseBase:
    """Visits, conversions, cost, value and return of each campaign."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        return _nothing(request, site)
    scope = reports.scope_for(site, state)
    shown = columns_for(request, site)
    found = found_in(site, scope, costs=any(column.costs for column in shown))
    if form := exporting.wanted(request):
        return exporting.response(form, site, campaign_rows.table(found.lines, shown, SPLITS[_split(state)][0]))
    context = reports.frame(request, site, state, NAV) | _page(scope, found, shown)
    context |= {"head": menus.head_of(state, scope.span), "exports": True, "costs": any(one.costs for one in shown)}
    context["may_enter"] = context["costs"] and allowed(viewer(request), site, Privilege.CHANGE_SITE)
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def _nothing(request: HttpRequest, site: Site) -> HttpResponse:
    if allowed(viewer(request), site, Privilege.VIEW_STATS, Section.OVERVIEW):
        return redirect(addresses.of(request, site, "overview"))
    return render(request, "share/nothing.html", {"site": site, "nav": NAV})


def columns_for(request: HttpRequest, site: Site) -> tuple[campaign_rows.Column, ...]:
    """The figures that whoever asks sees: outcomes only who sees events and goals.

    No guest sees costs, nor does who sees but a segment: costs are those of all visits.
    """
    who = viewer(request)
    costs = not isinstance(who, Guest) and rights(who, site.account, site).within is None
    return campaign_rows.columns(costs=costs, outcomes=Section.EVENTS in sections_of(who, site))


def found_in(site: Site, scope: Scope, *, costs: bool) -> CampaignReturn:
    """The return under the filters, the period and the comparison of a page. Raises UserError."""
    state = scope.state
    search = Contains(CAMPAIGN, (state.search,), case_sensitive=False) if state.search else None
    spent = tuple(map(Cost.of, campaigns.costs_of(site))) if costs else ()
    split = SPLITS[_split(state)][0]
    return campaign_return(
        current.store(),
        CampaignQuestion(
            scope.site, scope.span.period, spent, split, scope.narrowed(search), comparison=scope.span.comparison
        ),
    )


def _split(state: State) -> str:
    chosen = state.tab(NAV)
    return chosen if chosen in SPLITS else next(iter(SPLITS))


def _page(scope: Scope, found: CampaignReturn, shown: tuple[campaign_rows.Column, ...]) -> dict[str, Any]:
    state, currency = scope.state, scope.site.currency
    (live,) = reports.asked([scope.live()])
    total = len(found.lines)
    before = LIST_ROWS * (state.page - 1)
    lines = found.lines[before : before + LIST_ROWS]
    most = max((line.now.visits for line in found.lines), default=0)
    split, further = _split(state), state.page * LIST_ROWS < total
    return {
        "live": live.first.metrics[0],
        "figures": [campaign_rows.told(one, found.total, currency, MUCH) for one in shown if one.headline],
        "columns": shown,
        "rows": campaign_rows.rows(lines, shown, state, currency, most),
        "tabs": [
            (label, state.carried().with_tab(NAV, "" if place == 0 else key).url(), key == split)
            for place, (key, (_dimensions, label)) in enumerate(SPLITS.items())
        ],
        "undivided": found.undivided,
        "currency": currency,
        "count": formats.count(total),
        "range": f"{formats.count(before + 1)}–{formats.count(before + len(lines))}",
        "newer": _turned(state, -1) if state.page > 1 else "",
        "further": _turned(state, 1) if further else "",
        "keep_search": menus.kept(state, "q", "page"),
    }


def _turned(state: State, by: int) -> str:
    return replace(state, page=state.page + by).url()
