"""What is known of visitors beyond single visits, as far as the site's level of privacy goes."""

from collections.abc import Collection

from trailhouse.events import current
from trailhouse.sites.models import Privacy, Site
from trailhouse.sites.visitors import names_for, numbers_at
from trailhouse.stats.reports import known as told
from trailhouse.stats.reports.known import Known


def recognises(site: Site) -> bool:
    """Whether visitors may be known again on later days, and by name."""
    return site.privacy == Privacy.RECOGNISED


def known(site: Site, visitor_ids: Collection[int]) -> Known:
    """What is known of these visitors."""
    if not recognises(site):
        return Known()
    store = current.store()
    return told.known(store, site.pk, visitor_ids, names_for(site, store, visitor_ids))


def numbers_of(site: Site, visitor_id: int) -> tuple[int, ...]:
    """All numbers under which the visitor's events stand, their own first."""
    return numbers_at(site, current.store(), visitor_id)
