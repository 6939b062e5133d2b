"""The durable queue between the edge and the writer: one SQLite file an edge process.

The edge appends groups: everything that was waiting goes in as one row, with the counters, in one transaction that is
on disk before anybody gets a 2xx. Nothing here knows what an event means.
"""

import secrets
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from trailhouse.events.model import Spooled

SUFFIX = ".sqlite3"
ASIDE = ".aside"
DIRECTORY = "spool"

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, events INTEGER NOT NULL, payload BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counters VALUES ('received', 0), ('dropped', 0);
"""


class SpoolFull(Exception):  # noqa: N818 - a state that the client waits out
    """The spool has reached its limit, or the disk its reserve; nothing was taken."""


class Left(msgspec.Struct, array_like=True, gc=False):
    """`n` events of one site and UTC day that were left out for `reason`. Site 0: unknown."""

    site_id: int
    day: int  # days since 1970
    reason: str
    n: int


class Sample(msgspec.Struct, array_like=True, gc=False):
    """One event that was left out, as JSON without an address, to look at."""

    site_id: int
    ts: int
    reason: str
    detail: str


class Group(msgspec.Struct, array_like=True):
    """What one transaction of the spool holds."""

    spooled: list[Spooled] = []
    left: list[Left] = []
    samples: list[Sample] = []


class Stored(msgspec.Struct):
    """A group as it lies in the file. `payload` is None where its checksum fails."""

    seq: int
    events: int
    payload: bytes | None


_encode = msgspec.msgpack.Encoder().encode


def connect(path: Path, *, sync: str = "FULL") -> sqlite3.Connection:
    """Open a file of the spool: WAL, and a commit is on disk when it returns."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={sync}")
    return connection


def _checksum(events: int, payload: bytes) -> int:
    return zlib.crc32(payload, events)


class Spool:
    """The edge's end of one spool file. Calls must not overlap; `append` may run in a thread."""

    def __init__(self, path: Path, *, limit_bytes: int = 2_000_000_000, reserve_bytes: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._limit = limit_bytes
        self._reserve = reserve_bytes
        self._until_check = 0
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._prepare()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "disk image" not in str(error):
                raise  # locked, no permission, disk full: the file itself is sound
            set_aside(self.path)
            return self._prepare()

    def _prepare(self) -> sqlite3.Connection:
        db = connect(self.path)
        try:
            db.executescript(SCHEMA)
            db.execute("INSERT INTO meta SELECT ? WHERE NOT EXISTS (SELECT 1 FROM meta)", (secrets.token_hex(8),))
            db.execute("SELECT max(seq) FROM groups").fetchone()
        except sqlite3.DatabaseError:
            db.close()
            raise
        self.path.chmod(0o600)
        return db

    def append(self, group: Group) -> None:
        """Put `group` on disk. Raises SpoolFull at the limit; on any error nothing of the group was taken."""
        self._check_room()
        payload = _encode(group)
        events = len(group.spooled)
        dropped = sum(left.n for left in group.left)
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute(
                "INSERT INTO groups (crc, events, payload) VALUES (?, ?, ?)",
                (_checksum(events, payload), events, payload),
            )
            db.execute("UPDATE counters SET n = n + ? WHERE name = 'received'", (events + dropped,))
            if dropped:
                db.execute("UPDATE counters SET n = n + ? WHERE name = 'dropped'", (dropped,))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise

    def _check_room(self) -> None:
        """Look at the sizes now and then: a group is far smaller than what is kept in reserve."""
        if self._until_check > 0:
            self._until_check -= 1
            return
        used = used_bytes(self._db)
        if used > self._limit:
            raise SpoolFull(f"the spool holds {used} bytes, its limit is {self._limit}")
        free = shutil.disk_usage(self.path.parent).free
        if free < self._reserve:
            raise SpoolFull(f"the disk has {free} bytes left, {self._reserve} are kept in reserve")
        self._until_check = 50

    def close(self) -> None:
        """Close the file; what it holds stays for the writer."""
        self._db.close()


def used_bytes(db: sqlite3.Connection) -> int:
    """The bytes of a file that hold something."""
    pages, free, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def set_aside(path: Path) -> Path:
    """Move a malformed file (with its log) out of the way, for the writer to salvage; where it went."""
    target = path.with_name(f"{path.stem}-{secrets.token_hex(4)}{ASIDE}")
    path.replace(target)
    for tail in ("-wal", "-shm"):
        companion = path.with_name(path.name + tail)
        if companion.exists():
            companion.replace(target.with_name(target.name + tail))
    return target


def files(directory: Path) -> list[Path]:
    """All spool files of a machine, also those of edge processes that are gone and those set aside."""
    return sorted(p for p in directory.iterdir() if p.suffix in (SUFFIX, ASIDE) and p.name.startswith("edge-"))


def spool_id(db: sqlite3.Connection, path: Path) -> str:
    """The name under which the writer remembers how far it has read a file."""
    try:
        row = db.execute("SELECT id FROM meta").fetchone()
    except sqlite3.DatabaseError:
        row = None
    return str(row[0]) if row else path.name


def read(db: sqlite3.Connection, after: int, most: int) -> Iterator[Stored]:
    """The groups after sequence number `after`, in order, until `most` events were seen."""
    seen = 0
    for seq, crc, events, payload in db.execute(
        "SELECT seq, crc, events, payload FROM groups WHERE seq > ? ORDER BY seq", (after,)
    ):
        sound = isinstance(payload, bytes) and crc == _checksum(events, payload)
        yield Stored(seq, events, payload if sound else None)
        seen += events
        if seen >= most:
            return


def salvage(db: sqlite3.Connection, after: int) -> Iterator[Stored]:
    """The groups of a malformed file that can still be read, each fetched by itself."""
    try:
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'groups'").fetchone()
    except sqlite3.DatabaseError:
        return
    for seq in range(after + 1, (last[0] if last else 0) + 1):
        try:
            row = db.execute("SELECT crc, events, payload FROM groups WHERE seq = ?", (seq,)).fetchone()
        except sqlite3.DatabaseError:
            yield Stored(seq, 0, None)
            continue
        if row is not None:
            crc, events, payload = row
            sound = isinstance(payload, bytes) and crc == _checksum(events, payload)
            yield Stored(seq, events, payload if sound else None)


def forget(db: sqlite3.Connection, through: int) -> None:
    """Delete the groups up to `through`: their events are frozen or stored."""
    db.execute("DELETE FROM groups WHERE seq <= ?", (through,))
