"""What is known of recognised visitors beyond single visits: names, and since when they come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trailhouse.events.store import Store
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


def known(store: Store, site_id: int, visitor_ids: Collection[int], names: Mapping[int, str]) -> Known:
    """What is known of these visitors of a site that recognises them; `names` are what they are called."""
    return Known(names, first_starts(store, site_id, visitor_ids))
