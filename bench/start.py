"""From the start of the product, with a year of data, to its first answered requests."""

import argparse
import http.client
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import product, table

MOST_S = 3.0
PAUSE_S = 0.03
GIVE_UP_S = 180.0


def _answered(served: product.Product, ask: Callable[[], int]) -> float:
    """The seconds from the start to the first 2xx of `ask`."""
    while time.perf_counter() - served.started < GIVE_UP_S:
        if served.process.poll() is not None:
            raise RuntimeError(f"the product ended; see {served.data / 'bench.log'}")
        try:
            if 200 <= ask() < 300:
                return time.perf_counter() - served.started
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(PAUSE_S)
    raise TimeoutError(f"no answer after {GIVE_UP_S:.0f} s; see {served.data / 'bench.log'}")


def _once(directory: Path, page: str, cookie: str, event: bytes) -> tuple[float, float]:
    """One start: until an event is acknowledged, and until the overview is shown."""
    served = product.Product(directory, "--demo")
    try:
        counted = _answered(served, lambda: _post(served.port, event))
        shown = _answered(served, lambda: served.get(page, Cookie=cookie)[0])
        return counted, shown
    finally:
        served.stop()


def _post(port: int, body: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {
            "Content-Type": "text/plain",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Firefox/144.0",
        }
        connection.request("POST", "/api/event", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def measure(directory: Path, repeats: int) -> None:
    """Start once to fill the demo, then `repeats` times, and print the table."""
    product.use_data(directory)
    (site,) = product.add_sites(["started.example"])
    event = b'{"n":"pageview","u":"https://started.example/","d":"%s"}' % site.key.encode()
    cookie = product.cookie()
    first = _once(directory, f"/sites/{site.key}", cookie, event)
    found = [_once(directory, f"/sites/{site.key}", cookie, event) for _ in range(repeats)]
    rows = []
    for name, number in (("first event acknowledged", 0), ("first overview answered", 1)):
        again = [one[number] for one in found]
        cells = (
            f"{first[number]:.2f} s",
            f"{statistics.median(again):.2f} s",
            f"{max(again):.2f} s",
            f"{MOST_S:.0f} s",
        )
        rows.append((name, *cells))
    head = ("with the demo's year of data", "very first start", "later start, median", "slowest", "at most (later)")
    notes = [f"{repeats} later starts; the very first one makes the demo."]
    table.show("Start to first answered request", head, rows, directory, notes)


def main() -> None:
    """Run in a scratch directory that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="trailhouse-bench-"))
    os.chdir(Path(__file__).parent.parent)
    measure(directory, options.repeats)
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()
