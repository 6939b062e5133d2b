"""The real product in a scratch directory, with what a fault needs to know: its processes, its figures, its log."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SITE = "harbour-bakery.example"
OWNER = "x@example.org"
TOKEN = "ledger"
PARTS = {"edge": "trailhouse.edge", "app": "trailhouse.app"}

_plain = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The settings of a server with its data in `data`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TRAILHOUSE_", "DJANGO_"))}
    return inherited | {"TRAILHOUSE_DATA": str(data), "TRAILHOUSE_LOG_LEVEL": "warning"} | settings


def command(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the product."""
    return subprocess.run(
        [sys.executable, "-m", "trailhouse.cli", *arguments],
        env=environment(data, **settings), capture_output=True, text=True, check=False,
    )  # fmt: skip


def make_site(data: Path) -> str:
    """Make an account with SITE; the key of the site. The server need not run."""
    answers = []
    for arguments in (("account", "add", OWNER), ("site", "add", SITE, "--account", OWNER)):
        done = command(data, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    return str(answers[1]["key"])


def stored(data: Path) -> dict[str, int]:
    """How often each id is in the store of a server that does not run."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.writing", str(data), "count"],
        cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ids: dict[str, int] = json.loads(done.stdout)
    return ids


def until(condition: Callable[[], Any], seconds: float = 240.0, what: str = "it") -> Any:
    """Wait until `condition` holds, and return what it says. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise TimeoutError(f"{what} did not come about within {seconds} s")


def free_port() -> int:
    """A port that nobody listens on.

    It is below those that the system gives away by itself: nobody gets it before the server does, nor while it is
    started again.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """`trailhouse serve` on the data in `data`; a context that ends it."""

    def __init__(self, data: Path, prefix: tuple[str, ...] = (), **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.log = data.with_name(f"{data.name}.log")
        self._prefix = prefix
        self._settings = {
            "TRAILHOUSE_PORT": str(self.port), "TRAILHOUSE_OPS_TOKEN": TOKEN, "TRAILHOUSE_DISK_RESERVE_MB": "0",
            "TRAILHOUSE_TRUSTED_PROXIES": "127.0.0.1/32", **settings,
        }  # fmt: skip
        self._parent: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def start(self) -> None:
        """Start the parent; it starts the others."""
        with self.log.open("ab") as log:
            self._parent = subprocess.Popen(
                [*self._prefix, sys.executable, "-m", "trailhouse.cli", "serve"],
                env=environment(self.data, **self._settings), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def end(self) -> None:
        """Stop as an operator does; kill what does not stop."""
        if self._parent is None:
            return
        alive = self.pids()
        self._parent.send_signal(signal.SIGTERM)
        try:
            self._parent.wait(120)
        except subprocess.TimeoutExpired:
            self.kill(*alive)
            raise
        finally:
            self._parent = None
        until(lambda: not any(running(pid) for pid in alive.values()), what="the end of all processes")

    # -- processes

    def pids(self) -> dict[str, int]:
        """The process ids of `parent`, `edge` and `app`, as far as they run."""
        if self._parent is None or self._parent.poll() is not None:
            return {}
        found = {"parent": self._parent.pid}
        children = Path(f"/proc/{self._parent.pid}/task/{self._parent.pid}/children")
        for pid in children.read_text().split():
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            found |= {name: int(pid) for name, module in PARTS.items() if module in line}
        return found

    def kill(self, *names: str) -> dict[str, int]:
        """kill -9 of these processes at once; which ones it met."""
        met = {name: pid for name, pid in self.pids().items() if name in names}
        for pid in met.values():
            os.kill(pid, signal.SIGKILL)
        if "parent" in met and self._parent is not None:
            self._parent.wait()
        return met

    # -- over HTTP

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and body of a page; (0, "") where nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with _plain.open(request, timeout=60) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def health(self) -> dict[str, Any]:
        """What /health says; empty where nobody answers."""
        status, body = self.get("/health")
        answer: dict[str, Any] = json.loads(body) if status in (200, 503) and body.startswith("{") else {}
        return answer

    def ready(self) -> bool:
        """Whether edge and app are there and the sites are known."""
        return bool(self.health().get("ready"))

    def wait(self) -> None:
        """Wait until all is ready."""
        try:
            until(self.ready, what="readiness")
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log.read_text()[-4000:]}") from None

    def numbers(self) -> dict[str, int]:
        """The figures of /metrics without their prefix; empty where nobody answers."""
        status, body = self.get("/metrics", Authorization=f"Bearer {TOKEN}")
        if status != 200:
            return {}
        lines = (line.removeprefix("trailhouse_").split() for line in body.splitlines() if not line.startswith("#"))
        return {name: int(value) for name, value in lines}

    def drained(self) -> dict[str, int]:
        """Wait until nothing is queued; the figures then."""

        def empty() -> dict[str, int]:
            numbers = self.numbers()
            return numbers if numbers and numbers["queued"] == 0 else {}

        found: dict[str, int] = until(empty, what="an empty queue")
        return found


def running(pid: int) -> bool:
    """Whether a process runs: not gone, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
