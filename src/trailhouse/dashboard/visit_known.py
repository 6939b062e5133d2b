"""What is known of visitors beyond single visits, as far as the site's level of privacy goes."""

from collections.abc import Collection
from datetime import timedelta

from trailhouse.events import current
from trailhouse.sites.models import Privacy, Site
from trailhouse.sites.visitors import names_for, numbers_at
from trailhouse.stats.reports import known as told
from trailhouse.stats.reports.known import Known
from trailhouse.stats.reports.visits import Mark


def recognises(site: Site) -> bool:
    """Whether visitors may be known again on later days, and by name."""
    return site.privacy == Privacy.RECOGNISED


def known(site: Site, marks: Collection[Mark]) -> Known:
    """What is known of whoever made these visits."""
    if not recognises(site):
        return Known()
    store = current.store()
    names = names_for(site, store, {mark.visitor_id for mark in marks})
    return told.known(store, site.pk, marks, names, timedelta(hours=site.return_after_hours))


def numbers_of(site: Site, visitor_id: int) -> tuple[int, ...]:
    """All numbers under which the visitor's events stand, their own first."""
    return numbers_at(site, current.store(), visitor_id)
