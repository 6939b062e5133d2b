"""All events of a site as a file over HTTP: how long a million takes, and what memory the product needs meanwhile."""

import argparse
import http.client
import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bench import product, table
from bench.memory import Watch
from bench.realism import varied
from trailhouse.demo.sites import SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.events import blocks
from trailhouse.events.store import Store

FIRST, DAYS = date(2026, 10, 1), 30
TEMPLATE = 50_000  # events that are made; the others are copies of them by other visitors
WHOLE, PART = 1_000_000, 200_000
MOST_S = 20.0
MOST_MORE_MB = 60  # that a million may need beyond what a fifth of it needs
# Format, and how it is packed on its way.
FORMS = (("csv", ""), ("csv", "br"), ("jsonl", "br"), ("parquet", ""))
PIECE = 1 << 20

_COPY = """
INSERT INTO events SELECT * REPLACE (
    cityHash64(visitor_id, {copy:UInt64}) AS visitor_id,
    cityHash64(visit_id, {copy:UInt64}) AS visit_id,
    batch + {copy:UInt64} * 1000 AS batch
) FROM (SELECT * FROM events WHERE site_id = {site:UInt32} AND batch < 1000)
"""


@dataclass(frozen=True)
class Got:
    """What a download was: how many bytes in how many seconds, and the most memory meanwhile, in MB."""

    size: int
    seconds: float
    most_mb: float


def build(directory: Path) -> str:
    """Make the site with its events; its key."""
    product.use_data(directory)
    (site,) = product.add_sites(["exported.example"])
    store = Store(f"chdb://{(directory / 'store').absolute()}", memory_bytes=2_000_000_000)
    try:
        store.migrate()
        _fill(store, site.pk)
    finally:
        store.close()
    return str(site.key)


def _fill(store: Store, site_id: int) -> None:
    base = replace(varied(SITES[0], site_id, 500), months=(1.0,) * 12, stay=0.5)
    sample = Traffic(base, site_id, scale=0.1)
    whole = 10 * sum(len(sample.day(FIRST + timedelta(days=number))) for number in range(DAYS))
    traffic = Traffic(base, site_id, scale=TEMPLATE / whole)
    for number in range(DAYS):
        events = traffic.day(FIRST + timedelta(days=number))
        for event in events:
            event.batch = number + 1
        store.insert_block("events", blocks.of_events(events))
    made = int(store.rows("SELECT count() FROM events WHERE site_id = {site:UInt32}", {"site": site_id})[0][0])
    for copy in range(1, -(-WHOLE // made)):
        store.command(_COPY, {"copy": copy, "site": site_id})
    store.command("OPTIMIZE TABLE events FINAL")


def download(served: product.Product, path: str, cookie: str, encoding: str) -> Got:
    """Read a file to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=300)
    size, begun = 0, time.perf_counter()
    with Watch(served) as watch:
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": encoding or "identity"})
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        while piece := response.read(PIECE):
            size += len(piece)
        seconds = time.perf_counter() - begun
        time.sleep(0.3)  # for one more look
    connection.close()
    return Got(size, seconds, watch.most)


def measure(directory: Path) -> bool:
    """Measure and print the table; whether all is as it has to be."""
    key = build(directory)
    cookie, rows, right = product.cookie(), [], True
    days = {PART: FIRST + timedelta(days=DAYS * PART // WHOLE - 1), WHOLE: FIRST + timedelta(days=DAYS - 1)}
    for form, encoding in FORMS:
        found = {}
        with product.running(directory) as served:  # anew, so that no form has the memory of another one
            served.get(f"/sites/{key}", Cookie=cookie)
            for events, last in days.items():
                path = f"/sites/{key}/export?export={form}&from={FIRST}&to={last}"
                found[events] = one = download(served, path, cookie, encoding)
                limit = f"{MOST_S:.0f} s" if events == WHOLE else ""
                cells = (f"{one.seconds:.1f} s", limit, f"{one.size / 1e6:.0f} MB", f"{one.most_mb:.0f} MB")
                packed = ", brotli" if encoding else ""
                rows.append((f"{form}{packed}, {events:,} events", *cells))
        right &= found[WHOLE].seconds <= MOST_S
        right &= found[WHOLE].most_mb - found[PART].most_mb <= MOST_MORE_MB
    head = ("all events over HTTP", "time", "at most", "on the wire", "memory of all processes (peak)")
    notes = [
        "About as many events as said, of 30 days; the fifth of them is its first six.",
        "Brotli: as a browser asks for it; the size is that on the wire. Embedded store, warm file cache.",
        f"The whole may need {MOST_MORE_MB} MB more memory than the fifth: {'yes' if right else 'NO'}.",
    ]
    table.show("Export of all events", head, rows, directory, notes)
    return right


def main() -> None:
    """Build a product with a million events, measure it, remove it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="trailhouse-bench-"))
    try:
        right = measure(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    raise SystemExit(0 if right else 1)


if __name__ == "__main__":
    main()
