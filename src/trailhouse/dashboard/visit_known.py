"""What is known of visitors beyond single visits, as far as the site's level of privacy goes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trailhouse.dashboard.visitor_names import names_for
from trailhouse.events import current, visitors
from trailhouse.sites.models import Privacy, Site
from trailhouse.stats.reports.visits import Mark, Visit, first_seen


@dataclass(frozen=True, slots=True)
class Known:
    """Names by the visitor's number, and since when who made a visit is known, by visit; nothing of others.

    Whoever was there so long before (`returns_after`) is a returning visitor.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    first: Mapping[int, datetime] = field(default_factory=dict)
    returns_after: timedelta = timedelta(hours=24)

    def returning(self, visit: Visit) -> bool | None:
        """Whether the visitor was here on an earlier visit long enough ago; None where nobody is recognised."""
        first = self.first.get(visit.mark.visit_id)
        return None if first is None else visit.started - first >= self.returns_after


def recognises(site: Site) -> bool:
    """Whether visitors may be known again on later days, and by name."""
    return site.privacy == Privacy.RECOGNISED


def known(site: Site, marks: Collection[Mark]) -> Known:
    """What is known of whoever made these visits."""
    if not recognises(site):
        return Known()
    store = current.store()
    names = names_for(site, store, {mark.visitor_id for mark in marks})
    return Known(names, first_seen(store, site.pk, marks), timedelta(hours=site.return_after_hours))


def numbers_of(site: Site, visitor_id: int) -> tuple[int, ...]:
    """All numbers under which the visitor's events stand, their own first."""
    return visitors.numbers_of(current.store(), site.pk, visitor_id) if recognises(site) else (visitor_id,)
