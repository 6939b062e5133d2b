"""What the store does for its readers, and what it keeps free for the writer."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from trailhouse.core.errors import UserError
from trailhouse.events.store import Store, StoreUnavailable

LIMITS = (
    "SELECT name, value FROM system.settings WHERE name IN ('max_memory_usage', 'max_execution_time') ORDER BY name"
)


def test_the_writer_does_not_queue_behind_readers(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        readers = [threads.submit(store.rows, "SELECT sleep(3)") for _ in range(8)]
        assert store.count_batch("events", 1) == 0
        assert not all(reader.done() for reader in readers)


def test_the_limits_are_for_readers_alone(store: Store) -> None:
    assert dict(store.rows(LIMITS)) == {"max_execution_time": "20", "max_memory_usage": "400000000"}
    assert dict(store.rows_at_once(LIMITS)) == {"max_execution_time": "0", "max_memory_usage": "0"}


def test_a_server_that_does_not_answer_is_told_from_a_statement_that_it_refuses(store: Store) -> None:
    away = Store("http://somebody:secret@127.0.0.1:1/trailhouse")
    with pytest.raises(StoreUnavailable) as found:
        away.rows("SELECT 1")
    assert found.value.status == 503
    assert "127.0.0.1" in str(found.value)
    assert "secret" not in str(found.value)
    with pytest.raises(Exception, match="nonsense") as refused:
        store.rows("SELECT nonsense")
    assert not isinstance(refused.value, UserError)
