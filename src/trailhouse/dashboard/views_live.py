"""Who is on the site now: the page, and the live count in the top bar."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trailhouse.core.periods import named
from trailhouse.dashboard import exporting, formats, menus, reports
from trailhouse.dashboard.lists import Line, lines
from trailhouse.dashboard.panels import PANELS_BY_KEY, Tab
from trailhouse.dashboard.questions import MAP_ROWS, Scope
from trailhouse.dashboard.state import State
from trailhouse.dashboard.views_visitors import nothing_yet, teller
from trailhouse.dashboard.visit_rows import Row, Teller
from trailhouse.dashboard.visit_tables import live_table, minutes_table
from trailhouse.dashboard.vocabulary import FIELDS, Text
from trailhouse.dashboard.worldmap import World, world_of
from trailhouse.events import current
from trailhouse.sites.access import Privilege, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.answer import Answer
from trailhouse.stats.export import Table
from trailhouse.stats.question import Question
from trailhouse.stats.reports.live import MOST_PEOPLE, Person, last_minutes, people

PAGE = "visitors/live.html"
ROWS = 10
SPAN = "30m"
BAR, HEIGHT = 10, 64  # of a bar of the chart, in the units of its picture

# The lists beside the map: panel, tab.
LISTS = (("places", "countries"), ("pages", "top"), ("sources", "sources"))


@dataclass(frozen=True, slots=True)
class Minute:
    """A bar of the chart."""

    x: int
    y: str
    height: str
    time: str
    count: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One of the lists: its key, its words and its rows."""

    key: str
    label: Text
    head: Text
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OnSite:
    """Somebody who was there lately."""

    row: Row
    page: str
    since: str
    seen: str
    here: bool


@require_GET
@site_access(Privilege.VIEW_STATS, Section.LIVE)
def live_count(request: HttpRequest, site: Site) -> HttpResponse:
    """How many visitors are on the site now, as the fragment that replaces itself."""
    (answer,) = reports.asked([reports.scope_for(site, State()).live()])
    return render(request, "dashboard/live_count.html", {"site": site, "live": answer.first.metrics[0]})


@require_GET
@site_access(Privilege.VIEW_STATS, Section.LIVE)
def report(request: HttpRequest, site: Site) -> HttpResponseBase:
    """Who is on the site, or the part of the page that renews itself."""
    state = reports.read_state(request, site)
    if not reports.has_events(site):
        return nothing_yet(request, site, "live")
    scope = reports.scope_for(site, state)
    sees = sections_of(viewer(request), site)
    if form := exporting.wanted(request):
        return exporting.response(form, site, table(site, scope, single=_single(scope, sees)))
    context = reports.frame(request, site, state, "live") | _figures(scope, sees)
    context |= {"strict": scope.strict, "single": _single(scope, sees)}
    context |= {"head": menus.head_of(state, scope.span), "exports": True}
    if context["single"]:
        context |= _people(request, site, scope)
    part = "#now" if request.headers.get("HX-Target") == "now" else ""
    return render(request, f"{PAGE}{part}", context)


def _single(scope: Scope, sees: frozenset[Section]) -> bool:
    """Whether single visitors are shown."""
    return Section.VISITORS in sees and not scope.strict


def table(site: Site, scope: Scope, *, single: bool) -> Table:
    """Who was there lately or, where single visitors are not shown, the pageviews by the minute."""
    if single:
        found = people(current.store(), scope.site, scope.now, scope.narrowed())
        return live_table(site, scope, found)
    (answer,) = reports.asked([_Asking(scope).minutes()])
    return minutes_table(answer)


def _figures(scope: Scope, sees: frozenset[Section]) -> dict[str, Any]:
    """What is counted of now, under the page's filters."""
    tabs = [PANELS_BY_KEY[panel].tab(tab) for panel, tab in LISTS if panel in sees]
    of = _Asking(scope)
    now, recent, minutes, live, *found = reports.asked(
        [of.visitors("realtime"), of.visitors(SPAN), of.minutes(), scope.live(), *map(of.split, tabs)]
    )
    whole = recent.first.metrics[0]
    listed = [
        Listed(panel, tab.label, tab.head, lines(answer, tab, scope, whole))
        for panel, tab, answer in zip([panel for panel, _tab in LISTS if panel in sees], tabs, found, strict=True)
    ]
    return {
        "now": now.first.metrics[0],
        "now_text": formats.count(now.first.metrics[0] or 0),
        "recent": whole,
        "recent_text": formats.count(whole or 0),
        "live": live.first.metrics[0],
        "minutes": _bars(minutes),
        "most": formats.count(max((row.metrics[0] or 0 for row in minutes.rows), default=0)),
        "views": formats.count(sum(row.metrics[0] or 0 for row in minutes.rows)),
        "lists": [_cut(one) for one in listed],
        "world": _world(listed[0], found[0]) if "places" in sees else None,
    }


@dataclass(frozen=True, slots=True)
class _Asking:
    """The questions of the page."""

    scope: Scope

    def visitors(self, period: str, *dimensions: str) -> Question:
        """Visitors of the last minutes."""
        span = named(period, self.scope.span.period.zone, self.scope.now)
        return Question(self.scope.site, span, ("visitors",), dimensions, filters=self.scope.narrowed(), limit=MAP_ROWS)

    def split(self, tab: Tab) -> Question:
        """The same by what a list is split by."""
        return self.visitors(SPAN, *(FIELDS[short].dimension for short in tab.fields))

    def minutes(self) -> Question:
        """Pageviews by the minute."""
        span = last_minutes(self.scope.span.period.zone, self.scope.now)
        return Question(self.scope.site, span, ("pageviews",), ("time:minute",), filters=self.scope.narrowed())


def _cut(listed: Listed) -> Listed:
    return Listed(listed.key, listed.label, listed.head, listed.lines[:ROWS])


def _world(listed: Listed, answer: Answer) -> World | None:
    amounts = tuple(float(row.metrics[0] or 0) for row in answer.rows)
    world = world_of(listed.lines, amounts)
    return world if world.lands else None


def _bars(answer: Answer) -> tuple[Minute, ...]:
    most = max((row.metrics[0] or 0 for row in answer.rows), default=0) or 1
    found = []
    for place, row in enumerate(answer.rows):
        assert row.bucket is not None  # of a time dimension
        amount = row.metrics[0] or 0
        height = HEIGHT * amount / most
        tick = formats.bucket_tick(row.bucket, "minute")
        found.append(Minute(place * BAR, f"{HEIGHT - height:.1f}", f"{height:.1f}", tick, formats.count(amount)))
    return tuple(found)


# -- single visitors


def _people(request: HttpRequest, site: Site, scope: Scope) -> dict[str, Any]:
    found = people(current.store(), scope.site, scope.now, scope.narrowed())
    words = teller(request, site, scope, [one.visit for one in found])
    rows = words.rows(one.visit for one in found)
    return {
        "people": [_on_site(words, one, row, scope) for one, row in zip(found, rows, strict=True)],
        "most_people": formats.count(MOST_PEOPLE),
        "more_people": len(found) == MOST_PEOPLE,
    }


def _on_site(words: Teller, one: Person, row: Row, scope: Scope) -> OnSite:
    ago = max(0.0, (scope.now - one.seen).total_seconds())
    return OnSite(
        row=row,
        page=one.visit.exit_path or one.visit.entry_path,
        since=row.time if row.day == words.day(scope.now) else f"{row.day}, {row.time}",
        seen=formats.short_duration(ago - ago % 60 if ago >= 60 else ago),
        here=one.here,
    )
