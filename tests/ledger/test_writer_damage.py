"""Torn and flipped bytes, a clock that steps, and what was frozen going bad: counted, red, and the rest is stored."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.events.makers import NOON, event, group
from trailhouse.core import clock
from trailhouse.events import counters, frozen, spool
from trailhouse.events.registry import Registry, ServedSite, Snapshot
from trailhouse.events.spool import Spool
from trailhouse.events.store import Store
from trailhouse.events.writer import Writer

Crash = Callable[[], Path]
EDGE = "edge-0.sqlite3"
PAGE = 4096
FRAME = PAGE + 24
FIRST_FRAME = 32


@pytest.fixture
def write(store: Store) -> Iterator[Callable[[Path], None]]:
    """Moves what waits in a directory by a fresh writer, until nothing moves any more."""

    def run(directory: Path) -> None:
        registry = Registry(directory)
        registry.use(Snapshot(1, (ServedSite(site_id=1, domain="harbour-bakery.example", keys=("k",)),), ()))
        writer = Writer(store, directory, registry)
        try:
            while writer.step():
                pass
        finally:
            writer.close()

    with clock.frozen(clock.from_ms(NOON)):
        yield run


def fill(own: Spool, groups: range) -> None:
    for n in groups:
        own.append(group(event(path=f"/{n}", props={"long": "x" * 3000})))


def crashed(directory: Path, target: Path) -> Path:
    """A copy of the files as a crash leaves them: the log is not folded in."""
    target.mkdir()
    for name in (EDGE, f"{EDGE}-wal", frozen.FILE, f"{frozen.FILE}-wal"):
        if (directory / name).exists():
            shutil.copy(directory / name, target / name)
    return target


def flip(path: Path, offset: int, length: int = 8) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + length] = bytes(byte ^ 0xFF for byte in content[offset : offset + length])
    path.write_bytes(content)


def paths(store: Store) -> list[int]:
    return sorted(int(row[0][1:]) for row in store.rows("SELECT path FROM events"))


def frames(log: Path) -> int:
    return (log.stat().st_size - FIRST_FRAME) // FRAME


def test_a_flipped_byte_in_the_middle_of_the_log_is_noticed(
    tmp_path: Path, store: Store, write: Callable[[Path], None]
) -> None:
    own = Spool(tmp_path / "live" / EDGE)
    fill(own, range(40))
    there = crashed(tmp_path / "live", tmp_path / "there")
    own.close()
    log = there / f"{EDGE}-wal"
    flip(log, FIRST_FRAME + frames(log) // 2 * FRAME + 500)
    again = Spool(there / EDGE)
    fill(again, range(100, 103))
    write(there)
    again.close()
    numbers = counters.read(there)
    assert numbers.corrupt + numbers.lost > 0
    assert numbers.balanced
    assert paths(store)[-3:] == [100, 101, 102]


def test_a_torn_write_that_was_never_acknowledged_is_no_damage(
    tmp_path: Path, store: Store, write: Callable[[Path], None]
) -> None:
    own = Spool(tmp_path / "live" / EDGE)
    fill(own, range(10))
    there = crashed(tmp_path / "live", tmp_path / "there")
    own.close()
    log = there / f"{EDGE}-wal"
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size - 100)
    again = Spool(there / EDGE)
    fill(again, range(100, 101))
    write(there)
    again.close()
    assert paths(store) == [*range(9), 100]
    numbers = counters.read(there)
    assert (numbers.corrupt, numbers.lost) == (0, 0)


ENDED_WHILE_IT_BEGAN_THE_LOG_ANEW = """
import resource, signal, sys
from trailhouse.events import spool
own = spool.connect(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
own.execute("INSERT INTO counters VALUES ('any', 1)")
"""


def test_a_process_that_ended_while_it_began_the_log_anew_is_no_damage(tmp_path: Path) -> None:
    """The log is marked as over in shared memory first, and then begun anew: between them, everything in it is old."""
    path = tmp_path / EDGE
    own = Spool(path)
    fill(own, range(40))
    with closing(spool.connect(path)) as another:  # like the writer's, it lives on
        assert another.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0] == 0
        own.close()
        ended = subprocess.run(
            [sys.executable, "-c", ENDED_WHILE_IT_BEGAN_THE_LOG_ANEW, path], capture_output=True, text=True, check=False
        )
        assert "disk I/O error" in ended.stderr, ended.stderr
        again = Spool(path)
        fill(again, range(40, 43))
        groups = another.execute("SELECT count(*) FROM groups").fetchone()[0]
        again.close()
    assert groups == 43
    assert counters.read(tmp_path).corrupt == 0


def test_what_comes_after_a_lost_log_is_stored_too(tmp_path: Path, store: Store, write: Callable[[Path], None]) -> None:
    own = Spool(tmp_path / "live" / EDGE)
    fill(own, range(5))
    own.close()
    own = Spool(tmp_path / "live" / EDGE)
    fill(own, range(5, 10))
    write(tmp_path / "live")
    there = crashed(tmp_path / "live", tmp_path / "there")
    own.close()
    (there / f"{EDGE}-wal").write_bytes(b"")
    again = Spool(there / EDGE)
    fill(again, range(100, 105))
    write(there)
    again.close()
    assert paths(store) == [*range(10), *range(100, 105)]
    assert counters.read(there).corrupt == 1


@pytest.mark.parametrize("where", ["header of a page", "payload"])
def test_flipped_bytes_in_the_file_cost_no_more_than_they_hit(
    tmp_path: Path, store: Store, write: Callable[[Path], None], where: str
) -> None:
    own = Spool(tmp_path / EDGE)
    fill(own, range(60))
    own.close()
    own = Spool(tmp_path / EDGE)
    path = tmp_path / EDGE
    content = path.read_bytes()
    offset = {
        "header of a page": content.index(b"/30\xa0") // PAGE * PAGE,
        "payload": content.index(b"/30\xa0") + 1,
    }[where]
    flip(path, offset)
    fill(own, range(100, 103))
    write(tmp_path)
    own.close()
    found = paths(store)
    assert {100, 101, 102} <= set(found)
    assert len(found) == len(set(found))
    assert len(found) >= 50
    assert counters.read(tmp_path).corrupt + counters.read(tmp_path).lost > 0


def test_a_running_edge_begins_a_new_file_where_the_writer_found_the_old_one_malformed(
    tmp_path: Path, store: Store, write: Callable[[Path], None]
) -> None:
    own = Spool(tmp_path / EDGE)
    fill(own, range(60))
    own.close()
    flip(tmp_path / EDGE, 40 * PAGE)
    own = Spool(tmp_path / EDGE)
    write(tmp_path)
    for start in range(100, 400, 100):
        fill(own, range(start, start + 60))
        write(tmp_path)
    own.close()
    assert len([path for path in spool.files(tmp_path) if path.suffix == spool.ASIDE]) == 1
    found = paths(store)
    assert {n for n in found if n >= 100} == {*range(100, 160), *range(200, 260), *range(300, 360)}
    assert len(found) == len(set(found)) >= 60 + 120
    assert counters.read(tmp_path).corrupt > 0


def test_a_file_that_is_no_database_stops_nobody(tmp_path: Path, store: Store, write: Callable[[Path], None]) -> None:
    (tmp_path / EDGE).write_bytes(b"this is no database" * 500)
    own = Spool(tmp_path / EDGE)
    fill(own, range(3))
    write(tmp_path)
    own.close()
    assert paths(store) == [0, 1, 2]
    assert counters.read(tmp_path).corrupt == 1


def test_a_damaged_frozen_batch_is_counted_and_the_next_ones_stored(
    tmp_path: Path, store: Store, write: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Spool(tmp_path / EDGE)
    fill(own, range(2))
    with monkeypatch.context() as patch:
        patch.setattr(Store, "insert_block", refuse)
        with pytest.raises(OSError, match="refused"):
            write(tmp_path)
    with sqlite3.connect(tmp_path / frozen.FILE) as db:
        db.execute("UPDATE batches SET block = substr(block, 1, 100)")
    db.close()
    fill(own, range(2, 4))
    write(tmp_path)
    own.close()
    assert paths(store) == [2, 3]
    numbers = counters.read(tmp_path)
    assert (numbers.stored, numbers.quarantined, numbers.corrupt, numbers.balanced) == (2, 2, 1, True)


def refuse(*_given: object) -> None:
    raise OSError("refused")


def test_a_clock_that_steps_back_and_forth_neither_loses_nor_doubles(
    tmp_path: Path, store: Store, write: Callable[[Path], None]
) -> None:
    own = Spool(tmp_path / EDGE)
    moment = clock.now()
    for n, hours in enumerate((0, -30, 1, -1, 400, 0, -400)):
        stepped = moment + timedelta(hours=hours)
        with clock.frozen(stepped):
            own.append(group(event(clock.to_ms(stepped), path=f"/{n}"), event(NOON, path=f"/{n + 100}")))
            write(tmp_path)
    own.close()
    assert paths(store) == [*range(7), *range(100, 107)]
    numbers = counters.read(tmp_path)
    assert (numbers.stored, numbers.balanced) == (14, True)
