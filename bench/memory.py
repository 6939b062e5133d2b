"""Anonymous memory of all processes together: idle, and while taking in at full speed."""

import argparse
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from bench import load, product, requests, table

IDLE_MB, BUSY_MB = 250, 500
SETTLE_S = 3.0
SITES = 20


class Watch:
    """Looks at the memory five times a second; `most` and `last` in MB."""

    def __init__(self, served: product.Product) -> None:
        self._served = served
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.most = 0.0

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            self.most = max(self.most, product.anonymous_mb(self._served.processes()))

    def __enter__(self) -> "Watch":
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()


def measure(directory: Path, seconds: float) -> None:
    """Measure one product from its start on and print the table."""
    product.use_data(directory)
    sites = product.add_sites([f"site-{number}.example" for number in range(SITES)])
    cookie = product.cookie()
    rows = []
    with product.running(directory) as served:
        file = directory / "requests"
        requests.write(file, [(site.domain, site.key) for site in sites], f"127.0.0.1:{served.port}")
        time.sleep(SETTLE_S)
        rows.append(_row("idle, after the start", served, IDLE_MB))
        served.get("/sites", Cookie=cookie)
        with Watch(served) as watch:
            found = load.run(served.port, file, seconds)
        rows.append((f"taking in {found.per_second:,.0f} events/s (peak)", f"{watch.most:.0f} MB", f"{BUSY_MB} MB", ""))
        served.drained()
        for site in sites[:3]:
            served.get(f"/sites/{site.key}", Cookie=cookie)
        time.sleep(SETTLE_S)
        rows.append(_row("idle again, after that and three overviews", served, None))
    head = ("all processes together", "anonymous RSS", "at most", "each: supervisor, edge, app")
    notes = ["Anonymous of /proc/PID/smaps_rollup, summed over the processes of `trailhouse serve`, in 10^6 bytes."]
    table.show("Memory", head, rows, directory, notes)


def _row(name: str, served: product.Product, most: int | None) -> tuple[str, ...]:
    each = [product.anonymous_mb([process]) for process in served.processes()]
    limit = "" if most is None else f"{most} MB"
    return name, f"{sum(each):.0f} MB", limit, ", ".join(f"{one:.0f}" for one in each)


def main() -> None:
    """Run in a scratch directory that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of taking in at full speed")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="trailhouse-bench-"))
    os.chdir(Path(__file__).parent.parent)
    measure(directory, options.seconds)
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()
