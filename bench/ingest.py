"""Acknowledged events a second through the full pipeline, against an empty handler under the same server."""

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from bench import load, product, requests, table
from trailhouse.core import clock
from trailhouse.demo.fill import fill
from trailhouse.demo.sites import SITES as SITES_OF_DEMO
from trailhouse.demo.traffic import Traffic
from trailhouse.events.store import Store

SITES = 20
READERS = 2
_SPIN = "import os\nos.nice(10)\nn = 0\nwhile True: n += 1"

Beside = Callable[[product.Product, str, str], AbstractContextManager[object]]


@contextmanager
def empty_handler() -> Iterator[int]:
    """The empty handler's port."""
    port = product.free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.empty", str(port)])
    try:
        for _ in range(500):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/")
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def busy_job(_served: product.Product, _page: str, _cookie: str) -> Iterator[None]:
    """One Python thread that never rests, at the app process's priority."""
    process = subprocess.Popen([sys.executable, "-c", _SPIN])
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def heavy_readers(served: product.Product, page: str, cookie: str) -> Iterator[None]:
    """Two people who ask for the overview of a large site's 30 days again as soon as they have it."""
    stop = threading.Event()
    failures: list[int] = []

    def read() -> None:
        while not stop.is_set():
            status, _ = served.get(page, Cookie=cookie)
            if status != 200:
                failures.append(status)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        if failures:
            raise RuntimeError(f"the readers were answered {sorted(set(failures))}")


CASES: tuple[tuple[str, Beside, float], ...] = (
    ("full pipeline", lambda *_: nullcontext(), 0.30),
    ("… beside a busy job", busy_job, 0.20),
    ("… beside two heavy readers", heavy_readers, 0.15),
)


def _row(name: str, found: load.Load, empty: float, least: float | None) -> tuple[str, ...]:
    ratio = found.per_second / empty
    wanted = "" if least is None else f"{least:.2f}"
    cells = (f"{found.per_second:,.0f}", f"{ratio:.2f}", wanted, f"{found.p50_ms:.1f} ms", f"{found.p99_ms:.1f} ms")
    return (name, *cells)


def _check(sent: list[load.Load], counters: dict[str, int], connections: int) -> str:
    """What the product says it took against what the generator saw. Raises RuntimeError where they differ."""
    acknowledged = sum(one.requests - one.refused for one in sent)
    on_the_way = connections * len(sent)  # answered at the very end, when the generator had gone
    taken = counters["received"]
    if taken != counters["stored"] or counters["dropped"] or counters["quarantined"]:
        raise RuntimeError(f"not all that was received is stored: {counters}")
    if not acknowledged <= taken <= acknowledged + on_the_way:
        raise RuntimeError(f"{acknowledged} were acknowledged, {taken} received")
    return (
        f"Afterwards: {acknowledged:,} acknowledgements seen by the generator, {taken:,} events received, {taken:,}"
        f" stored, none dropped or quarantined (the generator leaves up to {on_the_way} answers unread when it stops)."
    )


def _fill(directory: Path, site_id: int) -> None:
    """Give one site a past of about 250,000 events a month for the readers."""
    store = Store(f"chdb://{(directory / 'store').absolute()}")
    try:
        store.migrate()
        traffic = Traffic(SITES_OF_DEMO[0], site_id, scale=15)
        fill(store, [traffic], clock.now_ms() - 86_400_000, 32 * 86_400_000)
    finally:
        store.close()


def _measure_empty(requests_file: Path, seconds: float, connections: int) -> load.Load:
    with empty_handler() as port:
        load.run(port, requests_file, 2)
        return load.run(port, requests_file, seconds, connections)


def measure(directory: Path, seconds: float, only: frozenset[str], connections: int) -> None:
    """Run the cases against one running product and print the table."""
    product.use_data(directory)
    sites = product.add_sites([f"site-{number}.example" for number in range(SITES)])
    cookie = product.cookie()
    _fill(directory, sites[0].pk)
    page = f"/sites/{sites[0].key}"
    file = directory / "requests"
    with product.running(directory) as served:
        requests.write(file, [(site.domain, site.key) for site in sites], f"127.0.0.1:{served.port}")
        sent = [load.run(served.port, file, 3, connections)]  # caches fill
        served.drained()
        empty = _measure_empty(file, seconds, connections)
        rows = [_row("empty handler", empty, empty.per_second, None)]
        for name, companion, least in CASES:
            if not only or only & set(name.split()):
                with companion(served, page, cookie):
                    found = load.run(served.port, file, seconds, connections)
                sent.append(found)
                rows.append(_row(name, found, empty.per_second, least))
                served.drained()
        note = _check(sent, served.drained(), connections)
    refused, broken = sum(one.refused for one in sent), sum(one.broken for one in sent)
    head = ("one edge worker", "acknowledged/s", "of the empty handler", "at least", "p50", "p99")
    notes = [
        f"{connections} connections, generator on the same cores; 50 user agents, 10,000 addresses, 1,000 paths,"
        f" 60 sources, {SITES} sites; fsync before each 202; {refused} refused, {broken} broken.",
        note,
    ]
    table.show("Acknowledged events a second", head, rows, directory, notes)


def main() -> None:
    """Run in a scratch directory that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="length of each measurement")
    parser.add_argument("--only", action="append", default=[], choices=("pipeline", "job", "readers"))
    parser.add_argument("--connections", type=int, default=load.CONNECTIONS)
    parser.add_argument("--directory", type=Path, help="on the disk to measure (a temporary one)")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="trailhouse-bench-", dir=options.directory))
    os.chdir(Path(__file__).parent.parent)
    try:
        measure(directory, options.seconds, frozenset(options.only), options.connections)
    except RuntimeError:
        print(f"what is left lies in {directory}", file=sys.stderr)
        raise
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()
