"""One visitor: the profile, and every step of the visits."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trailhouse.core.errors import UserError
from trailhouse.dashboard import addresses, exporting, formats, names, reports
from trailhouse.dashboard.lists import web_address
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.views_visitors import nothing_yet, teller
from trailhouse.dashboard.visit_known import numbers_of, recognises
from trailhouse.dashboard.visit_rows import (
    GoalLine,
    Named,
    Teller,
    agent,
    by,
    hexadecimal,
    question,
)
from trailhouse.dashboard.visit_tables import steps_table
from trailhouse.events import current
from trailhouse.sites.access import Guest, Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.reports.marks import decoded, encoded
from trailhouse.stats.reports.visitor import Profile, Step, Story, profile, stories
from trailhouse.stats.reports.visitors import neighbours
from trailhouse.stats.reports.visits import Mark, Reached

PAGE = "visitors/visitor.html"
_NUMBER = re.compile(r"[0-9a-f]{1,16}")


@dataclass(frozen=True, slots=True)
class Line:
    """One step as the page draws it. `lead` is what a visit came from, at its first step alone."""

    time: str
    kind: str
    text: Named
    out: str  # the address itself where the step has one, else ""
    title: str
    search: str
    props: tuple[tuple[str, str], ...]
    goals: tuple[GoalLine, ...]
    revenue: str
    spent: str
    here: bool


@dataclass(frozen=True, slots=True)
class VisitBox:
    """A visit: from when to when, where it came from, and its steps."""

    id: str
    day: str
    begin: str
    end: str  # "" while it runs
    source: Named
    direct: bool
    by: str  # as it follows the source in a sentence
    referrer: str
    page: str  # where a running one is
    lines: tuple[Line, ...]
    here: bool
    cut: bool


@require_GET
@site_access(Privilege.VIEW_STATS, Section.VISITORS)
def report(request: HttpRequest, site: Site, visitor: str) -> HttpResponseBase:
    """The visitor of this number, in hexadecimal digits.

    Raises Http404 where the site knows none, UserError where the site keeps figures only.
    """
    if reports.is_strict(site):
        raise UserError(
            "figures_only",
            _("Single visitors are not shown at this site."),
            _("Its level of privacy is “strict”: it keeps figures only. The reports show these."),
            status=404,
        )
    if not _NUMBER.fullmatch(visitor):
        raise Http404
    if not reports.has_events(site):
        return nothing_yet(request, site, "visitors")
    state = reports.read_state(request, site)
    scope = reports.scope_for(site, state)
    found = profile(current.store(), scope.site, numbers_of(site, int(visitor, 16)))
    if found is None:
        raise Http404
    if form := exporting.wanted(request):
        return exporting.response(form, site, steps_table(site, scope, found.visitor_id))
    context = reports.frame(request, site, state, "visitors") | _told(request, site, scope, found)
    return render(request, PAGE, context | _forms(request, site, found))


def _told(request: HttpRequest, site: Site, scope: Scope, found: Profile) -> dict[str, Any]:
    store, who = current.store(), found.visitor_id
    before = decoded(request.GET.get("before", ""))
    told, more = stories(store, scope.site, numbers_of(site, who), scope.now, before=before)
    at = decoded(request.GET.get("at", "")) or found.newest.mark
    beside = neighbours(store, question(scope), Mark(at.started_ms, at.visit_id, who))
    (live,) = reports.asked([scope.live()])
    base = addresses.of(request, site, "visitors")
    words = teller(request, site, scope, [found.newest, *(story.visit for story in told)], base)
    mine = addresses.of(request, site, "visitor", hexadecimal(who))
    query = "".join(f"{scope.state.carried().query()}&" if scope.state.carried().query() else "")
    return {
        "label": words.label(who),
        "named": who in words.known.names,
        "recognises": recognises(site),
        "returning": words.known.returning(found.newest),
        "count": found.visits,
        "facts": _facts(words, found),
        "visits": [_box(words, story) for story in told],
        "earlier": f"{mine}?{query}before={encoded(told[-1].visit.mark)}" if more else "",
        "latest": f"{mine}?{query}".rstrip("?&") if before else "",
        "newer": _address(request, site, query, beside.newer),
        "older": _address(request, site, query, beside.older),
        "live": live.first.metrics[0],
    }


def _address(request: HttpRequest, site: Site, query: str, mark: Mark | None) -> str:
    if mark is None:
        return ""
    return f"{addresses.of(request, site, 'visitor', hexadecimal(mark.visitor_id))}?{query}at={encoded(mark)}"


def _forms(request: HttpRequest, site: Site, found: Profile) -> dict[str, str]:
    """The addresses that rename and erase the visitor, for whoever may and where they exist."""
    who = viewer(request)
    if isinstance(who, Guest) or not allowed(who, site, Privilege.CHANGE_SITE):
        return {}
    given = {}
    for name in ("visitor_rename", "visitor_erase", "visitor_export"):
        try:
            given[name] = reverse(name, args=[site.key, hexadecimal(found.visitor_id)])
        except NoReverseMatch:
            continue
    if not recognises(site):
        given.pop("visitor_rename", None)  # there are no names at this level
    return given


# -- the profile


def _facts(words: Teller, found: Profile) -> list[tuple[str, str]]:
    """What is known of the visitor, by its name; what is not known is left out."""
    newest = found.newest
    money = words.money
    facts = [
        (_("First seen"), formats.short_day(words.local(found.first_seen).date())),
        (_("Last seen"), formats.moment(words.local(found.last_seen))),
        (_("Visits"), formats.count(found.visits)),
        (_("Pageviews"), formats.count(found.pageviews)),
        (_("Place"), words.place(newest).text if newest.country or newest.city else ""),
        (_("Organisation"), newest.organisation),
        (_("Browser"), agent(newest)),
        (_("Device"), names.device(newest.device)),
        (_("Language"), names.language(newest.language) if newest.language else ""),
        (_("First source"), words.named("source", found.first_source).text),
        (_("Value of goals"), money(found.goal_value)),
        (_("Revenue"), money(found.revenue)),
    ]
    return [(name, text) for name, text in facts if text]


# -- visits


def _box(words: Teller, story: Story) -> VisitBox:
    visit = story.visit
    begin, end = words.local(visit.started), words.local(visit.last)
    pages = [step for step in story.steps if step.kind == "page"]
    return VisitBox(
        id=f"v{visit.mark.visit_id:016x}",
        day=words.day(visit.started),
        begin=formats.time_of_day(begin),
        end="" if story.here else formats.time_of_day(end) if end.date() == begin.date() else formats.moment(end),
        source=words.named("source", visit.source),
        direct=visit.source in ("", "Direct"),
        by=f" {by(visit)}" if visit.search_term else f", {by(visit)}" if visit.utm_campaign else "",
        referrer=names.address(visit.referrer) if visit.referrer else "",
        page=visit.exit_path if story.here else "",
        lines=_lines(words, story, pages[-1] if pages and story.here else None),
        here=story.here,
        cut=story.cut,
    )


def _lines(words: Teller, story: Story, present: Step | None) -> tuple[Line, ...]:
    return tuple(_line(words, step, here=step is present) for step in story.steps)


def _line(words: Teller, step: Step, *, here: bool) -> Line:
    text = Named(step.text)
    if step.kind == "page":
        text = words.named("page", step.text)
    elif step.kind in ("outbound", "download"):
        text = Named(names.address(step.text))
    return Line(
        time=formats.exact_time(words.local(step.at)),
        kind=step.kind,
        text=text,
        out=web_address(step.text) if step.kind in ("outbound", "download") else "",
        title=step.title,
        search=step.search,
        props=step.props,
        goals=words.goals(Reached(goal, 1) for goal in step.reached),
        revenue=words.money(step.revenue),
        spent="" if step.engaged_ms is None or here else formats.duration(step.engaged_ms / 1000),
        here=here,
    )
