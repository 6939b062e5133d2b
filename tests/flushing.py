"""Emptying the database after a test that commits: the guards of `billing` refuse it, and what ships goes with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from trailhouse.billing import guards, shipped


class _Editor:
    """As much of a schema editor as the guards need, outside of a migration."""

    def __init__(self) -> None:
        self.connection = connection

    def execute(self, statement: str) -> None:
        """Run one statement."""
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def _flush_what_is_guarded(django_test_environment: None) -> Iterator[None]:
    """Such tests end with a flush: the guards are away meanwhile, and price book and tax rates are there again."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def flushed(self: Any) -> None:
        guards.remove(apps, _Editor())
        guards.remove_years(apps, _Editor())
        try:
            flush(self)
        finally:
            guards.install(apps, _Editor())
            guards.install_years(apps, _Editor())
            shipped.ship(apps, _Editor())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flushed)
        yield
