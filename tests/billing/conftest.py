"""Tests of billing go by a clock of their own, and remember no book of another test."""

from collections.abc import Iterator

import pytest

from tests.billing.money import Time
from trailhouse.billing import values


@pytest.fixture(autouse=True)
def _no_book_remembered() -> None:
    """Each test's database has its own books under the same numbers."""
    values._book.cache_clear()


@pytest.fixture
def time(db: None) -> Iterator[Time]:
    """The clock, at `money.START`, of an instance that bills."""
    with Time() as clock:
        yield clock
