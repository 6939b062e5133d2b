import pytest

from tests.events.makers import NOON, event
from trailhouse.events import blocks
from trailhouse.events.store import Store


@pytest.mark.parametrize("length", [0, 1, 127, 128, 16_383, 16_384, 70_000])
def test_texts_of_any_length_come_back(store: Store, length: int) -> None:
    text = "é" * (length // 2) + "x" * (length % 2)
    store.insert_block("events", blocks.of_events([event(path=text), event(path=text, props={text: text, "b": ""})]))
    assert store.rows("SELECT path, props FROM events ORDER BY length(props)") == [
        (text, {}),
        (text, {text: text, "b": ""}),
    ]


def test_a_block_is_one_part_however_many_rows_it_has(store: Store) -> None:
    store.command("SYSTEM STOP MERGES events")
    try:
        store.insert_block("events", blocks.of_events([event(NOON + n) for n in range(40_000)]))
        assert store.rows("SELECT rows FROM system.parts WHERE active AND table = 'events'") == [(40_000,)]
    finally:  # a later test's deletion, which is a merge as well, would wait for ever
        store.command("SYSTEM START MERGES events")


@pytest.mark.parametrize("table", blocks.TABLES)
def test_the_rows_of_a_small_table_name_all_its_columns(store: Store, table: str) -> None:
    names = store.rows(
        "SELECT name FROM system.columns WHERE table = {table:String} ORDER BY position", {"table": table}
    )
    assert tuple(name for (name,) in names) == blocks.TABLES[table]


def test_what_does_not_fit_its_column_is_refused_before_the_store_sees_it() -> None:
    with pytest.raises(Exception, match="requires"):
        blocks.of_events([event(engaged_ms=2**32)])
