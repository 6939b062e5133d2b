"""What the reports of outcomes (goals, funnels, revenue) share: how they open, their figures, and money."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from trailhouse.dashboard import addresses, formats, menus, reports
from trailhouse.dashboard.chart import Chart, chart_of
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.sections import section_of
from trailhouse.dashboard.state import DEFAULT_METRIC, State
from trailhouse.dashboard.vocabulary import PROPERTY, Field, Text, field
from trailhouse.sites.access import Privilege, allowed, sections_of, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.answer import Answer, Value, change
from trailhouse.stats.metrics import Unit

# What outcomes can be split by, beside properties of events.
SPLITS = (
    "source", "channel", "campaign", "medium", "referrer", "search_term", "page", "entry_page", "exit_page", "country",
    "region", "city", "device", "browser", "system", "language", "event",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a report shows and draws: its metric, its words, and what is said where there is none."""

    metric: str
    label: Text
    nothing: Text


@dataclass(frozen=True, slots=True)
class Box:
    """A figure as it is drawn: its value, its change, and the link that draws it over time ("": none)."""

    label: Text
    text: str
    change: str
    before: str
    mood: str  # up, down, flat
    link: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """A way to split an outcome, as the selector shows it."""

    key: str
    label: Text
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A report that can be shown: its scope, the figure that it draws, and what every template needs."""

    scope: Scope
    figure: str
    context: dict[str, Any]


def opened(
    request: HttpRequest, site: Site, nav: str, figures: Sequence[str] = (DEFAULT_METRIC,)
) -> Opened | HttpResponse:
    """The report of `nav`, or where the request goes instead. Of `figures` the first is drawn, unless one is asked."""
    given = request.GET.get("metric", "")
    figure = given if given in figures else figures[0]
    state = replace(reports.read_state(request, site), metric=DEFAULT_METRIC if figure == figures[0] else figure)
    if added := reports.form_redirect(request, state):
        return added
    if not reports.has_events(site):
        if allowed(viewer(request), site, Privilege.VIEW_STATS, Section.OVERVIEW):
            return redirect(addresses.of(request, site, "overview"))
        return render(request, "share/nothing.html", {"site": site, "nav": nav})
    scope = reports.scope_for(site, state)
    (live,) = reports.asked([scope.live()])
    context = reports.frame(request, site, state, nav) | {
        "head": menus.head_of(state, scope.span),
        "live": live.first.metrics[0],
        "exports": True,
    }
    return Opened(scope, figure, context)


def shown(request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or its report alone where a click asks for that."""
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{page}{part}", context)


def boxes(figures: Sequence[Figure], answer: Answer, state: State, currency: str, chosen: str) -> tuple[Box, ...]:
    """The figures of the answer's only row, each with the link that draws it."""
    row = answer.first
    before = row.comparison or (None,) * len(row.metrics)
    found = []
    for place, (figure, now, then) in enumerate(zip(figures, row.metrics, before, strict=True)):
        one = box(figure.label, now, then, answer.units[figure.metric], currency)
        link = replace(state, metric=figure.metric if place else DEFAULT_METRIC).url()
        found.append(replace(one, link=link, chosen=figure.metric == chosen))
    return tuple(found)


def box(label: Text, now: Value, then: Value, unit: Unit, currency: str = "") -> Box:
    """One figure, of which more is better."""
    moved = change(now, then, unit)
    amount = round(moved.amount, 1) if moved else 0
    return Box(
        label=label,
        text=formats.value(now, unit, currency),
        change=formats.change(moved) if moved and (now or then) else "",
        before=formats.value(then, unit, currency) if then else "",
        mood="up" if amount > 0 else "down" if amount < 0 else "flat",
    )


def chart(series: Answer, scope: Scope) -> Chart:
    """The chart of one figure over time."""
    return chart_of(series, scope.span.unit, scope.state, scope.now)


def splits(
    request: HttpRequest, site: Site, route: str, parts: Sequence[str], chosen: str, properties: Collection[str]
) -> tuple[Split, ...]:
    """The ways to split an outcome; the report `route` of `parts` shows one whose key comes after them."""
    seen = sections_of(viewer(request), site)
    keys = [short for short in SPLITS if section_of(short) in seen]
    keys += [PROPERTY + name for name in properties]
    if chosen not in keys:
        keys.append(chosen)
    found = []
    for key in keys:
        one = field(key)
        assert one is not None  # of the vocabulary, or a property
        found.append(Split(key, one.label, addresses.of(request, site, route, *parts, key), key == chosen))
    return tuple(found)


def split_of(request: HttpRequest, site: Site, by: str) -> Field:
    """What an outcome is split by; for "" the first of what they see. Raises Http404 for anything else."""
    seen = sections_of(viewer(request), site)
    found = field(by or next(short for short in SPLITS if section_of(short) in seen))
    if found is None or (found.short not in SPLITS and not found.short.startswith(PROPERTY)):
        raise Http404
    if section_of(found.short) not in seen:
        raise Http404
    return found
