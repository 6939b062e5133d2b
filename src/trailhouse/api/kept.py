"""What the people of a site keep for its reports, by program: see docs/sites-api.md."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router

from trailhouse.api.access import SITES, KeyWith, by_of, key_of, key_site, missing
from trailhouse.api.answers import answer, fields, needed
from trailhouse.api.bodies import read
from trailhouse.api.bodies_sites import AnnotationBody, CostBody, FunnelBody, PageGroupBody, SegmentBody
from trailhouse.api.paging import rows_of
from trailhouse.api.schema import META, PAGED, SITE_ID, Perhaps, body, doc, typed
from trailhouse.core.errors import UserError
from trailhouse.core.money import decimal_text
from trailhouse.sites import annotations, campaigns, funnels, page_groups, putting, segments
from trailhouse.sites.annotations import NoteText
from trailhouse.sites.campaigns import CostText
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.models import Annotation, CampaignCost, Funnel, PageGroup, Segment, Site
from trailhouse.sites.segments import SegmentText
from trailhouse.stats import segments as stored

router = Router(tags=[SITES], auth=KeyWith(SITES))

Row = TypeVar("Row", bound=Model)

ONE_SITE = {"site_id": "client.example"}
DELETED = {"deleted": True}
REMOVE = (body(ONE_SITE),)
PHONES = [{"how": "", "any": [["is", "visit:device", ["Mobile"]]]}]
SEGMENT = {"name": "Phones", "description": "", "groups": PHONES}
NOTE = {"day": "2026-03-14", "text": "New menu page", "internal": False, "kind": "note"}
STEPS = [{"kind": "page", "pattern": "/cart*", "name": ""}, {"kind": "event", "pattern": "Order", "name": ""}]
FUNNEL = {"name": "Order", "steps": STEPS, "days": Perhaps(7)}
COST = {
    "campaign": "spring", "source": "google", "medium": "cpc", "first": "2026-03-01", "last": "2026-03-31",
    "kind": "sum", "amount": "1234.50",
}  # fmt: skip
GROUP = {"name": "Blog", "patterns": ["/blog/*"]}


def _site(request: HttpRequest) -> Site:
    return key_site(key_of(request), needed(fields(request), "site_id"))


def _listed(
    request: HttpRequest, name: str, rows_at: Callable[[Site], QuerySet[Row]], told: Callable[[Row], dict[str, Any]]
) -> HttpResponse:
    """A page of what a site has."""
    rows, meta = rows_of(rows_at(_site(request)), fields(request))
    return answer(request, {name: [told(row) for row in rows], "meta": meta})


def _found(rows: QuerySet[Row], number: int, what: str) -> Row:
    """The row with this number. Raises UserError 404 alike for another site's and none."""
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise missing(f"no_{what}", f"There is no such {what.replace('_', ' ')}.")
    return row


# -- segments


def _segments(site: Site) -> QuerySet[Segment]:
    return site.segments.filter(person=None).select_related("site__account")


def _segment(one: Segment) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "description": one.description, "groups": one.groups}


@router.get(
    "/segments",
    summary="Segments of a site",
    openapi_extra=doc({"segments": [{"id": 7, **SEGMENT}], "meta": META}, SITE_ID, PAGED),
)
def list_segments(request: HttpRequest) -> HttpResponse:
    """Those that everybody may use who sees the site. A query names one by its `id`."""
    return _listed(request, "segments", _segments, _segment)


@router.put(
    "/segments",
    summary="Make or change a segment",
    openapi_extra=doc({"id": 7, **SEGMENT}, typed(SegmentBody, {**ONE_SITE, **SEGMENT})),
)
def put_segment(request: HttpRequest) -> HttpResponse:
    """The site's segment of this `name` becomes what is sent, in reports of the past as well."""
    given = read(request, SegmentBody)
    groups = stored.written(stored.read(given.groups))
    text = SegmentText(given.name, given.description, own=False, groups=groups)
    site = key_site(key_of(request), given.site_id)
    return answer(request, _segment(putting.put_segment(site, text, by=by_of(request))))


@router.delete("/segments/{int:segment}", summary="Delete a segment", openapi_extra=doc(DELETED, *REMOVE, errors=[409]))
def delete_segment(request: HttpRequest, segment: int) -> HttpResponse:
    """409 while another segment names it."""
    segments.delete(_found(_segments(_site(request)), segment, "segment"), by=by_of(request))
    return answer(request, DELETED)


# -- annotations


def _annotations(site: Site) -> QuerySet[Annotation]:
    return site.annotations.select_related("site__account")


def _annotation(one: Annotation) -> dict[str, Any]:
    return {"id": one.pk, "day": str(one.day), "text": one.text, "internal": one.internal, "kind": one.kind}


@router.get(
    "/annotations",
    summary="Notes of a site",
    openapi_extra=doc({"annotations": [{"id": 3, **NOTE}], "meta": META}, SITE_ID, PAGED),
)
def list_annotations(request: HttpRequest) -> HttpResponse:
    """All of them, also the internal ones."""
    return _listed(request, "annotations", _annotations, _annotation)


@router.put(
    "/annotations",
    summary="Make or change a note",
    openapi_extra=doc({"id": 3, **NOTE}, typed(AnnotationBody, {**ONE_SITE, **NOTE})),
)
def put_annotation(request: HttpRequest) -> HttpResponse:
    """The note of this `text` on this `day`, a day of the site's time zone; `work` stands in the work log."""
    given = read(request, AnnotationBody)
    site, day = key_site(key_of(request), given.site_id), day_of(given.day)
    internal = given.internal and given.kind != "work"
    found = putting.put_annotation(site, NoteText(day, given.text, internal, given.kind), by=by_of(request))
    return answer(request, _annotation(found))


@router.delete("/annotations/{int:annotation}", summary="Delete a note", openapi_extra=doc(DELETED, *REMOVE))
def delete_annotation(request: HttpRequest, annotation: int) -> HttpResponse:
    """It stands in no chart any more."""
    annotations.remove(_found(_annotations(_site(request)), annotation, "annotation"), by=by_of(request))
    return answer(request, DELETED)


def day_of(text: str) -> date:
    """The day that `text` names. Raises UserError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("wrong_value", f"There is no day {text}.", "Use a day such as 2026-03-14.") from None


# -- funnels


def _funnels(site: Site) -> QuerySet[Funnel]:
    return site.funnels.select_related("site__account")


def _funnel(one: Funnel) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "steps": one.steps, "days": one.days}


@router.get(
    "/funnels",
    summary="Funnels of a site",
    openapi_extra=doc({"funnels": [{"id": 4, **FUNNEL}], "meta": META}, SITE_ID, PAGED),
)
def list_funnels(request: HttpRequest) -> HttpResponse:
    """Their steps; what they count is under `/api/v1/stats/funnels`."""
    return _listed(request, "funnels", _funnels, _funnel)


@router.put(
    "/funnels",
    summary="Make or change a funnel",
    openapi_extra=doc({"id": 4, **FUNNEL}, typed(FunnelBody, {**ONE_SITE, **FUNNEL})),
)
def put_funnel(request: HttpRequest) -> HttpResponse:
    """The funnel of this `name` becomes what is sent, for the past as well."""
    given = read(request, FunnelBody)
    steps = [StepText(step.kind, step.pattern.strip(), " ".join(step.name.split())) for step in given.steps]
    site = key_site(key_of(request), given.site_id)
    found = putting.put_funnel(site, FunnelText(given.name, steps, given.days), by=by_of(request))
    return answer(request, _funnel(found))


@router.delete("/funnels/{int:funnel}", summary="Delete a funnel", openapi_extra=doc(DELETED, *REMOVE))
def delete_funnel(request: HttpRequest, funnel: int) -> HttpResponse:
    """What was counted stays."""
    funnels.remove(_found(_funnels(_site(request)), funnel, "funnel"), by=by_of(request))
    return answer(request, DELETED)


# -- costs of campaigns


def _costs(site: Site) -> QuerySet[CampaignCost]:
    return site.campaign_costs.select_related("site__account")


def _cost(one: CampaignCost) -> dict[str, Any]:
    return {
        "id": one.pk,
        "campaign": one.campaign,
        "source": one.source,
        "medium": one.medium,
        "first": str(one.first_day),
        "last": str(one.last_day),
        "kind": one.kind,
        "amount": decimal_text(one.amount_minor, one.site.currency),
    }


@router.get(
    "/campaign-costs",
    summary="Costs of campaigns",
    openapi_extra=doc({"campaign_costs": [{"id": 5, **COST}], "meta": META}, SITE_ID, PAGED),
)
def list_campaign_costs(request: HttpRequest) -> HttpResponse:
    """Amounts are in the site's currency."""
    return _listed(request, "campaign_costs", _costs, _cost)


@router.put(
    "/campaign-costs",
    summary="Make or change a cost",
    openapi_extra=doc({"id": 5, **COST}, typed(CostBody, {**ONE_SITE, **COST})),
)
def put_campaign_cost(request: HttpRequest) -> HttpResponse:
    """The cost of this campaign, source, medium, days and kind gets this amount."""
    given = read(request, CostBody)
    text = CostText(given.campaign, given.first, given.last, given.amount, given.kind, given.source, given.medium)
    site = key_site(key_of(request), given.site_id)
    return answer(request, _cost(putting.put_cost(site, text, by=by_of(request))))


@router.delete("/campaign-costs/{int:cost}", summary="Delete a cost", openapi_extra=doc(DELETED, *REMOVE))
def delete_campaign_cost(request: HttpRequest, cost: int) -> HttpResponse:
    """Reports of the past no longer tell it."""
    campaigns.remove(_found(_costs(_site(request)), cost, "campaign_cost"), by=by_of(request))
    return answer(request, DELETED)


# -- groups of pages


def _groups(site: Site) -> QuerySet[PageGroup]:
    return site.page_groups.select_related("site__account")


def _group(one: PageGroup) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "patterns": one.patterns}


@router.get(
    "/page-groups", summary="Groups of pages", openapi_extra=doc({"page_groups": [{"id": 2, **GROUP}]}, SITE_ID)
)
def list_page_groups(request: HttpRequest) -> HttpResponse:
    """In their order: a page is in the first one that it fits."""
    return answer(request, {"page_groups": [_group(one) for one in _groups(_site(request))]})


@router.put(
    "/page-groups",
    summary="Make or change a group of pages",
    openapi_extra=doc({"id": 2, **GROUP}, typed(PageGroupBody, {**ONE_SITE, **GROUP})),
)
def put_page_group(request: HttpRequest) -> HttpResponse:
    """The group of this `name`; a new one comes after all others."""
    given = read(request, PageGroupBody)
    site = key_site(key_of(request), given.site_id)
    patterns = list(dict.fromkeys(text for pattern in given.patterns if (text := pattern.strip())))
    return answer(request, _group(putting.put_page_group(site, given.name, patterns, by=by_of(request))))


@router.delete("/page-groups/{int:group}", summary="Delete a group of pages", openapi_extra=doc(DELETED, *REMOVE))
def delete_page_group(request: HttpRequest, group: int) -> HttpResponse:
    """Its pages are then in the next group that they fit, or in none."""
    page_groups.remove(_found(_groups(_site(request)), group, "page_group"), by=by_of(request))
    return answer(request, DELETED)
