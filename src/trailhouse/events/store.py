"""The event store: one ClickHouse, embedded in this process or on a server, behind one small class.

An embedded engine is opened once a process and once a data directory; a lock file says who holds it. Its clients
serialise their calls, so each concurrent caller borrows a client of its own. Readers queue for a few; the writer does
not.
"""

import fcntl
import os
import queue
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module, resources
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from trailhouse.core.errors import UserError

DATABASE = "trailhouse"
LOCK_WAIT_S = 20.0

# An insert is on disk before it returns; the rest keeps merges safe and alive.
DURABILITY = (
    "fsync_after_insert=1, fsync_part_directory=1, min_rows_to_fsync_after_merge=1,"
    " min_compressed_bytes_to_fsync_after_merge=1, old_parts_lifetime=480,"
    " min_free_disk_bytes_to_perform_insert={reserve}"
)

_LONG_STATEMENTS = {"max_query_size": 8_000_000}  # each interval of a long period stands in its statement

Params = Mapping[str, Any]


class StoreUnavailable(UserError):  # noqa: N818 - a state that the caller waits out
    """The store cannot be reached or is locked just now; what is to be written waits in the spool."""

    def __init__(self, why: str, hint: str = "Visits are counted all the same. Try again in a moment.") -> None:
        super().__init__("store_away", f"The event store cannot be asked just now: {why}.", hint, status=503)


class Store:
    """Runs statements. Reads of pages and the API may run side by side; `size` is how many. What writes waits for none.

    `url` is `chdb:///path` (embedded) or `http(s)://user:password@host:port/database`. `memory_bytes` bounds the
    embedded engine, `query_memory_bytes` and `query_seconds` each read.
    """

    def __init__(
        self,
        url: str,
        *,
        size: int = 4,
        memory_bytes: int = 1_000_000_000,
        query_memory_bytes: int = 400_000_000,
        query_seconds: int = 20,
        disk_reserve_bytes: int = 0,
        backup_dir: Path | None = None,
    ) -> None:
        self.url = url
        self.backup_dir = backup_dir  # the one place below which the embedded engine writes and reads backups
        self._limits = {
            "max_memory_usage": query_memory_bytes,
            # What is larger goes on, on disk, which is slow: only where there is no room left for it.
            "max_bytes_before_external_group_by": query_memory_bytes * 3 // 4,
            "max_execution_time": query_seconds,
        }
        self._limits |= _LONG_STATEMENTS
        self._reserve = disk_reserve_bytes
        self._pool: queue.LifoQueue[Any] = queue.LifoQueue()
        self._free = threading.Semaphore(size)
        self._engine: Any = None
        self._lock_fd = -1
        self.embedded = url.startswith("chdb:")
        self.database = DATABASE if self.embedded else (urlsplit(url).path.strip("/") or DATABASE)
        if self.embedded:
            self._open_engine(Path(urlsplit(url).path), memory_bytes, backup_dir)

    # -- opening and closing

    def _open_engine(self, path: Path, memory_bytes: int, backup_dir: Path | None) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._lock_fd = _lock(path.with_name(path.name + ".lock"))
        chdb: Any = import_module("chdb")  # late and untyped: half a second that only the owner of the store spends
        options = {"max_server_memory_usage": memory_bytes, "mark_cache_size": 64_000_000}
        if backup_dir is not None:
            options["backups.allowed_path"] = str(backup_dir)  # type: ignore[assignment]
        try:
            self._engine = chdb.connect(f"{os.path.realpath(path)}?{urlencode(options)}")
            self._engine.query(f"CREATE DATABASE IF NOT EXISTS {self.database}")
        except RuntimeError as error:
            raise StoreUnavailable(str(error).rstrip(".")) from error

    def _connect(self) -> Any:
        import clickhouse_connect

        if self.embedded:
            dsn = f"chdb://{quote(os.path.realpath(urlsplit(self.url).path))}"
            return clickhouse_connect.get_client(dsn=dsn, database=self.database)
        settings = {"async_insert": 0, "wait_end_of_query": 1}
        scheme, rest = self.url.split("://", 1)
        return clickhouse_connect.get_client(
            dsn=f"clickhouse+{scheme}://{rest}", database=self.database, settings=settings
        )

    def close(self) -> None:
        """Close every client and the engine and give the lock back."""
        while not self._pool.empty():
            self._pool.get_nowait().close()
        if self._engine is not None:
            self._engine.close()
            self._engine = None
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """A client of the caller's own. Raises StoreUnavailable where the server does not answer."""
        try:
            client = self._pool.get_nowait()
        except queue.Empty:
            with self._reaching():
                client = self._connect()
        try:
            with self._reaching():
                yield client
        except BaseException:
            client.close()
            raise
        self._pool.put(client)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Tell a server that cannot be reached, whose errors carry no code, from one that refuses a statement."""
        from clickhouse_connect.driver.exceptions import OperationalError

        try:
            yield
        except OperationalError as error:
            if self.embedded or error.code is not None:
                raise
            raise StoreUnavailable(
                f"the server at {urlsplit(self.url).hostname} does not answer",
                "See that it runs and that TRAILHOUSE_STORE is right. Visits are counted all the same.",
            ) from error

    # -- statements

    def columns(self, sql: str, params: Params | None = None, **settings: Any) -> tuple[list[str], list[Sequence[Any]]]:
        """Run a SELECT within the read limits; the names and the columns of its answer."""
        with self._free:
            return self._columns(sql, params, self._limits | settings)

    def _columns(
        self, sql: str, params: Params | None, settings: Mapping[str, Any]
    ) -> tuple[list[str], list[Sequence[Any]]]:
        with self._client() as client:
            result = client.query(sql, parameters=dict(params or {}), settings=dict(settings), column_oriented=True)
            return list(result.column_names), list(result.result_columns)

    def rows(self, sql: str, params: Params | None = None, **settings: Any) -> list[tuple[Any, ...]]:
        """Run a SELECT within the read limits; its rows."""
        columns = self.columns(sql, params, **settings)[1]
        return list(zip(*columns, strict=True))

    def rows_at_once(self, sql: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """Run a SELECT that the writer needs to go on: its rows, without limits and without waiting for readers."""
        return list(zip(*self._columns(sql, params, _LONG_STATEMENTS)[1], strict=True))

    # -- files

    def formatted(self, sql: str, form: str, params: Params | None = None, **settings: Any) -> bytes:
        """Run a SELECT within the read limits; its answer as a file in the engine's format `form`."""
        with self._free, self._client() as client:
            own = self._limits | settings
            return bytes(client.raw_query(sql, parameters=dict(params or {}), settings=own, fmt=form))

    def save(self, sql: str, target: Path, form: str, params: Params | None = None, **settings: Any) -> None:
        """Run a SELECT within the read limits and write its answer to the file `target`, with flat memory."""
        own = self._limits | settings
        with self._free, self._client() as client:
            if self.embedded:
                into = f"INSERT INTO FUNCTION file('{_literal(target)}', '{form}')"
                client.command(f"{into} {sql}", parameters=dict(params or {}), settings=own)
                return
            own["wait_end_of_query"] = 0
            answer = client.raw_stream(sql, parameters=dict(params or {}), settings=own, fmt=form)
            with answer, target.open("wb") as file:
                shutil.copyfileobj(answer, file)

    def convert(self, source: Path, source_form: str, structure: str, target: Path, form: str) -> None:
        """Write what is in the file `source`, rows of `structure` in the format `source_form`, as another format."""
        with self._free, self._client() as client:
            if self.embedded:
                read = f"file('{_literal(source)}', '{source_form}', '{_literal(structure)}')"
                client.command(f"INSERT INTO FUNCTION file('{_literal(target)}', '{form}') SELECT * FROM {read}")
                return
            external = import_module("clickhouse_connect.driver.external")
            rows = external.ExternalData(
                data=source.read_bytes(), file_name="_rows", fmt=source_form, structure=structure
            )
            target.write_bytes(client.raw_query("SELECT * FROM _rows", fmt=form, external_data=rows))

    def command(self, sql: str, params: Params | None = None) -> Any:
        """Run a statement without a result set, without limits."""
        with self._client() as client:
            return client.command(sql, parameters=dict(params or {}))

    def insert_block(self, table: str, block: bytes) -> None:
        """Insert one block (see trailhouse.events.blocks), so that one part holds all its rows."""
        with self._client() as client:
            client.raw_insert(f"{self.database}.{table}", insert_block=block, fmt="Native")

    def count_batch(self, table: str, batch: int) -> int:
        """How many rows of frozen batch `batch` the table holds."""
        sql = f"SELECT count() FROM {self.database}.{table} WHERE batch = {{batch:UInt64}}"
        return int(self.rows_at_once(sql, {"batch": batch})[0][0])

    # -- schema

    def migrate(self) -> list[str]:
        """Apply the schema files that this store has not seen, in order; their names. Each is idempotent.

        Raises UserError where the store was written by a newer version.
        """
        engines = {
            "engine": "MergeTree",
            "replacing_engine": "ReplacingMergeTree(ts)",
            "durability": DURABILITY.format(reserve=self._reserve),
        }
        if not self.embedded:
            self._create_database()
        self.command(
            "CREATE TABLE IF NOT EXISTS schema_log (name String, applied DateTime DEFAULT now())"
            " ENGINE = MergeTree ORDER BY name"
        )
        done = {row[0] for row in self.rows("SELECT name FROM schema_log")}
        files = {f.name: f for f in resources.files("trailhouse.events.schema").iterdir() if f.name.endswith(".sql")}
        if newer := sorted(done - files.keys()):
            raise UserError(
                "store_is_newer",
                f"The event store was written by a newer version ({newer[-1]}).",
                "Start that version, or restore a backup that this version made.",
            )
        missing = sorted(files.keys() - done)
        for name in missing:
            self.command(_fill(files[name].read_text(), engines))
            self.command("INSERT INTO schema_log (name) VALUES ({name:String})", {"name": name})
        return missing

    def _create_database(self) -> None:
        database, self.database = self.database, "default"
        with self._client() as client:
            client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
            client.close()
        while not self._pool.empty():
            self._pool.get_nowait()
        self.database = database


def _literal(value: Path | str) -> str:
    """What stands between the quotes of a text in SQL."""
    return str(value).replace("\\", "\\\\").replace("'", "\\'")


def _fill(sql: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        sql = sql.replace("{" + name + "}", value)
    return sql


def _lock(path: Path) -> int:
    """Take the store's lock, waiting up to LOCK_WAIT_S for a process that is about to end."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = os.pread(fd, 64, 0).decode() or "unknown"
                os.close(fd)
                raise StoreUnavailable(
                    f"process {holder} holds it", "End that process, or wait until it has ended."
                ) from None
            time.sleep(0.05)
        else:
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
            return fd
