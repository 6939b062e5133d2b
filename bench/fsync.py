"""How long the disk takes to make 4 kB durable: printed beside every table."""

import os
import statistics
import time
from pathlib import Path

WRITES = 200


def fsync_latency_ms(directory: Path) -> tuple[float, float]:
    """Median and 99th percentile of an fsync after appending 4 kB in `directory`, in milliseconds."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "fsync.probe"
    times = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for _ in range(WRITES):
            os.write(descriptor, b"x" * 4096)
            before = time.perf_counter()
            os.fsync(descriptor)
            times.append((time.perf_counter() - before) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def line(directory: Path) -> str:
    """The sentence that stands below a table."""
    median, slow = fsync_latency_ms(directory)
    return f"fsync of 4 kB on this disk: median {median:.2f} ms, p99 {slow:.2f} ms; {os.cpu_count()} cores."


if __name__ == "__main__":
    print(line(Path.cwd()))
