"""Bytes an event in the store, column by column, after all merges."""

import argparse
import shutil
import tempfile
from datetime import date
from pathlib import Path

from bench import table
from bench.realism import month_of_many_sites
from trailhouse.events import blocks
from trailhouse.events.model import Event
from trailhouse.events.store import Store

TARGET = 32.0

COLUMNS = (
    "SELECT column, any(type), sum(column_data_compressed_bytes) AS packed, sum(column_data_uncompressed_bytes),"
    " sum(column_marks_bytes) FROM system.parts_columns WHERE active AND database = 'trailhouse' AND table = 'events'"
    " GROUP BY column ORDER BY packed DESC"
)
TOTAL = (
    "SELECT sum(rows), sum(bytes_on_disk) FROM system.parts"
    " WHERE active AND database = 'trailhouse' AND table = 'events'"
)


def measure(store: Store, disk: Path, sites: int, visits_a_day: int, days: int) -> None:
    """Fill `store` with a month of traffic, merge it, and print what each column takes."""
    for events in month_of_many_sites(sites, date(2026, 3, 2), days, visits_a_day):
        by_month: dict[bool, list[Event]] = {}
        for event in events:
            by_month.setdefault(event.ts >= 1_774_994_400_000, []).append(event)
        for month in by_month.values():
            store.insert_block("events", blocks.of_events(month))
    store.command("OPTIMIZE TABLE events FINAL")
    rows, on_disk = store.rows(TOTAL)[0]
    visits = store.rows("SELECT uniqExact(site_id, visit_id) FROM events")[0][0]
    found = [
        (name, kind, f"{packed / rows:.2f}", f"{plain / rows:.1f}")
        for name, kind, packed, plain, _ in store.rows(COLUMNS)
    ]
    found.append(("**whole table on disk**", "", f"**{on_disk / rows:.2f}**", ""))
    notes = [
        f"{rows:,} events of {visits:,} visits ({rows / visits:.1f} a visit) to {sites} sites in {days} days,"
        f" after OPTIMIZE FINAL; at most {TARGET:.0f} bytes an event are allowed."
    ]
    table.show("Bytes an event in the store", ("column", "type", "on disk", "plain"), found, disk, notes)


def main() -> None:
    """Run with a scratch store that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=40)
    parser.add_argument("--visits", type=int, default=13_000, help="visits a day to all sites together")
    parser.add_argument("--days", type=int, default=30)
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="trailhouse-bench-"))
    store = Store(f"chdb://{directory / 'store'}")
    try:
        store.migrate()
        measure(store, directory, options.sites, options.visits, options.days)
    finally:
        store.close()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
