import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.events.makers import MINUTE, NOON, event, group
from trailhouse.core import clock
from trailhouse.events import blocks, counters, erasures, frozen, spool
from trailhouse.events.model import ENGAGEMENT, Event, Spooled
from trailhouse.events.registry import Registry, ServedSite, Snapshot
from trailhouse.events.spool import Group, Left, Sample, Spool
from trailhouse.events.store import Store
from trailhouse.events.writer import Writer

Open = Callable[[], Writer]
LATER = clock.from_ms(NOON + 21 * MINUTE)


class Killed(Exception):  # noqa: N818
    """Stands for a kill -9 at a chosen point."""


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Spool]:
    own = Spool(tmp_path / "edge-0.sqlite3")
    yield own
    own.close()


@pytest.fixture
def writers(store: Store, tmp_path: Path) -> Iterator[Open]:
    """Opens one writer after the other on the same directory, as restarts do."""
    opened: list[Writer] = []

    def open_writer() -> Writer:
        if opened:
            opened[-1].close()
        registry = Registry(tmp_path)
        registry.use(Snapshot(1, (ServedSite(site_id=1, domain="harbour-bakery.example", keys=("k",)),), ()))
        opened.append(Writer(store, tmp_path, registry))
        return opened[-1]

    with clock.frozen(clock.from_ms(NOON + 20 * MINUTE)):
        yield open_writer
    opened[-1].close()


def paths(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT path FROM events ORDER BY ts, path")]


def test_what_was_spooled_is_stored_once_and_forgotten(
    edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(path="/a"), event(NOON + MINUTE, path="/b")))
    writer = writers()
    assert writer.step() == 2
    assert writer.step() == 0
    assert writer.step() == 0
    assert paths(store) == ["/a", "/b"]
    numbers = counters.read(tmp_path)
    assert (numbers.received, numbers.stored, numbers.queued) == (2, 2, 0)
    assert list(spool.read(spool.connect(edge.path), 0, 10)) == []


def test_every_column_comes_back_as_it_was_sent(edge: Spool, writers: Open, store: Store) -> None:
    sent = event(
        name="order", interactive=False, props={"size": "XL", "naïve": "ja"}, revenue=4200, revenue_amount=4200,
        revenue_currency="EUR", scroll_depth=77, engaged_ms=12_345, country="NL", city="NL/North Holland/Den Helder",
        visitor_id=2**64 - 1, by_key=True,
    )  # fmt: skip
    edge.append(group(sent))
    writers().step()
    names, columns = store.columns(
        "SELECT * REPLACE (toUnixTimestamp64Milli(ts) AS ts, toUnixTimestamp64Milli(visit_started) AS visit_started,"
        " toUnixTimestamp64Milli(first_seen) AS first_seen) FROM events"
    )
    back = Event(**{name: column[0] for name, column in zip(names, columns, strict=True)})
    expected = msgspec.structs.replace(
        sent, batch=back.batch, visit_id=back.visit_id, visit_started=NOON, entry_path="/"
    )
    assert back == expected


@pytest.mark.parametrize("point", ["before the insert", "after the insert"])
def test_a_kill_between_freeze_and_done_neither_loses_nor_doubles(
    point: str, edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(path="/a"), event(path="/b")))
    writer = writers()
    insert = writer._insert

    def killed(batch: frozen.Batch) -> None:
        if point == "after the insert":
            insert(batch)
        raise Killed

    writer._insert = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        writer.step()
    edge.append(group(event(path="/c")))
    writers().step()
    assert paths(store) == ["/a", "/b", "/c"]
    assert counters.read(tmp_path).stored == 3


def killed_at(writer: Writer, store: Store, *, stored: bool) -> None:
    """Have the writer's next step end right before it notes that its batches are in the store."""

    def killed(batch: frozen.Batch) -> None:
        if stored:
            store.insert_block(batch.target, batch.block)
        raise Killed

    writer._insert = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        writer.step()


def erase(store: Store, site_id: int) -> None:
    """What a reset of the site does, a moment later."""
    with clock.frozen(LATER):
        erasures.erase(store, [site_id])


def test_a_batch_of_which_a_site_was_deleted_since_is_stored_and_not_inserted_again(
    edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(path="/a"), event(path="/b"), event(path="/of-another", site_id=2)))
    killed_at(writers(), store, stored=True)
    erase(store, 2)
    with clock.frozen(LATER):
        writers().step()
    assert paths(store) == ["/a", "/b"]
    assert counters.read(tmp_path).stored == 3


@pytest.mark.parametrize("stored", [True, False], ids=["after the insert", "before the insert"])
def test_what_was_deleted_while_its_batch_was_on_its_way_does_not_come_back(
    stored: bool, edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(path="/before"), event(path="/too")))
    edge.append(Group([], [Left(1, NOON // 86_400_000, "bot_user_agent", 3)], []))
    killed_at(writers(), store, stored=stored)
    erase(store, 1)
    with clock.frozen(clock.from_ms(NOON + 22 * MINUTE)):
        edge.append(group(event(NOON + 22 * MINUTE, path="/after")))
        writer = writers()
        writer.step()
        writer.step()
    assert paths(store) == ["/after"]
    assert store.rows("SELECT count() FROM drops") == [(0,)]
    numbers = counters.read(tmp_path)
    assert (numbers.stored, numbers.queued, numbers.balanced) == (3, 0, True)


def test_of_a_batch_that_is_inserted_late_the_other_sites_stay(edge: Spool, writers: Open, store: Store) -> None:
    edge.append(group(event(path="/erased"), event(path="/of-another", site_id=2)))
    killed_at(writers(), store, stored=False)
    erase(store, 1)
    with clock.frozen(LATER):
        writers().step()
    assert paths(store) == ["/of-another"]


def test_a_deletion_that_was_noted_while_the_clock_was_ahead_takes_nothing_away(
    edge: Spool, writers: Open, store: Store
) -> None:
    with clock.frozen(clock.from_ms(NOON + 365 * 24 * 60 * MINUTE)):
        erasures.erase(store, [1])
    edge.append(group(event(path="/now")))
    writers().step()
    assert paths(store) == ["/now"]


def test_a_deletion_between_freeze_and_insert_holds(edge: Spool, writers: Open, store: Store) -> None:
    edge.append(group(event(path="/before")))
    writer = writers()
    insert = writer._insert

    def erased_first(batch: frozen.Batch) -> None:
        erasures.erase(store, [1])
        insert(batch)

    writer._insert = erased_first  # type: ignore[method-assign]
    writer.step()
    assert paths(store) == []


def test_what_waited_in_the_spool_when_its_site_was_emptied_is_left_out_by_reason(
    edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(path="/before"), event(path="/of-another", site_id=2)))
    edge.append(Group([], [], [Sample(1, NOON, "bot_user_agent", "{}")]))
    erase(store, 1)
    with clock.frozen(clock.from_ms(NOON + 22 * MINUTE)):
        edge.append(group(event(NOON + 22 * MINUTE, path="/after")))
        assert writers().step() == 3
    assert paths(store) == ["/of-another", "/after"]
    assert store.rows("SELECT site_id, reason, n FROM drops") == [(1, "site_emptied", 1)]
    assert store.rows("SELECT count() FROM quarantine") == [(0,)]
    assert counters.read(tmp_path).balanced


def test_an_emptied_site_has_its_titles_again_with_the_next_visit(edge: Spool, writers: Open, store: Store) -> None:
    def seen(ts: int) -> None:
        edge.append(Group([Spooled(event(ts), 0, "Welcome")]))
        with clock.frozen(clock.from_ms(ts)):
            writer.step()

    writer = writers()
    seen(NOON + 20 * MINUTE)
    erase(store, 1)
    assert store.rows("SELECT title FROM titles") == []
    seen(NOON + 22 * MINUTE)
    assert store.rows("SELECT title FROM titles") == [("Welcome",)]


def test_a_writers_file_of_before_is_taken_over(edge: Spool, writers: Open, store: Store, tmp_path: Path) -> None:
    edge.append(group(event(path="/a")))
    killed_at(writers(), store, stored=False)
    with spool.connect(tmp_path / frozen.FILE) as db:
        db.execute("ALTER TABLE batches DROP COLUMN frozen_at")
    writers().step()
    assert paths(store) == ["/a"]


def test_a_batch_that_was_frozen_before_a_column_was_added_is_stored(
    edge: Spool, writers: Open, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge.append(group(event(path="/a", by_key=True)))
    with monkeypatch.context() as before:
        for columns in ("_OWN", "_STITCHED"):
            before.setattr(blocks, columns, tuple(name for name in getattr(blocks, columns) if name != "by_key"))
        killed_at(writers(), store, stored=False)
    writers().step()
    assert store.rows("SELECT path, by_key FROM events") == [("/a", False)]


def test_visits_go_on_after_a_restart(edge: Spool, writers: Open, store: Store) -> None:
    edge.append(group(event(NOON, path="/in", source="Google")))
    writers().step()
    edge.append(group(event(NOON + 10 * MINUTE, path="/on")))
    writers().step()
    rows = store.rows("SELECT uniqExact(visit_id), groupUniqArray(entry_path), groupUniqArray(source) FROM events")
    assert rows == [(1, ["/in"], ["Google"])]


def test_a_late_event_finds_its_visit_in_the_store(edge: Spool, writers: Open, store: Store) -> None:
    day = 24 * 60 * MINUTE
    edge.append(group(event(NOON - day, path="/yesterday")))
    writers().step()
    edge.append(group(event(NOON - day + 5 * MINUTE, path="/late")))
    writers().step()
    assert store.rows("SELECT uniqExact(visit_id) FROM events") == [(1,)]


def test_a_batch_holds_one_month_alone(edge: Spool, writers: Open, store: Store) -> None:
    february = NOON - 20 * 24 * 60 * MINUTE
    edge.append(group(event(february), event(NOON)))
    writers().step()
    assert store.rows(
        "SELECT max(months) FROM (SELECT uniqExact(toYYYYMM(ts)) AS months FROM events GROUP BY batch)"
    ) == [(1,)]


def test_engagement_without_a_visit_is_left_out_by_reason(
    edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(name=ENGAGEMENT)))
    writers().step()
    assert store.rows("SELECT site_id, reason, n FROM drops") == [(1, "engagement_without_visit", 1)]
    numbers = counters.read(tmp_path)
    assert (numbers.received, numbers.dropped, numbers.balanced) == (1, 1, True)


def test_drops_and_samples_arrive_beside_the_events(edge: Spool, writers: Open, store: Store) -> None:
    present = time.time_ns() // 1_000_000  # samples are kept for 30 days by the store's own clock
    edge.append(
        Group([], [Left(1, NOON // 86_400_000, "bot_user_agent", 3)], [Sample(1, present, "bot_user_agent", "{}")])
    )
    writers().step()
    assert store.rows("SELECT reason, n FROM drops") == [("bot_user_agent", 3)]
    assert store.rows("SELECT reason, detail FROM quarantine") == [("bot_user_agent", "{}")]


def test_an_event_that_does_not_fit_is_quarantined_and_the_others_stored(
    edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(path="/good"), event(path="/bad", engaged_ms=2**40)))
    writers().step()
    assert paths(store) == ["/good"]
    numbers = counters.read(tmp_path)
    assert (numbers.stored, numbers.quarantined, numbers.balanced) == (1, 1, True)


def test_a_damaged_group_is_counted_and_the_others_stored(
    edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    edge.append(group(event(path="/torn"), event(path="/torn")))
    edge.append(group(event(path="/good")))
    db = spool.connect(edge.path)
    db.execute("UPDATE groups SET payload = substr(payload, 1, 40) WHERE seq = 1")
    db.close()
    writers().step()
    assert paths(store) == ["/good"]
    numbers = counters.read(tmp_path)
    assert (numbers.corrupt, numbers.quarantined, numbers.balanced) == (1, 2, True)


def test_a_gap_in_the_sequence_is_counted(edge: Spool, writers: Open, tmp_path: Path) -> None:
    for _ in range(3):
        edge.append(group(event()))
    spool.connect(edge.path).execute("DELETE FROM groups WHERE seq = 2")
    writers().step()
    assert counters.read(tmp_path).lost == 1


def test_the_files_of_edges_that_are_gone_are_moved_too(
    edge: Spool, writers: Open, store: Store, tmp_path: Path
) -> None:
    orphan = Spool(tmp_path / "edge-5.sqlite3")
    orphan.append(group(event(path="/orphan")))
    orphan.close()
    edge.append(group(event(path="/own")))
    assert writers().step() == 2
    assert paths(store) == ["/orphan", "/own"]


def test_only_one_writer_a_machine(writers: Open, store: Store, tmp_path: Path) -> None:
    writers()
    with pytest.raises(RuntimeError, match="another writer"):
        Writer(store, tmp_path, Registry(tmp_path))
