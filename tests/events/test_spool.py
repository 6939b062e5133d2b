import sqlite3
import threading
from pathlib import Path

import pytest

from tests.events.makers import event, group
from trailhouse.events import counters, spool
from trailhouse.events.spool import Group, Left, Spool, SpoolFull


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3")
    for path in ("/a", "/b", "/c"):
        own.append(group(event(path=path)))
    own.close()
    stored = list(spool.read(spool.connect(own.path), 0, 100))
    assert [s.seq for s in stored] == [1, 2, 3]
    assert all(s.payload for s in stored)


def test_received_counts_what_is_kept_and_what_is_left_out(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3")
    own.append(Group(group(event(), event()).spooled, [Left(1, 20_000, "bot_user_agent", 3)]))
    own.close()
    numbers = counters.read(tmp_path)
    assert (numbers.received, numbers.dropped, numbers.queued) == (5, 3, 2)
    assert numbers.balanced


def test_a_number_is_never_used_again_after_its_group_is_gone(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3")
    own.append(group(event()))
    own.append(group(event()))
    spool.forget(spool.connect(own.path), 2)
    own.append(group(event()))
    assert [s.seq for s in spool.read(spool.connect(own.path), 0, 100)] == [3]
    own.close()


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3")
    own.append(group(event(path="/here")))
    own.close()
    with sqlite3.connect(own.path) as db:
        (payload,) = db.execute("SELECT payload FROM groups").fetchone()
        db.execute("UPDATE groups SET payload = ?", (payload.replace(b"/here", b"/hera"),))
    db.close()
    (stored,) = spool.read(spool.connect(own.path), 0, 100)
    assert stored.payload is None
    assert stored.events == 1


def test_a_full_spool_takes_nothing_and_says_so(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3", limit_bytes=1)
    with pytest.raises(SpoolFull, match="limit"):
        own.append(group(event()))
    own.close()
    assert counters.read(tmp_path).received == 0


def test_the_reserve_of_the_disk_is_left_alone(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3", reserve_bytes=1 << 60)
    with pytest.raises(SpoolFull, match="reserve"):
        own.append(group(event()))
    own.close()


def test_a_malformed_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "edge-0.sqlite3"
    path.write_bytes(b"this is no database" * 500)
    own = Spool(path)
    own.append(group(event()))
    own.close()
    assert [p.suffix for p in spool.files(tmp_path)].count(spool.ASIDE) == 1
    assert counters.read(tmp_path).received == 1


def test_the_numbers_balance_whenever_they_are_read(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3")
    done = threading.Event()

    def fill() -> None:
        for _ in range(200):
            own.append(group(event(), event()))
        done.set()

    thread = threading.Thread(target=fill)
    thread.start()
    readings = [counters.read(tmp_path)]
    while not done.is_set():
        readings.append(counters.read(tmp_path))
    thread.join()
    own.close()
    assert all(numbers.balanced for numbers in readings)
    assert counters.read(tmp_path).queued == 400


def test_a_writers_file_that_is_just_being_made_counts_nothing(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3")
    own.append(group(event()))
    own.close()
    spool.connect(tmp_path / "writer.sqlite3").close()
    assert counters.read(tmp_path).queued == 1


def test_a_step_is_bounded_by_bytes_too(tmp_path: Path) -> None:
    own = Spool(tmp_path / "edge-0.sqlite3")
    for _ in range(4):
        own.append(group(event(path="/" + "x" * 50_000)))
    own.close()
    db = spool.connect(own.path)
    assert len(list(spool.read(db, 0, 150))) == 2
    assert len(list(spool.salvage(db, 0, 150))) == 2
    assert len(list(spool.read(db, 0, 10_000))) == 4
    db.close()
