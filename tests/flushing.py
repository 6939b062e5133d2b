"""Tests that commit are undone by emptying all tables, which the guards of `billing` refuse: they step aside for it.

What migrations brought, the price book and the tax rates, is there again afterwards.
"""

from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase


@pytest.fixture(scope="session", autouse=True)
def _flush_what_is_guarded() -> Iterator[None]:
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        from trailhouse.billing import guards

        with connection.cursor() as cursor:
            editor = SimpleNamespace(connection=connection, execute=cursor.execute)
            guards.remove(apps, editor)
        flush(case)
        with connection.cursor() as cursor:
            guards.install(apps, SimpleNamespace(connection=connection, execute=cursor.execute))
        import_module("trailhouse.billing.migrations.0002_guards_and_defaults").ship(apps, None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
