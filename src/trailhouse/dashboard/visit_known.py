"""What is known of visitors beyond single visits, as far as the site's level of privacy goes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trailhouse.events import current
from trailhouse.sites.models import Privacy, Site
from trailhouse.stats.reports.visitor_names import names_of
from trailhouse.stats.reports.visits import Visit, first_starts

RETURNS_AFTER = timedelta(hours=24)  # an earlier visit so long ago makes a visitor a returning one


@dataclass(frozen=True, slots=True)
class Known:
    """Names, and when first visits began, by the visitor's number; nothing where nobody is recognised."""

    names: Mapping[int, str] = field(default_factory=dict)
    first: Mapping[int, datetime] = field(default_factory=dict)

    def returning(self, visit: Visit) -> bool | None:
        """Whether the visitor was here on an earlier visit long enough ago; None where nobody is recognised."""
        first = self.first.get(visit.mark.visitor_id)
        return None if first is None else visit.started - first >= RETURNS_AFTER


def recognises(site: Site) -> bool:
    """Whether visitors may be known again on later days, and by name."""
    return site.privacy == Privacy.RECOGNISED


def known(site: Site, visitor_ids: Collection[int]) -> Known:
    """What is known of these visitors."""
    if not recognises(site):
        return Known()
    store = current.store()
    return Known(names_of(store, site.pk, visitor_ids), first_starts(store, site.pk, visitor_ids))


def numbers_of(site: Site, visitor_id: int) -> tuple[int, ...]:
    """All numbers under which the visitor's events stand, their own first."""
    del site
    return (visitor_id,)
