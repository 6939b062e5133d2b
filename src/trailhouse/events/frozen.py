"""Frozen batches: the final rows on their way into the store, and the counters of the writer.

They lie in a file of the writer's own, so that the edge's commits never wait for a large one of the writer.
What moves an event moves its counter in the same transaction.
"""

import secrets
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from trailhouse.events.spool import WRITER_FILE, connect, transaction

FILE = WRITER_FILE

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (spool TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
    number INTEGER PRIMARY KEY, target TEXT NOT NULL, rows INTEGER NOT NULL, crc INTEGER NOT NULL, block BLOB NOT NULL,
    frozen_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('next', 1);
INSERT OR IGNORE INTO counters VALUES ('stored', 0), ('quarantined', 0), ('dropped', 0), ('corrupt', 0), ('lost', 0);
COMMIT;
"""


class Batch(msgspec.Struct):
    """Final rows of one table and one month under one number, as a block (see trailhouse.events.blocks)."""

    number: int
    target: str
    rows: int
    block: bytes
    sound: bool = True
    frozen_at: int = 0  # milliseconds since 1970; 0 where it was frozen before that was noted, as were erasures


class Frozen:
    """The writer's file. `next_numbers` and `freeze` belong to one writer, which the caller sees to."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = directory / FILE
        self._db = connect(path)
        self._db.executescript(SCHEMA)
        if not any(column[1] == "frozen_at" for column in self._db.execute("PRAGMA table_info(batches)")):
            self._db.execute("ALTER TABLE batches ADD COLUMN frozen_at INTEGER NOT NULL DEFAULT 0")
        path.chmod(0o600)
        self._db.execute("INSERT OR IGNORE INTO meta VALUES ('writer', ?)", (_new_writer(),))
        self._writer = self._meta("writer")
        self._next = self._meta("next")

    def _meta(self, name: str) -> int:
        return int(self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])

    def position(self, spool: str) -> int:
        """The last sequence number taken from a spool file."""
        row = self._db.execute("SELECT seq FROM positions WHERE spool = ?", (spool,)).fetchone()
        return int(row[0]) if row else 0

    def new_number(self) -> int:
        """A batch number that this instance has never used; it counts as used once it is frozen."""
        number = (self._writer << 32) | self._next
        self._next += 1
        return number

    def renew_writer(self) -> None:
        """Take a new writer id, so that no number is used again after a restore."""
        self._db.execute("UPDATE meta SET value = ? WHERE name = 'writer'", (_new_writer(),))
        self._writer = self._meta("writer")

    def freeze(
        self, batches: Iterable[Batch], positions: Mapping[str, int], counts: Mapping[str, int], taken_at: int
    ) -> None:
        """Keep `batches` and remember how far the spool was read and what was counted: all or nothing.

        `taken_at`: when it was asked what has been erased, in milliseconds; what is erased later is taken out again.
        """
        rows = []
        for batch in batches:
            batch.frozen_at = taken_at
            rows.append((batch.number, batch.target, batch.rows, zlib.crc32(batch.block), batch.block, taken_at))
        with transaction(self._db) as db:
            db.executemany("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?)", rows)
            db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", list(positions.items()))
            db.execute("UPDATE meta SET value = ? WHERE name = 'next'", (self._next,))
            self._count(counts)

    def waiting(self) -> list[Batch]:
        """The batches that are not known to be in the store, oldest first."""
        names = "number, target, rows, block, crc, frozen_at"
        rows = self._db.execute(f"SELECT {names} FROM batches ORDER BY rowid").fetchall()
        return [
            Batch(number, target, count, block, crc == zlib.crc32(block), at)
            for number, target, count, block, crc, at in rows
        ]

    def done(self, batch: Batch, counter: str) -> None:
        """The store holds `batch` (or it can never be stored): forget it and count its events."""
        with transaction(self._db) as db:
            db.execute("DELETE FROM batches WHERE number = ?", (batch.number,))
            self._count(({counter: batch.rows} if batch.target == "events" else {}) | {"corrupt": int(not batch.sound)})

    def _count(self, counts: Mapping[str, int]) -> None:
        self._db.executemany("UPDATE counters SET n = n + ? WHERE name = ?", [(n, name) for name, n in counts.items()])

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _new_writer() -> int:
    # 31 bits, so that a batch number fits SQLite's signed integers; the numbers below 1,000 belong to imports and
    # to the demo.
    return 1000 + secrets.randbelow(2**31 - 1000)
