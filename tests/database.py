"""The database of a test process: a copy of one that was made before, and as it was made after each test that commits.

Drawing it up by migrations takes some five seconds of processor time, in each process of each run.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

import trailhouse
from trailhouse.billing import guards, shipped

EMPTY: Callable[[Any], None] = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def _kept(request: pytest.FixtureRequest) -> Path | None:
    """Where the database is kept for later processes; None where it cannot be."""
    cache = getattr(request.config, "cache", None)
    if cache is None or connection.vendor != "sqlite":
        return None
    return Path(cache.mkdir("database")) / f"{_version()}.sqlite3"


def _version() -> str:
    """Changes with all that the tables and their first rows come from."""
    found = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for path in _sources(Path(trailhouse.__file__).parent):
        found.update(f"\0{path}\0".encode() + path.read_bytes())
    return found.hexdigest()[:32]


def _sources(root: Path) -> list[Path]:
    """Models, migrations, and the whole of a room whose migrations run code: it is the room's own."""
    steps = list(root.glob("*/migrations/*.py"))
    rooms = {step.parent.parent for step in steps if "RunPython" in step.read_text(encoding="utf-8")}
    run = [path for room in rooms for path in room.rglob("*") if path.suffix in {".py", ".toml"}]
    return sorted({*steps, *root.glob("*/models.py"), *root.glob("*/models/*.py"), *run})


@pytest.fixture(scope="session")
def django_db_keepdb(_kept: Path | None, django_db_modify_db_settings: None) -> bool:
    """Whether the database is there before the migrations: they find nothing to do then."""
    if _kept is None or not _kept.exists():
        return False
    shutil.copy(_kept, settings.DATABASES["default"]["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker, _kept: Path | None) -> Iterator[None]:
    """The database of this process; whoever commits leaves it as it was made."""
    copies = connection.vendor == "sqlite"
    with pytest.MonkeyPatch.context() as patch, closing(sqlite3.connect(":memory:")) as made:
        if copies:
            with django_db_blocker.unblock():
                connection.ensure_connection()
                connection.connection.backup(made)
        if _kept is not None and not _kept.exists():
            _keep(made, _kept)

        def put_back(case: Any) -> None:
            if not copies:
                _flush(case)
                return
            # All pages are copied in milliseconds; a flush makes permissions and tax rates anew, one by one.
            connection.ensure_connection()
            made.backup(connection.connection)

        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        yield


def _keep(made: sqlite3.Connection, path: Path) -> None:
    """Keep the database at `path`, whole from the first moment on; those of earlier sources go."""
    for old in set(path.parent.glob("*.sqlite3")) - {path}:
        old.unlink(missing_ok=True)
    begun = path.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(begun)) as copy:
        made.backup(copy)
    begun.replace(path)


class _Editor:
    """As much of a schema editor as the guards need, outside of a migration."""

    def __init__(self) -> None:
        self.connection = connection

    def execute(self, statement: str) -> None:
        """Run one statement."""
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _flush(case: Any) -> None:
    """Empty all tables: the guards of `billing`, which refuse it, are away meanwhile, and what ships comes again."""
    guards.remove(apps, _Editor())
    guards.remove_years(apps, _Editor())
    try:
        EMPTY(case)
    finally:
        guards.install(apps, _Editor())
        guards.install_years(apps, _Editor())
        shipped.ship(apps, _Editor())
