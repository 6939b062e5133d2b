"""Part of the services of `sites`: what programs put is made, or becomes what was sent; the same twice changes nothing.

Each function holds the site while it looks, so that two at once make one thing.
"""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from trailhouse.accounts.models import User
from trailhouse.sites import annotations, campaigns, funnels, page_groups, segments
from trailhouse.sites.annotations import NoteText
from trailhouse.sites.campaigns import CostText
from trailhouse.sites.funnels import FunnelText
from trailhouse.sites.models import Annotation, CampaignCost, Funnel, PageGroup, Segment, Site
from trailhouse.sites.segments import SegmentText


def _hold(site: Site) -> None:
    Site.objects.select_for_update().get(pk=site.pk)


def _line(text: str) -> str:
    return " ".join(text.split())


@transaction.atomic
def put_segment(site: Site, text: SegmentText, *, by: User) -> Segment:
    """The site's segment of this name. Raises UserError as `segments.add` does."""
    _hold(site)
    there = site.segments.select_related("site__account").filter(person=None, name=_line(text.name)).first()
    if there is None:
        return segments.add(site, text, by=by)
    if (there.description, there.groups) == (_line(text.description), text.groups):
        return there
    return segments.change(there, text, by=by)


@transaction.atomic
def put_annotation(site: Site, given: NoteText, *, by: User) -> Annotation:
    """The note of this text on a day. Raises UserError as `annotations.add` does."""
    _hold(site)
    there = site.annotations.select_related("site__account").filter(day=given.day, text=_line(given.text)).first()
    if there is None:
        return annotations.add(site, given.day, given.text, internal=given.internal, kind=given.kind, by=by)
    if (there.internal, there.kind) == (given.internal, given.kind):
        return there
    return annotations.change(there, given.day, given.text, internal=given.internal, kind=given.kind, by=by)


@transaction.atomic
def put_funnel(site: Site, text: FunnelText, *, by: User) -> Funnel:
    """The funnel of this name. Raises UserError as `funnels.add` does."""
    _hold(site)
    there = site.funnels.select_related("site__account").filter(name=_line(text.name)).first()
    if there is None:
        return funnels.add(site, text, by=by)
    if (there.days, there.steps) == (text.days, [asdict(step) for step in text.steps]):
        return there
    return funnels.change(there, text, by=by)


@transaction.atomic
def put_page_group(site: Site, name: str, patterns: Sequence[str], *, by: User) -> PageGroup:
    """The group of pages of this name; a new one comes after all others. Raises UserError as `page_groups.add` does."""
    _hold(site)
    there = site.page_groups.select_related("site__account").filter(name=_line(name)).first()
    if there is None:
        return page_groups.add(site, name, patterns, by=by)
    if there.patterns == list(patterns):
        return there
    return page_groups.change(there, name, patterns, by=by)


@transaction.atomic
def put_cost(site: Site, text: CostText, *, by: User) -> CampaignCost:
    """The cost of this campaign, source, medium, days and kind. Raises UserError as `campaigns.add` does."""
    _hold(site)
    value = campaigns.checked(text, site.currency)
    key = dict(zip(campaigns.KEY, value.key, strict=True))
    there = site.campaign_costs.select_related("site__account").filter(**key).first()
    if there is None:
        return campaigns.add(site, text, by=by)
    if there.amount_minor == value.amount_minor:
        return there
    return campaigns.change(there, text, by=by)
