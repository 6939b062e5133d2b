"""Starts and minds the processes of `trailhouse serve`, and starts again whichever dies.

Small on purpose: it imports nothing heavy and has nothing to lose when it is killed; its children end with it.
"""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from trailhouse.core.errors import UserError
from trailhouse.core.settings import Settings

DRAIN_S = 30.0
EDGE_DRAIN_S = 10.0  # of it; the app takes the rest
LOCK_FILE = "serve.lock"
_BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
_STEADY_S = 30.0  # a process that lived this long starts again without delay

ROLES = {
    # what `--only` says → the edge, and the roles of the app process. An edge's spool is moved by a writer beside it.
    None: (True, ("pages", "writer", "jobs")),
    "app": (True, ("pages", "writer")),
    "edge": (True, ("writer",)),
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
            # A group of its own: Ctrl-C reaches the parent alone, which ends its children in order.
            self._process = subprocess.Popen(command, process_group=0)
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
    edges = [Child(f"edge {n}", ["trailhouse.edge", str(n)]) for n in range(settings.workers if edge else 0)]
    return [*edges, Child("app", ["trailhouse.app", "--roles", ",".join(roles)])]


@contextmanager
def alone(settings: Settings) -> Iterator[bool]:
    """Be the one server of a data directory; whether an earlier one may have left processes that are about to end.

    Raises UserError where a server runs on it.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(settings.data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        holder = file.read(32).strip()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                "already_running",
                f"A server runs on {settings.data} already (process {holder or 'unknown'}).",
                "Stop it first, or name another directory with --data.",
            ) from None
        os.ftruncate(file.fileno(), 0)
        os.pwrite(file.fileno(), str(os.getpid()).encode(), 0)
        try:
            yield bool(holder)
        finally:
            os.ftruncate(file.fileno(), 0)  # whoever finds a number here knows that its process was killed


def find_port_free(settings: Settings, patience_s: float) -> None:
    """Raise UserError where another program has the port, or it cannot be had, for so long.

    The edges share the port among themselves, so they would share it with another installation as well, unnoticed.
    """
    deadline = time.monotonic() + patience_s
    while (error := _bound(settings.host, settings.port)) is not None:
        if error.errno != errno.EADDRINUSE:
            raise UserError(
                "port_refused",
                f"Nothing can listen on {settings.host}, port {settings.port}: {error.strerror}.",
                "Choose others: --host and --port.",
            )
        if time.monotonic() > deadline:
            raise UserError(
                "port_taken",
                f"Another program listens on port {settings.port} of {settings.host}.",
                "Stop it, or choose another port: --port 8001.",
            )
        time.sleep(0.1)


def _bound(host: str, port: int) -> OSError | None:
    """What speaks against listening there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # connections that have just ended do not matter
            probe.bind(address)
    except OSError as error:
        return error
    return None


def serve(settings: Settings, only: str | None = None) -> None:
    """Run until SIGTERM or SIGINT; then let every process drain, the edge first."""
    for name, value in (("MALLOC_ARENA_MAX", "2"), ("PYTHONUNBUFFERED", "1")):
        os.environ.setdefault(name, value)
    minded = children(settings, only)
    with alone(settings) as after_a_kill:
        if ROLES[only][0]:
            find_port_free(settings, DRAIN_S if after_a_kill else 0.0)
        settings.address_file.write_text(settings.url)
        _mind(minded)


def _mind(minded: list[Child]) -> None:
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
    """End the edges, then the app: it answers what they forwarded, and moves what they spooled last."""
    started = time.monotonic()
    *edges, app = minded
    for group, seconds in ((edges, EDGE_DRAIN_S), ([app], DRAIN_S)):
        for child in group:
            child.end(signal.SIGTERM)
        for child in group:
            if not child.wait(max(started + seconds - time.monotonic(), 0.1)):
                print(f"trailhouse: {child.name} did not end in time; killed", file=sys.stderr)
                child.end(signal.SIGKILL)
                child.wait(5)
