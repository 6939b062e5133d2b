"""Single visits and visitors by program: see docs/stats-api.md."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from trailhouse.api.access import (
    SITES,
    STATS,
    KeyWith,
    by_of,
    key_of,
    key_site,
    missing,
    rate_headers,
    store,
    unlocked,
)
from trailhouse.api.answers import answer, fields, needed
from trailhouse.api.asked import FILTERS, OVER_A_PERIOD, Asked, asked, only_figures
from trailhouse.api.paging import limit_of
from trailhouse.api.schema import META, MONEY, OF_FIGURES, PAGED, SITE_ID, Named, Perhaps, body, doc, parameter
from trailhouse.core.errors import UserError
from trailhouse.exports.downloads import Download
from trailhouse.sites import visitors as services
from trailhouse.sites.models import Privacy
from trailhouse.stats.reports import known as told
from trailhouse.stats.reports import visitors
from trailhouse.stats.reports.known import Known
from trailhouse.stats.reports.live import people
from trailhouse.stats.reports.marks import decoded, encoded
from trailhouse.stats.reports.visitor import VISITS, Profile, Step, Story, profile, stories
from trailhouse.stats.reports.visitor_names import profile_of
from trailhouse.stats.reports.visits import Mark, Reached, Visit

router = Router(tags=[STATS])

# What is told of a visit under the same name.
_TEXTS = (
    "source", "channel", "referrer", "search_term", "utm_campaign", "country", "region", "city", "organisation",
    "browser", "browser_version", "os", "os_version", "device", "screen", "language",
)  # fmt: skip
GOALS = [{"goal": "Order", "times": 1}]
ID = "000000000000ab12"
VISIT = {
    "id": "AAABnUk5HmAAAAAAAAAAKg", "visitor": ID, "name": None, "returning": Perhaps(True),
    "started": "2026-03-14T12:00:00+01:00", "last": "2026-03-14T12:04:10+01:00", "duration": 250, "pageviews": 3,
    "entry_page": "/", "exit_page": "/thanks", "source": "Google", "channel": "Organic search",
    "referrer": "google.com", "search_term": "", "utm_campaign": "", "country": "NL", "region": "NL/North Holland",
    "city": "NL/North Holland/Den Helder", "organisation": "", "browser": "Firefox", "browser_version": "143.0",
    "os": "Linux", "os_version": "", "device": "Desktop", "screen": "1920x1080", "language": "nl", "goals": GOALS,
    "goal_value": MONEY, "total_revenue": MONEY,
}  # fmt: skip
STEP = {
    "time": "2026-03-14T12:04:10+01:00", "kind": "page", "text": "/thanks", "hostname": "client.example",
    "title": "Thank you", "search": "", "properties": Named(plan="large"), "engaged_time": Perhaps(12),
    "goals": ["Order"], "total_revenue": MONEY,
}  # fmt: skip
LIVE = {**VISIT, "seen": "2026-03-14T12:04:10+01:00", "here": True}
TOLD = {**VISIT, "here": False, "cut": False, "steps": [STEP]}
PROFILE = {
    "visitor": ID, "name": None, "facts": Named(plan="large"), "first_seen": "2026-02-01T09:00:00+01:00",
    "last_seen": "2026-03-14T12:04:10+01:00", "visits": 4, "pageviews": 17, "first_source": "Google", "goals": GOALS,
    "goal_value": MONEY, "total_revenue": MONEY, "newest": VISIT,
}  # fmt: skip
DATA = {"site": "client.example", "visitor": ID, "known_as": ["Ann"], "made": "2026-03-14T12:00:00+00:00", "events": []}
OLDER = parameter("after", "For older visits: `after` of the answer before.", "")
VISITS_META = {**META, "limit": VISITS}


# -- the list


@router.get(
    "/visitors",
    summary="List visits",
    openapi_extra=doc({"visits": [VISIT], "meta": META}, *OVER_A_PERIOD, PAGED, usual=OF_FIGURES),
)
def list_visitors(request: HttpRequest) -> HttpResponse:
    """The visits of a period under filters, newest first, each with its visitor. Not of strict sites."""
    what = _single(asked(request, paged=True))
    limit, older, newer = limit_of(what.given), _place(what, "after"), _place(what, "before")
    found = visitors.page(store(), what.question("visits"), before=older, after=None if older else newer, size=limit)
    known = _known(what, [visit.mark for visit in found.visits])
    meta = {
        "after": encoded(found.visits[-1].mark) if found.visits and found.older else None,
        "before": encoded(found.visits[0].mark) if found.visits and found.newer else None,
        "limit": limit,
    }
    return answer(request, {"visits": [_visit(what, visit, known) for visit in found.visits], "meta": meta})


@router.get(
    "/realtime/visits",
    summary="Visits of now",
    openapi_extra=doc({"visits": [LIVE]}, SITE_ID, FILTERS, usual=OF_FIGURES),
)
def list_live_visits(request: HttpRequest) -> HttpResponse:
    """Of the last 30 minutes: those who did something in the last 5 are `here`, and come first. Not of strict sites."""
    what = _single(asked(request, takes=["filters"]))
    found = people(store(), what.context, what.now, what.filters)
    known = _known(what, [one.visit.mark for one in found])
    told = [{**_visit(what, one.visit, known), "seen": what.local(one.seen), "here": one.here} for one in found]
    return answer(request, {"visits": told})


# -- one visitor


@router.get(
    "/visitors/{visitor}",
    summary="One visitor",
    openapi_extra=doc(PROFILE, SITE_ID, usual=OF_FIGURES, errors=[404]),
)
def get_visitor(request: HttpRequest, visitor: str) -> HttpResponse:
    """What is known of a visitor over all visits that are kept. Not of strict sites."""
    what, numbers = _of_one(request, visitor)
    return answer(request, _profile(what, _found(what, numbers)))


@router.get(
    "/visitors/{visitor}/visits",
    summary="Visits of a visitor",
    openapi_extra=doc({"visits": [VISIT], "meta": VISITS_META}, SITE_ID, OLDER, usual=OF_FIGURES, errors=[404]),
)
def list_visits(request: HttpRequest, visitor: str) -> HttpResponse:
    """All that are kept, newest first, 20 in an answer. Not of strict sites."""
    what, numbers = _of_one(request, visitor, "after")
    found, meta = _stories(what, numbers)
    known = _known(what, [story.visit.mark for story in found])
    return answer(request, {"visits": [_visit(what, story.visit, known) for story in found], "meta": meta})


@router.get(
    "/visitors/{visitor}/steps",
    summary="Steps of a visitor",
    openapi_extra=doc({"visits": [TOLD], "meta": VISITS_META}, SITE_ID, OLDER, usual=OF_FIGURES, errors=[404]),
)
def list_steps(request: HttpRequest, visitor: str) -> HttpResponse:
    """The visits as above, each with its `steps` in order; `cut` has more of them than are told, `here` still runs."""
    what, numbers = _of_one(request, visitor, "after")
    found, meta = _stories(what, numbers)
    known = _known(what, [story.visit.mark for story in found])
    return answer(request, {"visits": [_story(what, story, known) for story in found], "meta": meta})


# -- their data; a key that may change the site is needed


@router.get(
    "/visitors/{visitor}/data",
    summary="Everything that is kept of a visitor",
    tags=[SITES],
    auth=KeyWith(SITES),
    openapi_extra=doc(DATA, SITE_ID, errors=[503]),
)
def get_visitor_data(request: HttpRequest, visitor: str) -> HttpResponseBase:
    """For a visitor who asks for it: every event with all of its columns. Noted in the audit log."""
    site, number = key_site(key_of(request), needed(fields(request), "site_id")), _number(visitor)
    unlocked(site)
    made = services.data_of(site, number, store(), by=by_of(request))
    sent = Download(made, services.file_of(site, number), "application/json")
    for name, value in rate_headers(request).items():
        sent.headers[name] = value
    return sent


@router.delete(
    "/visitors/{visitor}",
    summary="Erase a visitor",
    tags=[SITES],
    auth=KeyWith(SITES),
    openapi_extra=doc({"deleted": True}, body({"site_id": "client.example"}), errors=[503]),
)
def erase_visitor(request: HttpRequest, visitor: str) -> HttpResponse:
    """All events, names and facts, for good; done when this is answered. Noted in the audit log."""
    site = key_site(key_of(request), needed(fields(request), "site_id"))
    services.erase(site, _number(visitor), store(), by=by_of(request))
    return answer(request, {"deleted": True})


# -- what is asked


def _single(what: Asked) -> Asked:
    if what.strict:
        raise only_figures()
    return what


def _number(text: str) -> int:
    number = services.number_of(text)
    if number is None:
        raise missing("no_visitor", "There is no such visitor.")
    return number


def _of_one(request: HttpRequest, visitor: str, *others: str) -> tuple[Asked, tuple[int, ...]]:
    """What is asked of a visitor, and all numbers of theirs."""
    what = _single(asked(request, *others, takes=()))
    return what, services.numbers_at(what.site, store(), _number(visitor))


def _found(what: Asked, numbers: Sequence[int]) -> Profile:
    found = profile(store(), what.context, numbers)
    if found is None:
        raise missing("no_visitor", "There is no such visitor.")
    return found


def _stories(what: Asked, numbers: Sequence[int]) -> tuple[list[Story], dict[str, Any]]:
    before = _place(what, "after")
    found, more = stories(store(), what.context, numbers, what.now, before=before)
    if not found and before is None:
        raise missing("no_visitor", "There is no such visitor.")
    return found, {"after": encoded(found[-1].visit.mark) if more else None, "before": None, "limit": VISITS}


def _place(what: Asked, name: str) -> Mark | None:
    text = what.given.get(name)
    if not text:
        return None
    found = decoded(text)
    if found is None:
        raise UserError("wrong_cursor", f"Invalid {name}.", "Use the one that the answer before told.")
    return found


def _known(what: Asked, marks: Collection[Mark], *others: int) -> Known:
    """What is known of whoever made these visits, and the names of these others."""
    if what.site.privacy != Privacy.RECOGNISED:
        return Known()
    names = services.names_for(what.site, store(), {*others, *(mark.visitor_id for mark in marks)})
    return told.known(store(), what.site.pk, marks, names, timedelta(seconds=what.context.return_after_s))


# -- what is told


def _goals(reached: Iterable[Reached]) -> list[dict[str, Any]]:
    return [{"goal": one.goal.name, "times": one.times} for one in reached]


def _visit(what: Asked, visit: Visit, known: Known) -> dict[str, Any]:
    who = visit.mark.visitor_id
    return {
        "id": encoded(visit.mark),
        "visitor": services.hex_of(who),
        "name": known.names.get(who),
        "returning": known.returning(visit),
        "started": what.local(visit.started),
        "last": what.local(visit.last),
        "duration": round(visit.duration_ms / 1000),
        "pageviews": visit.pageviews,
        "entry_page": visit.entry_path,
        "exit_page": visit.exit_path,
        **{name: getattr(visit, name) for name in _TEXTS},
        "goals": _goals(visit.reached),
        "goal_value": what.money(visit.goal_value),
        "total_revenue": what.money(visit.revenue),
    }


def _story(what: Asked, story: Story, known: Known) -> dict[str, Any]:
    named = what.site.privacy == Privacy.RECOGNISED
    steps = [_step(what, step, named=named) for step in story.steps]
    return {**_visit(what, story.visit, known), "here": story.here, "cut": story.cut, "steps": steps}


def _step(what: Asked, step: Step, *, named: bool) -> dict[str, Any]:
    hidden = step.kind == "named" and not named
    return {
        "time": what.local(step.at),
        "kind": step.kind,
        "text": "" if hidden else step.text,
        "hostname": step.hostname,
        "title": step.title,
        "search": step.search,
        "properties": {} if hidden else dict(step.props),
        "engaged_time": None if step.engaged_ms is None else round(step.engaged_ms / 1000),
        "goals": [goal.name for goal in step.reached],
        "total_revenue": what.money(step.revenue),
    }


def _profile(what: Asked, found: Profile) -> dict[str, Any]:
    who = found.visitor_id
    known = _known(what, [found.newest.mark], who)
    named = what.site.privacy == Privacy.RECOGNISED
    return {
        "visitor": services.hex_of(who),
        "name": known.names.get(who),
        "facts": profile_of(store(), what.site.pk, who) if named else {},
        "first_seen": what.local(found.first_seen),
        "last_seen": what.local(found.last_seen),
        "visits": found.visits,
        "pageviews": found.pageviews,
        "first_source": found.first_source,
        "goals": _goals(found.reached),
        "goal_value": what.money(found.goal_value),
        "total_revenue": what.money(found.revenue),
        "newest": _visit(what, found.newest, known),
    }
