"""When something was last counted at sites, for lists of them: a moment, no figure."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from trailhouse.core.clock import to_ms
from trailhouse.events.store import Store
from trailhouse.stats.params import moment

WITHIN = timedelta(days=30)  # older ones are not looked for: that would read all of a site's rows


def last_events(store: Store, site_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """The moment of each site's last event in the 30 days before `now`; a site without any is left out."""
    if not site_ids:
        return {}
    numbers = ", ".join(str(int(number)) for number in sorted(site_ids))
    rows = store.rows(
        f"SELECT site_id, toUnixTimestamp64Milli(max(ts)) FROM events WHERE site_id IN ({numbers})"
        f" AND ts >= {moment(to_ms(now - WITHIN))} GROUP BY site_id"
    )
    return {site_id: datetime.fromtimestamp(ms / 1000, UTC) for site_id, ms in rows}
