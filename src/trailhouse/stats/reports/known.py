"""What is known of recognised visitors beyond single visits: names, and since when they come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trailhouse.events.store import Store
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


def known(
    store: Store, site_id: int, marks: Collection[Mark], names: Mapping[int, str], returns_after: timedelta
) -> Known:
    """What is known of whoever made these visits of a site that recognises them; `names` are what they are called."""
    return Known(names, first_seen(store, site_id, marks), returns_after)
