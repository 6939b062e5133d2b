"""What sites call their visitors."""

from collections.abc import Collection

from trailhouse.events.store import Store


def names_of(store: Store, site_id: int, visitor_ids: Collection[int]) -> dict[int, str]:
    """The newest name that the site gave each of these visitors; one without a name is left out."""
    if not visitor_ids:
        return {}
    numbers = ", ".join(str(int(number)) for number in sorted(visitor_ids))
    rows = store.rows(
        f"SELECT visitor_id, argMax(props['name'], ts) FROM events WHERE site_id = {int(site_id)}"
        f" AND visitor_id IN ({numbers}) AND name = 'identify' AND props['name'] != '' GROUP BY visitor_id"
    )
    return {int(visitor): str(name) for visitor, name in rows}
