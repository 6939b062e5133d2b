"""A process with a writer alone, to be killed at chosen points: `python -m tests.ledger.writing DIR WORK [KILL]`.

WORK is what it does: `write` moves what waits in the spool, `stubborn` on a disk that fills up,
`pieces` does so in many parts, `merge` makes one part of
all, `migrate` applies the schema, `count` prints how often each id is stored, `finish` migrates, writes and counts.
KILL is a name of POINTS: there it sends itself SIGKILL.
"""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trailhouse.events import spool
from trailhouse.events import writer as writing
from trailhouse.events.frozen import Frozen
from trailhouse.events.registry import Registry, ServedSite, Snapshot
from trailhouse.events.store import Store
from trailhouse.events.writer import Writer

# name → class, method, whether the kill comes after it
POINTS: dict[str, tuple[type, str, bool]] = {
    "before the freeze": (Frozen, "freeze", False),
    "between freeze and insert": (Store, "insert_block", False),
    "between insert and done": (Store, "insert_block", True),
    "after done": (Frozen, "done", True),
}


def _arm(point: str) -> None:
    owner, name, after = POINTS[point]
    method: Callable[..., Any] = getattr(owner, name)

    def killed(*given: Any) -> None:
        if after:
            method(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, killed)


def _write(store: Store, directory: Path) -> None:
    registry = Registry(directory)
    registry.use(Snapshot(1, (ServedSite(site_id=1, domain="harbour-bakery.example", keys=("k",)),), ()))
    writer = Writer(store, directory / spool.DIRECTORY, registry)
    while writer.step():
        pass
    writer.close()


def _stubborn(store: Store, directory: Path) -> None:
    """As the app does: whatever fails is tried again, by the same writer."""
    writer, failures = None, 0
    while True:
        try:
            writer = writer or Writer(store, directory / spool.DIRECTORY, Registry(directory))
            if not writer.step():
                break
        except sqlite3.OperationalError:
            failures += 1
    writer.close()
    print(failures)


def _pieces(store: Store, directory: Path) -> None:
    vars(writing)["MOST_EVENTS"] = 1
    _write(store, directory)


def _merge(store: Store, directory: Path) -> None:
    store.command("OPTIMIZE TABLE events FINAL")


def _migrate(store: Store, directory: Path) -> None:
    store.migrate()
    # The log of six schema files is merged by itself, at a moment that would be mistaken for another.
    store.command("OPTIMIZE TABLE schema_log FINAL")


def _count(store: Store, directory: Path) -> None:
    print(json.dumps(dict(store.rows("SELECT props['id'], count() FROM events GROUP BY 1"))))


def _finish(store: Store, directory: Path) -> None:
    for work in (_migrate, _write, _count):
        work(store, directory)


WORK: dict[str, Callable[[Store, Path], None]] = {
    "write": _write, "stubborn": _stubborn, "pieces": _pieces, "merge": _merge, "migrate": _migrate, "count": _count,
    "finish": _finish,
}  # fmt: skip


def main(directory: Path, work: str, kill: str = "") -> None:
    """Do `work` on the store and the spool below `directory`."""
    if kill:
        _arm(kill)
    store = Store(f"chdb://{directory / 'store'}")
    WORK[work](store, directory)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
