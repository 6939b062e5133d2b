"""The four numbers: received = stored + quarantined + dropped + queued, read from the files that move the events."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from trailhouse.events import spool
from trailhouse.events.frozen import FILE

_TRIES = 20


class Counters(msgspec.Struct, kw_only=True):
    """Events, counted since the spool files were made. `lost` groups and `corrupt` ones turn health red."""

    received: int = 0
    stored: int = 0
    quarantined: int = 0
    dropped: int = 0
    queued: int = 0
    corrupt: int = 0
    lost: int = 0
    spool_bytes: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every received event is accounted for."""
        return self.received == self.stored + self.quarantined + self.dropped + self.queued


def read(directory: Path) -> Counters:
    """The numbers of one machine, safe to call while edge and writer run.

    The writer's file is read first: what it has not taken yet is still in the edge's files afterwards. Only when the
    writer moved on twice in between is there a gap, and the numbers are read again.
    """
    counters = Counters()
    for _ in range(_TRIES):
        counters = Counters()
        positions = _read_writer(directory / FILE, counters)
        whole = True
        for path in spool.files(directory):
            whole &= _read_edge(path, positions, counters)
        if whole and counters.balanced:
            break
    return counters


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5, isolation_level=None)
    connection.execute("BEGIN")
    return connection


def _read_writer(path: Path, counters: Counters) -> dict[str, int]:
    if not path.exists():
        return {}
    with closing(_open(path)) as db:
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            return {}  # the writer is just making it
        for name, n in db.execute("SELECT name, n FROM counters"):
            setattr(counters, name, getattr(counters, name) + n)
        waiting = "SELECT coalesce(sum(rows), 0) FROM batches WHERE target = 'events'"
        counters.queued += db.execute(waiting).fetchone()[0]
        return dict(db.execute("SELECT spool, seq FROM positions").fetchall())


def _read_edge(path: Path, positions: dict[str, int], counters: Counters) -> bool:
    """Add what one spool file holds; False where groups have gone since the writer's file was read."""
    try:
        with closing(_open(path)) as db:
            position = positions.get(spool.spool_id(db, path), 0)
            for name, n in db.execute("SELECT name, n FROM counters"):
                setattr(counters, name, getattr(counters, name) + n)
            first, events = db.execute(
                "SELECT min(seq), coalesce(sum(events), 0) FROM groups WHERE seq > ?", (position,)
            ).fetchone()
            counters.queued += events
            counters.spool_bytes += spool.used_bytes(db)
            return first is None or first == position + 1
    except sqlite3.DatabaseError:
        counters.corrupt += 1
        return True
