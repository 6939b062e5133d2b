"""What is kept of recognised visitors, and how one is erased for good."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.events.makers import MINUTE, NOON, event
from trailhouse.core import clock
from trailhouse.events import frozen, visitor_erasures, visitors
from trailhouse.events.model import Event, Spooled
from trailhouse.events.registry import Registry, ServedSite, Snapshot
from trailhouse.events.spool import Group, Spool
from trailhouse.events.store import Store
from trailhouse.events.writer import Writer

ANN, BEN, DAILY = 7, 8, 70
DAY = 24 * 60 * MINUTE
Open = Callable[[], Writer]


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Spool]:
    own = Spool(tmp_path / "edge-0.sqlite3")
    yield own
    own.close()


@pytest.fixture
def writer(store: Store, tmp_path: Path) -> Iterator[Writer]:
    registry = Registry(tmp_path)
    registry.use(Snapshot(1, (ServedSite(site_id=1, domain="harbour-bakery.example", keys=("k",)),), ()))
    with clock.frozen(clock.from_ms(NOON + 20 * MINUTE)):
        own = Writer(store, tmp_path, registry)
        yield own
        own.close()


def by(visitor: int, at: int = NOON, **values: object) -> Event:
    """An event of a visitor who is recognised."""
    return event(at, visitor_id=visitor, person=visitor, **values)


def named(visitor: int, at: int, **props: str) -> Event:
    return by(visitor, at, name="identify", interactive=False, props=props)


def send(edge: Spool, *events: Event, other: int = 0) -> None:
    edge.append(Group([Spooled(one, other) for one in events]))


def visits(store: Store) -> list[tuple[object, ...]]:
    """Site, person, visitor, visit, and in milliseconds: start, last event, first visit, the one before."""
    moments = ("any(started)", "max(ts)", "any(first_seen)", "any(before)")
    told = ", ".join(f"toUnixTimestamp64Milli({moment})" for moment in moments)
    return store.rows(
        f"SELECT site_id, person, any(visitor_id), visit_id, {told} FROM visitors"
        " GROUP BY site_id, person, visit_id ORDER BY ALL"
    )


def who(store: Store) -> set[int]:
    return {row[0] for row in store.rows("SELECT DISTINCT visitor_id FROM events")}


def test_a_recognised_visit_has_one_row_however_many_events_and_batches_it_took(
    edge: Spool, writer: Writer, store: Store
) -> None:
    for minute in range(3):
        send(edge, by(ANN, NOON + minute * MINUTE), event(NOON + minute * MINUTE, visitor_id=BEN))
        writer.step()
    [(site, person, visitor, _, started, last, first, before)] = visits(store)
    assert (site, person, visitor, started, last) == (1, ANN, ANN, NOON, NOON + 2 * MINUTE)
    assert (first, before) == (NOON, 0)


def test_what_is_kept_beside_the_events_can_be_made_anew_from_them(edge: Spool, writer: Writer, store: Store) -> None:
    send(edge, event(NOON - 2 * MINUTE, visitor_id=DAILY))
    send(edge, by(ANN, NOON), named(ANN, NOON + MINUTE, name="Ann", plan="pro"), other=DAILY)
    send(edge, named(ANN, NOON + 5 * MINUTE, email="ann@example.org"), named(BEN, NOON, nick="Benny"), by(BEN))
    writer.step()
    kept = visits(store), visitors.names_of(store, 1, (ANN, BEN, DAILY))
    assert len(kept[0]) == 3
    for table in visitors.TABLES:
        store.command(f"TRUNCATE TABLE {table}")
    visitors.rebuild(store)
    visitors.rebuild(store)
    assert (visits(store), visitors.names_of(store, 1, (ANN, BEN, DAILY))) == kept


def test_each_event_says_since_when_its_person_is_known_also_after_a_restart(
    edge: Spool, writer: Writer, store: Store, tmp_path: Path
) -> None:
    send(edge, by(ANN, NOON - DAY), by(ANN, NOON - DAY + 120 * MINUTE))
    writer.step()
    send(edge, by(ANN, NOON), event(NOON, visitor_id=BEN))
    writer.step()
    writer._stitcher = type(writer._stitcher)()  # what a restart forgets
    writer._started = False
    send(edge, by(ANN, NOON + MINUTE))
    writer.step()
    seen = store.rows(
        "SELECT visitor_id, toUnixTimestamp64Milli(first_seen), count() FROM events GROUP BY ALL ORDER BY ALL"
    )
    assert seen == [(ANN, NOON - DAY, 4), (BEN, 0, 1)]
    assert [row[4:] for row in sorted(visits(store), key=lambda row: row[4])] == [  # type: ignore[arg-type,return-value]
        (NOON - DAY, NOON - DAY, NOON - DAY, 0),
        (NOON - DAY + 120 * MINUTE, NOON - DAY + 120 * MINUTE, NOON - DAY, NOON - DAY),
        (NOON, NOON + MINUTE, NOON - DAY, NOON - DAY + 120 * MINUTE),
    ]


def test_the_newest_name_wins_whatever_comes_first(edge: Spool, writer: Writer, store: Store) -> None:
    send(edge, named(ANN, NOON + 2 * MINUTE, name="Ann Older"))
    writer.step()
    send(edge, named(ANN, NOON + MINUTE, name="Ann Younger"))
    writer.step()
    assert visitors.names_of(store, 1, [ANN, BEN]) == {ANN: "Ann Older"}
    assert visitors.names_of(store, 2, [ANN]) == {}


def test_a_name_given_in_the_visit_of_consent_names_that_visit_and_all_later_ones(
    edge: Spool, writer: Writer, store: Store
) -> None:
    send(edge, event(NOON, visitor_id=DAILY))
    send(edge, named(ANN, NOON + MINUTE, name="Ann"), other=DAILY)
    writer.step()
    assert who(store) == {DAILY}
    assert visitors.names_of(store, 1, [ANN, DAILY]) == {ANN: "Ann", DAILY: "Ann"}
    assert sorted(visitors.numbers_of(store, 1, DAILY)) == sorted(visitors.numbers_of(store, 1, ANN)) == [ANN, DAILY]
    assert visitors.numbers_of(store, 1, BEN) == (BEN,)
    assert visitors.numbers_of(store, 2, DAILY) == (DAILY,)


def erase(store: Store, directory: Path, *numbers: int, at: int = NOON + 20 * MINUTE) -> None:
    with clock.frozen(clock.from_ms(at)):
        visitor_erasures.erase(store, directory, 1, numbers)


def test_an_erased_visitor_is_gone_at_once_and_nobody_else(
    edge: Spool, writer: Writer, store: Store, tmp_path: Path
) -> None:
    send(edge, event(NOON, visitor_id=DAILY), by(BEN), event(NOON, visitor_id=ANN, site_id=2))
    send(edge, named(ANN, NOON + MINUTE, name="Ann"), other=DAILY)
    writer.step()
    erase(store, tmp_path, *visitors.numbers_of(store, 1, ANN))
    assert store.rows("SELECT site_id, visitor_id FROM events ORDER BY ALL") == [(1, BEN), (2, ANN)]
    assert visitors.names_of(store, 1, [ANN, DAILY]) == {}
    assert [row[1] for row in visits(store)] == [BEN]


def test_somebody_else_who_shared_the_daily_number_stays_what_they_were(
    edge: Spool, writer: Writer, store: Store, tmp_path: Path
) -> None:
    send(edge, event(NOON, visitor_id=DAILY))
    send(edge, named(ANN, NOON + MINUTE, name="Ann"), named(BEN, NOON + 2 * MINUTE, name="Ben"), other=DAILY)
    writer.step()
    assert who(store) == {DAILY}
    numbers = visitors.numbers_of(store, 1, ANN)
    assert numbers == (ANN, DAILY)
    told = list(visitors.events_of(store, 1, numbers))
    assert [one.get("person") for one in told] == [None, f"{ANN:016x}"]
    erase(store, tmp_path, *numbers)
    assert store.rows("SELECT person FROM events") == [(BEN,)]
    assert [row[1] for row in visits(store)] == [BEN]
    with clock.frozen(clock.from_ms(NOON + DAY)):
        visitor_erasures.nightly(store, tmp_path)
    assert store.rows("SELECT person FROM events") == [(BEN,)]


def test_what_they_do_afterwards_counts_as_of_somebody_new(
    edge: Spool, writer: Writer, store: Store, tmp_path: Path
) -> None:
    send(edge, by(ANN))
    writer.step()
    erase(store, tmp_path, ANN)
    with clock.frozen(clock.from_ms(NOON + DAY)):
        send(edge, by(ANN, NOON + DAY))
        writer.step()
        assert visitor_erasures.nightly(store, tmp_path) > 0
    assert [row[4] for row in visits(store)] == [NOON + DAY]
    assert who(store) == {ANN}


def test_what_they_did_before_and_arrives_afterwards_does_not_count(
    edge: Spool, writer: Writer, store: Store, tmp_path: Path
) -> None:
    send(edge, named(ANN, NOON, name="Ann"), by(ANN, NOON + MINUTE), by(BEN))
    erase(store, tmp_path, ANN)
    writer.step()
    assert who(store) == {BEN}
    assert visitors.names_of(store, 1, [ANN]) == {}
    assert [row[1] for row in visits(store)] == [BEN]


def test_what_was_frozen_before_and_inserted_afterwards_does_not_come_back(
    edge: Spool, writer: Writer, store: Store, tmp_path: Path
) -> None:
    send(edge, by(ANN), by(BEN))
    insert = writer._insert

    def erased_first(batch: frozen.Batch) -> None:
        visitor_erasures.erase(store, tmp_path, 1, [ANN])
        insert(batch)

    writer._insert = erased_first  # type: ignore[method-assign]
    writer.step()
    assert who(store) == {BEN}
    assert [row[1] for row in visits(store)] == [BEN]


def masked(store: Store) -> int:
    sql = "SELECT countIf(has_lightweight_delete) FROM system.parts WHERE database = {d:String} AND active"
    return int(store.rows(sql, {"d": store.database})[0][0])


def test_at_night_the_rows_leave_the_disk(edge: Spool, writer: Writer, store: Store, tmp_path: Path) -> None:
    send(edge, by(ANN), by(BEN))
    writer.step()
    erase(store, tmp_path, ANN)
    assert masked(store) > 0
    with clock.frozen(clock.from_ms(NOON + DAY)):
        assert visitor_erasures.nightly(store, tmp_path) > 0
        assert visitor_erasures.nightly(store, tmp_path) == 0
    assert masked(store) == 0
    assert who(store) == {BEN}


def test_an_erasure_that_the_store_has_forgotten_is_done_again_from_the_file(
    edge: Spool, writer: Writer, store: Store, tmp_path: Path
) -> None:
    send(edge, by(ANN), by(BEN))
    writer.step()
    erase(store, tmp_path, ANN)
    # The store of the day before: everybody is there, and nobody was erased.
    store.command("TRUNCATE TABLE erased_visitors")
    with clock.frozen(clock.from_ms(NOON + 10 * MINUTE)):
        send(edge, by(ANN, NOON + MINUTE))
        writer.step()
    assert who(store) == {ANN, BEN}
    with clock.frozen(clock.from_ms(NOON + DAY)):
        visitor_erasures.nightly(store, tmp_path)
    assert who(store) == {BEN}


def test_a_torn_line_costs_no_other_erasure(tmp_path: Path) -> None:
    path = tmp_path / visitor_erasures.FILE
    one, two = visitor_erasures.Erased(1, 2**64 - 1, NOON), visitor_erasures.Erased(2, 5, NOON + 1)
    visitor_erasures.write(path, [one])
    with path.open("ab") as file:
        file.write(b"\n[1,2")
    visitor_erasures._append(path, [two])
    assert visitor_erasures.read(path) == [one, two]
    assert visitor_erasures.read(tmp_path / "none") == []


@pytest.mark.parametrize("added", [("network_kind", "person", "first_seen", "by_key"), ("by_key",)])
def test_what_was_spooled_before_columns_were_added_is_still_read(added: tuple[str, ...]) -> None:
    assert Event.__struct_fields__[-len(added) :] == added
    before = msgspec.msgpack.encode([msgspec.to_builtins(event())[: -len(added)], 0, ""])
    assert msgspec.msgpack.decode(before, type=Spooled) == Spooled(event(), 0)
