"""What the app does before it serves, and what it then says on the console."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from trailhouse.accounts import selectors, services
from trailhouse.accounts.models import Account
from trailhouse.core.errors import UserError
from trailhouse.core.settings import Settings, settings

_ADVISORY = 8_461_203_775  # any number that only this lock uses


def prepare() -> None:
    """Bring the control database up to date; cheap where it is. Safe to call from several processes at once.

    Raises UserError where a newer version wrote it: going back would lose what that version added.
    """
    if not _missing():
        return
    with _locked():
        if not _missing():  # another process was first
            return
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)


def announce(own: Settings) -> None:
    """Print where the product is and, while they are needed, the links to look at the demo and to set it up."""
    print(f"Trailhouse: {own.url}", flush=True)
    demo = Account.objects.filter(demo=True).select_related("owner").first()
    if own.demo and demo is not None:
        print(f"  Sign in to the demo:  {own.url}/enter/{services.make_sign_in_link(demo.owner)}", flush=True)
    if not selectors.is_set_up():
        print(f"  Set it up as yours:   {own.url}/set-up/{services.make_setup_link()}  (works once)", flush=True)


def _on_disk() -> set[tuple[str, str]]:
    found = set()
    for config in apps.get_app_configs():
        directory = Path(config.path) / "migrations"
        names = (path.stem for path in directory.glob("[0-9]*.py"))
        found |= {(config.label, name) for name in names}
    return found


def _missing() -> set[tuple[str, str]]:
    """The migrations that the database has not seen, found without importing any."""
    recorder = MigrationRecorder(connection)
    applied = set(recorder.applied_migrations())
    known = _on_disk()
    if newer := sorted(applied - known):
        raise UserError(
            "database_is_newer",
            f"The database was written by a newer version ({newer[-1][0]} {newer[-1][1]}).",
            "Start that version, or restore a backup that this version made.",
        )
    return known - applied


@contextmanager
def _locked() -> Iterator[None]:
    """One process at a time, over all machines where the database is shared."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY])
        return
    path = settings().data / "migrations.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
