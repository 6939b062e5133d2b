"""Backup of everything while it runs, and restore onto an empty machine.

What is copied, and in which order, makes the copies fit together without stopping the collector: the writer pauses
between two batches; the store and the writer's own file are copied as they stand then; the spool's files come after, so
they hold everything that was acknowledged and is not in the store. After a restore the writer goes on from there, and
counts each batch whose end was uncertain. The salts are left out: a backup must not be able to recognise anybody.
"""

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from trailhouse.connections import SQLITE_FILE
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import Settings
from trailhouse.events import counters, frozen, spool, visitor_erasures
from trailhouse.events.store import DATABASE, Store

if TYPE_CHECKING:
    from trailhouse.app import WriterThread

MANIFEST = "manifest.json"
FORMAT = 1
SALT_TABLE = "sites_salt"


def save(settings: Settings, store: Store, target: Path, writer: "WriterThread | None") -> dict[str, Any]:
    """Write a backup into the new directory `target`; its manifest. It appears whole or not at all."""
    _check_target(settings, target)
    assert store.backup_dir is not None
    partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}.partial")
    partial.mkdir(parents=True, mode=0o700)
    try:
        with _paused(writer):
            numbers = counters.read(settings.data / spool.DIRECTORY)
            rows = _save_store(store, store.backup_dir, partial)
            _copy_sqlite(settings.data / spool.DIRECTORY / frozen.FILE, partial / spool.DIRECTORY / frozen.FILE)
            # Still in the pause: the writer deletes what it has moved on.
            for file in spool.files(settings.data / spool.DIRECTORY):
                _copy_sqlite(file, partial / spool.DIRECTORY / file.name)
        _save_database(settings, store.backup_dir, partial)
        _save_files(settings, partial)
        manifest = {
            "format": FORMAT,
            "made": clock.now().isoformat(),
            "stored_rows": rows,
            "stored": numbers.stored,
            "files": dict(_checksums(partial)),
        }
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
        _sync(partial)
        partial.rename(target)
        _sync_one(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return {key: manifest[key] for key in ("made", "stored_rows")} | {"directory": str(target)}


def restore(settings: Settings, source: Path) -> dict[str, Any]:
    """Bring the backup in `source` back into the empty data directory; what was brought back.

    Raises UserError for a damaged backup, and where the data directory is in use: nothing is changed then.
    """
    manifest = _check_source(settings, source)
    data = settings.data
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = data / f"{secrets.token_hex(4)}.partial"
    partial.mkdir(mode=0o700)
    try:
        rows = _bring_back(replace(settings, data=partial), source, manifest)
        _sync(partial)
        # The database comes last: without it nothing is served, and half a restore is noticed.
        for path in sorted(partial.iterdir(), key=lambda path: path.name == SQLITE_FILE):
            path.rename(data / path.name)
        _sync_one(data)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    numbers = counters.read(data / spool.DIRECTORY)
    return {"made": manifest["made"], "stored_rows": rows, "queued": numbers.queued}


def _bring_back(settings: Settings, source: Path, manifest: dict[str, Any]) -> int:
    data = settings.data
    for name in ("secret_key", SQLITE_FILE):
        if (source / name).exists():
            shutil.copy2(source / name, data / name)
    for name in ("geo", "brands", spool.DIRECTORY):
        if (source / name).is_dir():
            shutil.copytree(source / name, data / name)
    erased = _erased(source, settings.data.parent)
    visitor_erasures.write(data / visitor_erasures.FILE, erased)
    rows = _restore_store(settings, source, erased)
    if rows != manifest["stored_rows"]:
        raise UserError(
            "restore_incomplete",
            f"The store holds {rows} events after the restore, the backup was made with {manifest['stored_rows']}.",
            "Use another backup, and please report this one.",
        )
    with closing(frozen.Frozen(data / spool.DIRECTORY)) as own:
        own.renew_writer()  # a number that was used after the backup is never used again
    return rows


# -- saving


def _check_target(settings: Settings, target: Path) -> None:
    _refuse_servers(settings)
    if target.exists():
        raise UserError("directory_exists", f"{target} exists already.", "Name a directory that does not exist yet.")


def _refuse_servers(settings: Settings) -> None:
    if not settings.store_url.startswith("chdb:"):
        raise UserError(
            "backup_of_server",
            "The event store is a ClickHouse server.",
            "Use its own BACKUP and RESTORE, and pg_dump for the database; see docs/backup.md.",
        )
    if settings.database_url:
        raise UserError(
            "backup_of_server", "The database is a PostgreSQL server.", "Use pg_dump for it; see docs/backup.md."
        )


@contextmanager
def _paused(writer: "WriterThread | None") -> Iterator[None]:
    if writer is None:
        yield
    else:
        with writer.pause:
            yield


def _save_store(store: Store, allowed: Path, partial: Path) -> int:
    """Have the engine write its backup where it may, and move it to where it belongs; the rows it holds."""
    scratch = allowed / secrets.token_hex(6)
    try:
        store.command(f"BACKUP DATABASE {DATABASE} TO File({_quoted(scratch)})")
        rows = int(store.rows("SELECT count() FROM events")[0][0])
        shutil.move(scratch, partial / "store")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return rows


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)


def _save_database(settings: Settings, scratch: Path, partial: Path) -> None:
    """Copy the database without its salts; whatever happens meanwhile, the backup's own place never sees them."""
    copy = scratch / f"{secrets.token_hex(6)}.sqlite3"
    try:
        _copy_sqlite(settings.data / SQLITE_FILE, copy)
        if not copy.exists():
            return
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (SALT_TABLE,)).fetchone():
                db.execute(f"DELETE FROM {SALT_TABLE}")
            db.execute("VACUUM")  # what was deleted must not lie in a free page
        shutil.move(copy, partial / SQLITE_FILE)
    finally:
        for path in scratch.glob(f"{copy.name}*"):
            path.unlink()


def _save_files(settings: Settings, partial: Path) -> None:
    for name in ("secret_key", visitor_erasures.FILE):
        if (settings.data / name).exists():
            shutil.copy2(settings.data / name, partial / name)
    for name in ("geo", "brands"):
        if (settings.data / name).is_dir():
            shutil.copytree(settings.data / name, partial / name)


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file() and path.name != MANIFEST)


def _checksums(directory: Path) -> Iterator[tuple[str, str]]:
    for path in _files(directory):
        with path.open("rb") as file:
            yield str(path.relative_to(directory)), hashlib.file_digest(file, "sha256").hexdigest()


def _sync(directory: Path) -> None:
    for path in [*directory.rglob("*"), directory]:
        if not path.is_symlink():
            _sync_one(path)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


# -- restoring


def _check_source(settings: Settings, source: Path) -> dict[str, Any]:
    _refuse_servers(settings)
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise UserError("no_backup", f"{source} is no backup: {error}.", "Name a directory that backup made.") from None
    if manifest.get("format") != FORMAT:
        raise UserError("backup_is_newer", f"{source} was made by another version.", "Restore it with that version.")
    damaged = [name for name, digest in manifest["files"].items() if not _is_sound(source / name, digest)]
    if damaged:
        raise UserError("backup_damaged", f"{source} is damaged: {', '.join(damaged[:3])}.", "Use another backup.")
    there = [settings.data / name for name in (SQLITE_FILE, "store", spool.DIRECTORY, "secret_key", "geo", "brands")]
    for path in [*there, Path(urlsplit(settings.store_url).path)]:
        if path.exists():
            raise UserError(
                "data_exists",
                f"{settings.data} holds data already ({path.name}).",
                "Stop the server and name an empty directory with --data.",
            )
    return manifest


def _is_sound(path: Path, digest: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _erased(source: Path, data: Path) -> list[visitor_erasures.Erased]:
    """Whom a restore erases again: also who was erased since the backup, as far as any file here still tells.

    That of the data directory may have stayed, or been put there; backups beside this one may be newer.
    """
    beside = [folder / visitor_erasures.FILE for folder in sorted(source.absolute().parent.iterdir())]
    files = [data / visitor_erasures.FILE, *(file for file in beside if os.access(file, os.R_OK))]
    return [one for file in files for one in visitor_erasures.read(file)]


def _restore_store(settings: Settings, source: Path, erased: list[visitor_erasures.Erased]) -> int:
    """Bring the store back; how many events it held in the backup. Visitors erased since are erased again."""
    store = Store(settings.store_url, backup_dir=source.absolute())
    try:
        store.command(f"RESTORE DATABASE {DATABASE} FROM File({_quoted(source.absolute() / 'store')})")
        store.migrate()
        rows = int(store.rows("SELECT count() FROM events")[0][0])
        visitor_erasures.again(store, erased)
        return rows
    finally:
        store.close()
