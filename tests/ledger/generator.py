"""Sends events with an id each and journals what it sent and what it was answered."""

import http.client
import itertools
import json
import os
import random
import secrets
import string
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tests.ledger.server import SITE

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
_REST_S = 0.002  # between two events
_PAUSE_S = 0.03  # after a refusal


@dataclass
class Ledger:
    """What the journals say: ids by how they were answered. What was not answered may be stored or not."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)

    def check(self, stored: dict[str, int]) -> None:
        """Hold the store against the ledger."""
        assert self.acknowledged, "nothing was acknowledged at all"
        assert not self.dropped, f"left out: {sorted(self.dropped)[:5]}"
        lost = self.acknowledged - stored.keys()
        assert not lost, f"{len(lost)} of {len(self.acknowledged)} acknowledged events are lost: {sorted(lost)[:5]}"
        doubles = {number: n for number, n in stored.items() if n != 1}
        assert not doubles, f"stored more than once: {dict(list(doubles.items())[:5])}"
        invented = stored.keys() - self.sent
        assert not invented, f"never sent: {sorted(invented)[:5]}"


def read(directory: Path) -> Ledger:
    """The ledger of all journals in `directory`; a torn last line counts as not written."""
    ledger = Ledger()
    for path in directory.glob("*.journal"):
        for line in path.read_text().splitlines(keepends=True):
            if not line.endswith("\n"):
                continue
            kind, number, *rest = line.split()
            if kind == "sent":
                ledger.sent.add(number)
            elif rest[0] == "202":
                ledger.acknowledged.add(number)
                if rest[1:]:
                    ledger.dropped.add(number)
            else:
                ledger.refused[number] = int(rest[0])
    return ledger


class Generator:
    """Threads that send one event after the other to `port`, whatever happens there; a context that ends them."""

    def __init__(self, port: int, directory: Path, *, threads: int = 3, seed: int = 1, padding: int = 0) -> None:
        directory.mkdir(exist_ok=True)
        self.directory = directory
        self.answers = 0  # events acknowledged so far, as far as threads may count
        self.refusals = 0
        self._port = port
        self._padding = {f"p{n}": "x" * 2000 for n in range(padding)}
        self._stop = threading.Event()
        run = "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))  # long numbers are cut out of events
        self._threads = [
            threading.Thread(target=self._run, args=(f"{run}-{n}", random.Random(f"{seed}-{n}")))
            for n in range(threads)
        ]

    def __enter__(self) -> "Generator":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, chance: random.Random) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        with (self.directory / f"{name}.journal").open("a") as journal:
            for number in itertools.count():
                if self._stop.is_set():
                    break
                event = f"{name}-{number}"
                note(journal, f"sent {event}")
                try:
                    status, dropped = send(connection, event, chance, self._padding)
                except (OSError, http.client.HTTPException):
                    connection.close()
                    self._stop.wait(_PAUSE_S)
                    continue
                note(journal, f"answer {event} {status} {dropped}".rstrip())
                if status == 202:
                    self.answers += 1
                    self._stop.wait(_REST_S)
                else:
                    self.refusals += 1
                    self._stop.wait(_PAUSE_S)
        connection.close()


def note(journal: TextIO, line: str) -> None:
    """Write one line and have it on disk."""
    print(line, file=journal, flush=True)
    os.fdatasync(journal.fileno())


def send(
    connection: http.client.HTTPConnection, event: str, chance: random.Random, props: dict[str, str]
) -> tuple[int, str]:
    """Send one pageview; the status, and how many events were left out of it ("": none)."""
    body = {
        "n": "pageview",
        "u": f"https://{SITE}/page/{chance.randrange(200)}",
        "d": SITE,
        "p": {"id": event} | props,
    }
    address = f"81.2.{chance.randrange(256)}.{chance.randrange(256)}"
    headers = {"X-Forwarded-For": address, "User-Agent": AGENT, "Content-Type": "text/plain"}
    connection.request("POST", "/api/event", json.dumps(body), headers)
    response = connection.getresponse()
    response.read()
    return response.status, response.getheader("x-plausible-dropped", "") or ""
