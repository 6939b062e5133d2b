"""Starts and minds the processes of `trailhouse serve`, and starts again whichever dies.

Small on purpose: it imports nothing heavy and has nothing to lose when it is killed; its children end with it.
"""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from trailhouse.core.errors import UserError
from trailhouse.core.settings import Settings

DRAIN_S = 30.0
_BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
_STEADY_S = 30.0  # a process that lived this long starts again without delay

ROLES = {
    # what `--only` says → the edge, and the roles of the app process
    None: (True, ("pages", "writer", "jobs")),
    "edge": (True, ("writer",)),
    "app": (False, ("pages",)),
    "jobs": (False, ("jobs",)),
}


class Child:
    """One process that has to be there."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name = name
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._since = 0.0
        self._deaths = 0
        self._not_before = 0.0

    def mind(self, now: float) -> None:
        """Start the process where it is not running and its pause is over."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            self._died(now)
        if now >= self._not_before:
            command = [sys.executable, "-m", *self._arguments, "--parent", str(os.getpid())]
            self._process = subprocess.Popen(command)
            self._since = now

    def _died(self, now: float) -> None:
        assert self._process is not None
        self._deaths = 0 if now - self._since > _STEADY_S else self._deaths + 1
        pause = _BACKOFF_S[min(self._deaths, len(_BACKOFF_S) - 1)]
        print(f"trailhouse: {self.name} ended ({self._process.returncode}); starting again", file=sys.stderr)
        self._process = None
        self._not_before = now + pause

    def end(self, number: int) -> None:
        """Send a signal, where there is a process."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Whether the process has ended within `seconds`."""
        try:
            return self._process is None or self._process.wait(seconds) is not None
        except subprocess.TimeoutExpired:
            return False


def children(settings: Settings, only: str | None) -> list[Child]:
    """The processes of this machine. Raises UserError where the roles cannot be split."""
    edge, roles = ROLES[only]
    embedded = settings.store_url.startswith("chdb:")
    if only is not None and embedded:
        raise UserError(
            "embedded_store",
            f"--only {only} needs a store that several processes can reach.",
            "Set TRAILHOUSE_STORE to the URL of a ClickHouse server, or leave --only away.",
        )
    found = [Child(f"edge {n}", ["trailhouse.edge", str(n)]) for n in range(settings.workers if edge else 0)]
    if roles:
        found.append(Child("app", ["trailhouse.app", "--roles", ",".join(roles)]))
    return found


def serve(settings: Settings, only: str | None = None) -> None:
    """Run until SIGTERM or SIGINT; then let every process drain, the edge first."""
    for name, value in (("MALLOC_ARENA_MAX", "2"), ("PYTHONUNBUFFERED", "1")):
        os.environ.setdefault(name, value)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    minded = children(settings, only)
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping:
        for child in minded:
            child.mind(time.monotonic())
        time.sleep(0.1)
    _drain(minded)


def _drain(minded: list[Child]) -> None:
    for child in minded:  # edges come first: what they spool last is still moved by the app
        child.end(signal.SIGTERM)
    deadline = time.monotonic() + DRAIN_S
    for child in minded:
        if not child.wait(max(deadline - time.monotonic(), 0.1)):
            print(f"trailhouse: {child.name} did not end in time; killed", file=sys.stderr)
            child.end(signal.SIGKILL)
            child.wait(5)
