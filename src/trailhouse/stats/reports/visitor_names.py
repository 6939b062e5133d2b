"""What sites call their visitors, and what they say of them."""

from trailhouse.events.store import Store
from trailhouse.events.visitors import names_of, numbers_of, whose

__all__ = ["names_of", "profile_of"]

MOST_FACTS = 100


def profile_of(store: Store, site_id: int, visitor_id: int) -> dict[str, str]:
    """What the site said of a visitor, by property in alphabetical order: of each the newest value."""
    theirs = whose(numbers_of(store, site_id, visitor_id))
    rows = store.rows(
        "SELECT fact, argMax(said, ts) FROM (SELECT ts, arrayJoin(mapKeys(props)) AS fact, props[fact] AS said"
        f" FROM events WHERE site_id = {int(site_id)} AND {theirs}"
        f" AND person != 0 AND name = 'identify') WHERE said != '' GROUP BY fact ORDER BY fact LIMIT {MOST_FACTS}"
    )
    return dict(rows)
