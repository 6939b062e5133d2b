"""Ways through a site, habits of visitors, notes, and what was left out, by program: see docs/stats-api.md."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from trailhouse.api.access import SITES, STATS, store
from trailhouse.api.answers import answer
from trailhouse.api.asked import OVER_A_PERIOD, PERIOD, Asked, asked
from trailhouse.api.paging import window
from trailhouse.api.schema import META, OF_FIGURES, PAGED, Named, Perhaps, doc, parameter
from trailhouse.core.errors import UserError
from trailhouse.sites import annotations
from trailhouse.sites.models import Privacy
from trailhouse.stats.answer import ask
from trailhouse.stats.reports import instance, journeys
from trailhouse.stats.reports.journeys import Broken, Kind, Step, Ways
from trailhouse.stats.reports.returning import Class, habits

router = Router(tags=[STATS])

PAGE = {"kind": "page", "name": "/pricing"}
LINK = {"place": -1, "from": PAGE, "to": {"kind": "page", "name": "/"}, "visits": 42}
WAYS = {"centre": PAGE, "visits": 310, "withheld": False, "links": [LINK]}
OF_PAGE = parameter("page", "The page in the middle; without it and `event` the most viewed one.", "/pricing")
OF_EVENT = parameter("event", "The event in the middle.", "Order")
BROKEN = {"not_found": "/old", "page": "/", "referrer": "", "visits": 4, "times": 6}
CLASS = {"first": 5, "last": Perhaps(9), "count": 31}
HABITS = {"visitors": 140, "visits": 420, "first_visits": 60, "visits_per_visitor": [CLASS], "days_between": [CLASS]}
NOTE = {"id": 3, "day": "2026-03-14", "text": "New menu page", "internal": False, "kind": "note"}
LEFT_OUT = {
    "reasons": Named(bot_user_agent=120), "days": Named({"2026-03-14": 120}), "left_out": 120, "stored": 3100,
}  # fmt: skip
REASON = parameter("reason", "Days of this reason alone: see docs/left-out.md.", "bot_user_agent")
KINDS = {Kind.PAGE: "page", Kind.EVENT: "event", Kind.EDGE: "outside", Kind.OTHER: "other_pages"}


# -- journeys


@router.get(
    "/journeys",
    summary="Ways by a page or an event",
    openapi_extra=doc(WAYS, *OVER_A_PERIOD, OF_PAGE, OF_EVENT, usual=OF_FIGURES),
)
def get_journeys(request: HttpRequest) -> HttpResponse:
    """How many visits went from one step to the next, up to three steps before and after the one in the middle.

    `place` is that of `from`: -3 to 2, the middle is 0. At a strict site only what five visits or more did.
    """
    what = asked(request, "page", "event")
    page, event = what.given.get("page"), what.given.get("event")
    if page and event:
        raise UserError("wrong_query", "There is one middle.", "Send page or event.")
    centre = Step(Kind.EVENT, event) if event else Step(Kind.PAGE, page) if page else _most_viewed(what)
    if centre is None:
        return answer(request, _ways(Ways(Step(Kind.PAGE), 0, ())))
    found = journeys.ways(store(), what.context, what.period, what.filters, centre, strict=what.strict)
    return answer(request, _ways(found))


def _most_viewed(what: Asked) -> Step | None:
    found = ask(store(), what.question("pageviews", dimensions=("event:page",), limit=1))
    return Step(Kind.PAGE, found.rows[0].dimensions[0]) if found.rows else None


def _ways(found: Ways) -> dict[str, Any]:
    links = [
        {"place": one.place, "from": _step(one.start), "to": _step(one.end), "visits": one.visits}
        for one in found.links
    ]  # fmt: skip
    return {"centre": _step(found.centre), "visits": found.visits, "withheld": found.withheld, "links": links}


def _step(step: Step) -> dict[str, str]:
    return {"kind": KINDS[step.kind], "name": step.name}


@router.get(
    "/not-found",
    summary="Pages that were not found",
    openapi_extra=doc({"not_found": [BROKEN], "meta": META}, *OVER_A_PERIOD, PAGED, usual=OF_FIGURES),
)
def list_not_found(request: HttpRequest) -> HttpResponse:
    """With the page or the referrer that led there, most visits first. At a strict site only what five visits met."""
    what = asked(request, paged=True)
    page = window(what.given)
    found, total = journeys.broken(
        store(), what.context, what.period, what.filters, limit=page.limit, offset=page.offset, strict=what.strict
    )
    return answer(request, {"not_found": [_broken(one) for one in found], "meta": page.meta(total)})


def _broken(one: Broken) -> dict[str, Any]:
    return {
        "not_found": one.missing,
        "page": one.page,
        "referrer": one.referrer,
        "visits": one.visits,
        "times": one.times,
    }


# -- habits


@router.get(
    "/returning",
    summary="How often visitors come back",
    openapi_extra=doc(HABITS, *OVER_A_PERIOD, usual=OF_FIGURES),
)
def get_returning(request: HttpRequest) -> HttpResponse:
    """Recognised visitors by how many visits they made, and visits by the days since the one before.

    Only of sites that recognise visitors. Over time: the query, split by `visit:returning`.
    """
    what = asked(request)
    if what.site.privacy != Privacy.RECOGNISED:
        raise UserError(
            "nobody_recognised",
            "This site does not recognise visitors on another day.",
            "Its level of privacy is chosen in its settings.",
            status=403,
        )
    found = habits(store(), what.context, what.period, what.filters)
    told = {
        "visitors": found.visitors,
        "visits": found.visits,
        "first_visits": found.first_visits,
        "visits_per_visitor": [_class(one) for one in found.frequency],
        "days_between": [_class(one) for one in found.gaps],
    }
    return answer(request, told)


def _class(one: Class) -> dict[str, int | None]:
    return {"first": one.first, "last": one.last, "count": one.count}


# -- notes and what was left out


@router.get(
    "/annotations",
    summary="Notes of a period",
    openapi_extra=doc({"annotations": [NOTE]}, PERIOD, usual=OF_FIGURES),
)
def list_annotations_of_period(request: HttpRequest) -> HttpResponse:
    """As they stand in charts, oldest first; internal ones for keys that may change the site. The chart: the query."""
    what = asked(request, takes=["date_range"])
    internal = SITES in what.key.scopes
    found = annotations.notes_of(what.site, what.period.first_day, what.period.last_day, internal=internal)
    notes = [
        {"id": one.pk, "day": str(one.day), "text": one.text, "internal": one.internal, "kind": one.kind}
        for one in found
    ]
    return answer(request, {"annotations": notes})


@router.get(
    "/left-out",
    summary="What was left out",
    openapi_extra=doc(LEFT_OUT, PERIOD, REASON, usual=OF_FIGURES),
)
def get_left_out(request: HttpRequest) -> HttpResponse:
    """Events that were not counted, by reason and by UTC day, and how many were. Filters do not apply."""
    what = asked(request, "reason", takes=["date_range"])
    days = instance.utc_days(what.period, what.now)
    found = instance.left_out(store(), days[0], days[-1], what.given.get("reason", ""), what.site.pk)
    told = {
        "reasons": dict(found.reasons),
        "days": {str(day): found.days[day] for day in sorted(found.days)},
        "left_out": sum(found.reasons.values()),
        "stored": instance.stored(store(), what.site.pk, days[0], days[-1]),
    }
    return answer(request, told)
