"""Deleting what the store holds of whole sites, so that it stays deleted.

A batch that was frozen before the deletion may be inserted after it: the writer was killed in between, or the store
was away. So a deletion is noted first, and the writer takes out again what it would have taken with it. What waited in
the spool meanwhile, however long, is left out before it is frozen.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from trailhouse.core import clock
from trailhouse.events.store import Store

TABLES_OF_A_SITE = ("events", "drops", "quarantine", "titles", "visitors", "visitor_names")
SITES_A_STATEMENT = 500


def erase(store: Store, site_ids: Collection[int]) -> None:
    """Delete all that the store holds of these sites, and return when it is gone. Doing it twice changes nothing.

    What happens from now on counts again: a site that was emptied goes on counting.
    """
    now = clock.now_ms()
    for some in parts(sorted(site_ids)):
        rows = ",".join(f"({site_id},fromUnixTimestamp64Milli({now},'UTC'))" for site_id in some)
        store.command(f"INSERT INTO erasures (site_id, at) VALUES {rows}")
        for table in TABLES_OF_A_SITE:
            delete(store, table, _of(some))


def erase_from_batch(store: Store, table: str, batch: int, frozen_ms: int) -> None:
    """Delete from frozen batch `batch` the rows of sites that were erased since it was frozen."""
    if sites := erased_since(store, frozen_ms):
        for some in parts(sites):
            delete(store, table, f"batch = {batch} AND {_of(some)}")


def erased_since(store: Store, ms: int) -> list[int]:
    """The sites that were erased at this time (milliseconds since 1970) or later."""
    return sorted(last_since(store, ms))


def last_since(store: Store, ms: int) -> Mapping[int, int]:
    """When each site that was erased at this time (milliseconds since 1970) or later was erased last.

    One that is yet to come was noted while the clock was ahead: it must not take away what is counted until then.
    """
    rows = store.rows_at_once(
        "SELECT site_id, toUnixTimestamp64Milli(max(at)) FROM erasures WHERE at BETWEEN"
        " fromUnixTimestamp64Milli({since:Int64}, 'UTC') AND fromUnixTimestamp64Milli({now:Int64}, 'UTC')"
        " GROUP BY site_id",
        {"since": ms, "now": clock.now_ms()},
    )
    return {int(site): int(at) for site, at in rows}


def delete(store: Store, table: str, condition: str) -> bool:
    """Delete rows; whether there were any. A table without any is left as it is: a deletion rewrites its files."""
    if not store.rows_at_once(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1"):
        return False
    store.command(f"ALTER TABLE {table} DELETE WHERE {condition} SETTINGS mutations_sync = 2")
    return True


def parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many sites at a time as one statement takes."""
    return (ids[start : start + SITES_A_STATEMENT] for start in range(0, len(ids), SITES_A_STATEMENT))


def _of(site_ids: Sequence[int]) -> str:
    return f"site_id IN ({','.join(map(str, site_ids))})"
