"""Erasing one visitor, so that they stay erased.

An erasure is noted before it is done: in the table `erased_visitors`, and in a small file beside the store, which a
backup takes along and which outlives a restore of an older one. What a visitor did until then is hidden at once, by a
mask over their rows, and taken off the disk by the nightly batch. Whatever still comes from that time, out of the
spool, a frozen batch or a backup, is deleted again: by the writer, by `restore`, and every night.
"""

import json
import logging
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trailhouse.core import clock
from trailhouse.events.erasures import SITES_A_STATEMENT
from trailhouse.events.store import Store

if TYPE_CHECKING:
    from trailhouse.events.frozen import Batch

FILE = "erased_visitors.jsonl"
# Table → the columns in which a visitor's number may stand, each with what else must hold: somebody else who agreed may
# share the daily number of theirs.
TABLES: dict[str, dict[str, str]] = {
    "events": {"person": "1", "visitor_id": "person = 0"},
    "visitors": {"person": "1"},
    "visitor_names": {"visitor_id": "1"},
}
LATE_MS = 8 * 86_400_000  # how much older than its freezing an event can be: see collector.draft.LIVE_PAST_MS

log = logging.getLogger(__name__)


class Erased(msgspec.Struct, frozen=True, array_like=True):
    """A visitor whose events up to a moment (milliseconds since 1970) are gone."""

    site_id: int
    visitor_id: int
    at: int


def erase(store: Store, directory: Path, site_id: int, visitor_ids: Collection[int]) -> None:
    """Erase what the store holds of a visitor, known by these numbers; it is invisible when this returns.

    What they do from now on counts again, as a visitor who was never here. Doing it twice changes nothing.
    """
    now = clock.now_ms()
    erased = [Erased(site_id, number, now) for number in sorted(visitor_ids)]
    _append(directory / FILE, erased)
    _note(store, erased)
    for table in TABLES:
        _hide(store, table, [f"site_id = {int(site_id)} AND {_whose(table, visitor_ids)}"])


def erase_from_batches(store: Store, batches: Sequence["Batch"]) -> None:
    """Delete from batches that were just inserted what belongs to visitors who were erased after it had happened."""
    own = [batch for batch in batches if batch.target in TABLES]
    if not own:
        return
    erased = noted(store, min(batch.frozen_at for batch in own) - LATE_MS)
    for batch in own if erased else ():
        for some in _parts(erased):
            _hide(store, batch.target, [f"batch = {batch.number} AND ({_any(batch.target, some)})"])


def noted(store: Store, since_ms: int = 0) -> list[Erased]:
    """Who was erased at this time or later; one that is yet to come was noted while a clock was ahead."""
    rows = store.rows_at_once(
        "SELECT site_id, visitor_id, toUnixTimestamp64Milli(max(at)) FROM erased_visitors"
        " WHERE at BETWEEN fromUnixTimestamp64Milli({since:Int64}, 'UTC')"
        " AND fromUnixTimestamp64Milli({now:Int64}, 'UTC') GROUP BY site_id, visitor_id ORDER BY site_id, visitor_id",
        {"since": max(0, since_ms), "now": clock.now_ms()},
    )
    return [Erased(*row) for row in rows]


def nightly(store: Store, directory: Path) -> int:
    """Take off the disk what is hidden, and hide what has come back; how many statements that took.

    The file knows of erasures that the store has forgotten: one that was restored to an earlier day.
    """
    return again(store, read(directory / FILE)) + sum(_take_off(store, table) for table in TABLES)


def again(store: Store, erased: Iterable[Erased]) -> int:
    """Erase again whom the store or `erased` knows as erased, up to the moment of each; how many statements it took."""
    known = noted(store)
    latest = {(one.site_id, one.visitor_id): one.at for one in known}
    missing = [one for one in erased if one.at > latest.get((one.site_id, one.visitor_id), -1)]
    if missing:
        _note(store, missing)
        known = noted(store)
    back = sorted(_with_rows(store, known), key=lambda one: (one.site_id, one.visitor_id)) if known else []
    return sum(_hide(store, table, [_any(table, some)]) for some in _parts(back) for table in TABLES)


def read(path: Path) -> list[Erased]:
    """The erasures that a file holds; none where there is no file. A line that was torn by a crash is left out."""
    try:
        lines = path.read_bytes().split()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=Erased))
        except msgspec.DecodeError:
            log.warning("%s holds a line that is no erasure", path)
    return found


def write(path: Path, erased: Iterable[Erased]) -> None:
    """Write a file of erasures anew."""
    path.unlink(missing_ok=True)
    _append(path, sorted(set(erased), key=lambda one: (one.at, one.site_id, one.visitor_id)))


def _append(path: Path, erased: Sequence[Erased]) -> None:
    if not erased:
        return
    # Each on a line of its own, also after a line that was torn.
    text = "".join("\n" + json.dumps([one.site_id, one.visitor_id, one.at], separators=(",", ":")) for one in erased)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _note(store: Store, erased: Sequence[Erased]) -> None:
    for some in _parts(erased):
        rows = ",".join(f"({o.site_id},{o.visitor_id},fromUnixTimestamp64Milli({o.at},'UTC'))" for o in some)
        store.command(f"INSERT INTO erased_visitors (site_id, visitor_id, at) VALUES {rows}")


def _with_rows(store: Store, erased: Sequence[Erased]) -> set[Erased]:
    """Those of whom the store holds something from before."""
    found: set[Erased] = set()
    sites = ",".join(str(site) for site in sorted({one.site_id for one in erased}))
    for table, columns in TABLES.items():
        for column, only in columns.items():
            rows = store.rows_at_once(
                f"SELECT DISTINCT x.site_id, x.visitor_id, toUnixTimestamp64Milli(x.until) FROM {table} AS t"
                " INNER JOIN (SELECT site_id, visitor_id, max(at) AS until FROM erased_visitors"
                " WHERE at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC') GROUP BY site_id, visitor_id) AS x"
                f" ON t.site_id = x.site_id AND t.{column} = x.visitor_id"
                f" WHERE t.site_id IN ({sites}) AND t.ts <= x.until AND {only}",
                {"now": clock.now_ms()},
            )
            found |= {Erased(*row) for row in rows}
    return found


def _any(table: str, erased: Iterable[Erased]) -> str:
    return " OR ".join(
        f"(site_id = {one.site_id} AND {_whose(table, [one.visitor_id])}"
        f" AND ts <= fromUnixTimestamp64Milli({one.at}, 'UTC'))"
        for one in erased
    )


def _whose(table: str, visitor_ids: Collection[int]) -> str:
    numbers = ",".join(str(int(number)) for number in sorted(visitor_ids))
    return "(" + " OR ".join(f"({column} IN ({numbers}) AND {only})" for column, only in TABLES[table].items()) + ")"


def _hide(store: Store, table: str, conditions: Iterable[str]) -> int:
    """Mask rows, so that no reader sees them from now on. A table without any is left as it is."""
    done = 0
    for condition in conditions:
        if store.rows_at_once(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1"):
            store.command(f"DELETE FROM {table} WHERE {condition} SETTINGS lightweight_deletes_sync = 2")
            done += 1
    return done


def _take_off(store: Store, table: str) -> int:
    """Rewrite the files that hold masked rows; whether there were any."""
    masked = store.rows_at_once(
        "SELECT 1 FROM system.parts WHERE database = {database:String} AND table = {table:String}"
        " AND active AND has_lightweight_delete LIMIT 1",
        {"database": store.database, "table": table},
    )
    if masked:
        store.command(f"ALTER TABLE {table} APPLY DELETED MASK SETTINGS mutations_sync = 2")
    return int(bool(masked))


def _parts(erased: Sequence[Erased]) -> Iterator[Sequence[Erased]]:
    return (erased[start : start + SITES_A_STATEMENT] for start in range(0, len(erased), SITES_A_STATEMENT))
