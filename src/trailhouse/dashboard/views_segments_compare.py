"""Two to four segments side by side: figures, the chosen figure over time, and the first lists."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, exporting, menus, reports
from trailhouse.dashboard import segments_compare as comparing
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.segments_compare import FEWEST, LISTS, MOST, Found, ListRow, Side
from trailhouse.dashboard.state import State
from trailhouse.dashboard.vocabulary import FIGURES
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Section, Site

PAGE = "segments/compare.html"


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def choose(request: HttpRequest, site: Site) -> HttpResponse:
    """Where the list of segments sends what is ticked: to the address of that comparison."""
    state = reports.read_state(request, site)
    chosen = list(dict.fromkeys(request.GET.getlist("s")))
    if not FEWEST <= len(chosen) <= MOST:
        return _back(request, site, state)
    path = addresses.of(request, site, "segments_compared", quote(",".join(chosen), safe=",")[:200])
    return redirect(path + state.carried().url())


def _back(request: HttpRequest, site: Site, state: State) -> HttpResponse:
    return redirect(f"{addresses.of(request, site, 'segments')}{state.carried().url()}&wrong=compare")


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def compare(request: HttpRequest, site: Site, chosen: str) -> HttpResponseBase:
    """The comparison of those that `chosen` names: numbers of segments and "all", parted by commas."""
    state = reports.read_state(request, site)
    if sent := reports.form_redirect(request, state):
        return sent
    scope = reports.scope_for(site, state)
    sides = comparing.sides_of(chosen, scope)
    if len(sides) < FEWEST:
        return _back(request, site, state)
    (live,) = reports.asked([scope.live()])
    context = reports.frame(request, site, state, "segments") | {
        "live": live.first.metrics[0],
        "head": menus.head_of(state, scope.span),
        "sides": sides,
        "unknown": len(set(chosen.split(","))) > len(sides),
        "exports": True,
        "nothing": not reports.has_events(site),
    }
    if not context["nothing"]:
        found = found_for(scope, sides)
        lists = lists_for(scope, found)
        if form := exporting.wanted(request):
            return exporting.response(form, site, comparing.table(found, lists))
        context |= _drawn(scope, found, lists)
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def found_for(scope: Scope, sides: tuple[Side, ...]) -> tuple[Found, ...]:
    """The answers about all sides."""
    asked = [question for side in sides for question in comparing.questions(scope, side)]
    return comparing.found_of(sides, reports.asked(asked))


def lists_for(scope: Scope, found: tuple[Found, ...]) -> list[list[ListRow]]:
    """The rows of all lists, with what lies beyond the rows that were fetched."""
    lists = []
    for place in range(len(LISTS)):
        rows = comparing.list_rows(place, found)
        if questions := comparing.missing(place, rows, found, scope):
            answers = reports.asked(list(questions.values()))
            rows = comparing.filled(rows, dict(zip(questions, answers, strict=True)))
        lists.append(rows)
    return lists


def _drawn(scope: Scope, found: tuple[Found, ...], lists: list[list[ListRow]]) -> dict[str, Any]:
    return {
        "rows": comparing.figure_rows(found, scope),
        "chart": comparing.chart(found, scope),
        "chosen": next(figure for figure in FIGURES if figure.metric == scope.state.metric),
        "lists": [comparing.list_box(place, rows, found) for place, rows in enumerate(lists)],
    }
