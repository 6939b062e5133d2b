"""The durable queue between the edge and the writer: one SQLite file an edge process.

The edge appends groups: everything that was waiting goes in as one row, with the counters, in one transaction that is
on disk before anybody gets a 2xx. Nothing here knows what an event means.
"""

import logging
import os
import secrets
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from trailhouse.events.model import Spooled

SUFFIX = ".sqlite3"
ASIDE = ".aside"
MALFORMED = ".malformed"  # a mark of the writer's beside a file: the edge sets that file aside
DIRECTORY = "spool"
WRITER_FILE = "writer.sqlite3"  # frozen batches and positions; see trailhouse.events.frozen

log = logging.getLogger(__name__)

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS meta (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, events INTEGER NOT NULL, dropped INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO counters VALUES ('received', 0), ('dropped', 0);
CREATE TRIGGER IF NOT EXISTS count_group AFTER INSERT ON groups BEGIN
    UPDATE counters SET n = n + NEW.events + NEW.dropped WHERE name = 'received';
    UPDATE counters SET n = n + NEW.dropped WHERE name = 'dropped' AND NEW.dropped > 0;
END;
COMMIT;
"""


USUAL_BYTES = 500  # of an event; a few long ones are read like many


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

    @property
    def weight(self) -> int:
        """What the group counts for in a step: its events, or as many as its bytes would usually hold."""
        return max(1, self.events, len(self.payload or b"") // USUAL_BYTES)


_TORN_AT_MOST = 3

_encode = msgspec.msgpack.Encoder().encode


def connect(path: Path, *, sync: str = "FULL") -> sqlite3.Connection:
    """Open a file of the spool: WAL, and a commit is on disk when it returns."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={sync}")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Everything in the block or nothing of it, whatever fails; afterwards the connection is good for the next one."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def is_malformed(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is damaged, rather than locked, full or away."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


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
        if self.path.with_suffix(MALFORMED).exists() and self.path.exists():
            set_aside(self.path)
        try:
            return self._prepare()
        except sqlite3.DatabaseError as error:
            if not is_malformed(error):
                raise  # locked, no permission, disk full: the file itself is sound
            set_aside(self.path)
            return self._prepare()

    def _prepare(self) -> sqlite3.Connection:
        before = _commits(self.path)
        db = connect(self.path)
        try:
            unread = _unread(db, before, self.path)
            db.executescript(SCHEMA)
            db.execute("INSERT INTO meta SELECT ? WHERE NOT EXISTS (SELECT 1 FROM meta)", (secrets.token_hex(8),))
            _count_damage(db, self.path, unread)
        except sqlite3.DatabaseError:
            db.close()
            raise
        self.path.chmod(0o600)
        return db

    def _begin_anew(self) -> None:
        self._db.close()
        set_aside(self.path)
        self._db = self._prepare()

    def append(self, group: Group) -> None:
        """Put `group` on disk. Raises SpoolFull at the limit; on any error nothing of the group was taken."""
        self._check_room()
        try:
            self._append(group)
        except sqlite3.DatabaseError as error:
            if not is_malformed(error):
                raise
            self._begin_anew()
            self._append(group)

    def _append(self, group: Group) -> None:
        payload = _encode(group)
        events = len(group.spooled)
        dropped = sum(left.n for left in group.left)
        # One statement, and so one transaction, with its counters: each further one would wait for the interpreter's
        # lock once more, which the requests hold meanwhile.
        self._db.execute(
            "INSERT INTO groups (crc, events, dropped, payload) VALUES (?, ?, ?, ?)",
            (_checksum(events, payload), events, dropped, payload),
        )

    def _check_room(self) -> None:
        """Look at the sizes now and then: a group is far smaller than what is kept in reserve."""
        if self._until_check > 0:
            self._until_check -= 1
            return
        if self.path.with_suffix(MALFORMED).exists():
            self._begin_anew()
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


def _commits(path: Path) -> set[tuple[bytes, int]]:
    """The frames in a file's log that end a transaction, by their headers alone: the log's salts, and the number."""
    found: set[tuple[bytes, int]] = set()
    try:
        content = path.with_name(f"{path.name}-wal").open("rb")
    except FileNotFoundError:
        return found
    with content:
        page = int.from_bytes(content.read(32)[8:12], "big")
        salts, number = b"", 0
        while len(header := content.read(24)) == 24:
            salts = salts or header[8:16]
            if header[8:16] != salts:  # from here on the log is an older one
                break
            number += 1
            if header[4:8] != bytes(4):
                found.add((salts, number))
            content.seek(page, 1)
    return found


def _unread(db: sqlite3.Connection, before: set[tuple[bytes, int]], path: Path) -> int:
    """How many transactions lie in the log behind the place up to which it could be read when it was opened.

    `before` is what it held before. Others may write on and begin the log anew meanwhile: what they change is not
    counted, and neither are a few: a power cut leaves what was being written then, and a kill what had been written and
    not yet read.
    """
    last = int(db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])  # -1: another is at it
    behind = [salts for salts, number in before & _commits(path) if number > last >= 0]
    return 0 if len(behind) <= _TORN_AT_MOST or _is_over(path, behind[0]) else len(behind)


def _is_over(path: Path, salts: bytes) -> bool:
    """Whether the log with these salts is to be begun anew: then everything in it has its place in the file already.

    Shared memory says so first, by the first salt's next number (https://www.sqlite.org/walformat.html). A process that
    ends before it writes to the log leaves it like that.
    """
    try:
        index = os.open(path.with_name(f"{path.name}-shm"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    # It stays open: closing it would drop the locks that SQLite holds on it in this process.
    now = int.from_bytes(os.pread(index, 4, 32), "big")
    return now == (int.from_bytes(salts[:4], "big") + 1) % 2**32


def _count_damage(db: sqlite3.Connection, path: Path, unread: int) -> None:
    """Count what damage the recovery of the log has passed over in silence, and go on behind what the writer took."""
    (last,) = db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'groups'").fetchone()
    db.execute("SELECT max(seq) FROM groups").fetchone()
    taken = _taken(path.parent / WRITER_FILE, spool_id(db, path))
    if not unread and taken <= last:
        return
    log.error("the log of %s is damaged: %d transactions were not read", path, unread)
    with transaction(db):
        db.execute("INSERT INTO counters VALUES ('corrupt', 1) ON CONFLICT (name) DO UPDATE SET n = n + 1")
        if taken > last:
            db.execute("DELETE FROM sqlite_sequence WHERE name = 'groups'")
            db.execute("INSERT INTO sqlite_sequence VALUES ('groups', ?)", (taken,))


def _taken(writer_file: Path, spool: str) -> int:
    """The last number that the writer has taken from a spool file."""
    if not writer_file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{writer_file}?mode=ro", uri=True, timeout=5)) as db:
            row = db.execute("SELECT seq FROM positions WHERE spool = ?", (spool,)).fetchone()
    except sqlite3.DatabaseError:
        return 0
    return int(row[0]) if row else 0


def set_aside(path: Path) -> Path:
    """Move a malformed file (with its log) out of the way, for the writer to salvage; where it went."""
    target = path.with_name(f"{path.stem}-{secrets.token_hex(4)}{ASIDE}")
    path.replace(target)
    for tail in ("-wal", "-shm"):
        companion = path.with_name(path.name + tail)
        if companion.exists():
            companion.replace(target.with_name(target.name + tail))
    path.with_suffix(MALFORMED).unlink(missing_ok=True)
    return target


def files(directory: Path) -> list[Path]:
    """All spool files of a machine, also those of edge processes that are gone and those set aside."""
    if not directory.is_dir():
        return []
    return sorted(p for p in directory.iterdir() if p.suffix in (SUFFIX, ASIDE) and p.name.startswith("edge-"))


def spool_id(db: sqlite3.Connection, path: Path) -> str:
    """The name under which the writer remembers how far it has read a file."""
    try:
        row = db.execute("SELECT id FROM meta").fetchone()
    except sqlite3.DatabaseError:
        row = None
    return str(row[0]) if row else path.name


def read(db: sqlite3.Connection, after: int, most: int) -> Iterator[Stored]:
    """The groups after sequence number `after`, in order, until their weight is `most`."""
    seen = 0
    for seq, crc, events, payload in db.execute(
        "SELECT seq, crc, events, payload FROM groups WHERE seq > ? ORDER BY seq", (after,)
    ):
        stored = _stored(seq, crc, events, payload)
        yield stored
        seen += stored.weight
        if seen >= most:
            return


def salvage(db: sqlite3.Connection, after: int, most: int) -> Iterator[Stored]:
    """The groups of a malformed file that can still be read, each fetched by itself, until their weight is `most`."""
    try:
        last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'groups'").fetchone()
    except sqlite3.DatabaseError:
        return
    seen = 0
    for seq in range(after + 1, (last[0] if last else 0) + 1):
        stored = _salvage_one(db, seq)
        if stored is not None:
            yield stored
            seen += stored.weight
        if seen >= most:
            return


def _salvage_one(db: sqlite3.Connection, seq: int) -> Stored | None:
    try:
        row = db.execute("SELECT crc, events, payload FROM groups WHERE seq = ?", (seq,)).fetchone()
    except sqlite3.DatabaseError:
        return Stored(seq, 0, None)
    return _stored(seq, *row) if row is not None else None


def _stored(seq: int, crc: object, events: object, payload: object) -> Stored:
    """A group, without its payload where anything of it does not fit together."""
    if not isinstance(events, int) or not isinstance(payload, bytes) or events < 0:
        return Stored(seq, 0, None)
    return Stored(seq, events, payload if crc == _checksum(events, payload) else None)


def forget(db: sqlite3.Connection, through: int) -> None:
    """Delete the groups up to `through`: their events are frozen or stored."""
    db.execute("DELETE FROM groups WHERE seq <= ?", (through,))
