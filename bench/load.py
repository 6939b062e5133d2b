"""The load generator: wrk, which is installed from Debian where it is missing."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CYCLE = Path(__file__).with_name("cycle.lua")
CONNECTIONS = 192


@dataclass(frozen=True)
class Load:
    """What came back. `refused` are answers of 400 and above, `broken` connections that failed."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def ensure_wrk() -> str:
    """The path of wrk. Raises RuntimeError where it is missing and cannot be installed."""
    found = shutil.which("wrk")
    if found is None and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-qq", "-y", "wrk"], check=True, stdout=subprocess.DEVNULL)
        found = shutil.which("wrk")
    if found is None:
        raise RuntimeError("wrk is missing: install it with `apt-get install wrk`")
    return found


def run(port: int, requests: Path, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Send the requests of a file as fast as the answers come, on one thread."""
    command = [ensure_wrk(), "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "10s", "--latency"]
    command += ["-s", str(CYCLE), f"http://127.0.0.1:{port}", "--", str(requests)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in printed.splitlines() if line.startswith("RESULT "))
    return Load(**json.loads(line.removeprefix("RESULT ")))
