"""The real embedded event store for tests: one engine a test process, empty tables for each test."""

from collections.abc import Iterator

import pytest

from tests import memory
from trailhouse.events.store import Store

TABLES = ("events", "drops", "quarantine", "titles", "erasures", "visitors", "visitor_names", "erased_visitors")


@pytest.fixture(scope="session")
def engine() -> Iterator[Store]:
    """The store of this test process, with its schema."""
    path = memory.directory()
    store = Store(f"chdb://{path / 'store'}", backup_dir=path)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def store(engine: Store) -> Iterator[Store]:
    """The store, empty."""
    yield engine
    for table in TABLES:
        engine.command(f"TRUNCATE TABLE {table}")
