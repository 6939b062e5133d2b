"""The app process: Django's pages, the writer, the store and the jobs. It alone opens an embedded store."""

import argparse
import asyncio
import gc
import json
import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop

from trailhouse import processes
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import Settings
from trailhouse.core.settings import settings as read_settings
from trailhouse.events import counters, current, health, spool
from trailhouse.events.pace import HOUR_MS, MINUTE_MS, Pace
from trailhouse.events.registry import Registry
from trailhouse.events.store import Store
from trailhouse.events.writer import MOST_EVENTS, Writer

log = logging.getLogger("trailhouse.app")

NICENESS = 10  # the edge goes first
PAUSE_S = 0.8  # between two looks into the spool, so that an event is seen within two seconds
RETRY_S = 2.0
YIELD_S = 0.002
SCRATCH = "tmp"  # in the data directory

Handler = Callable[[dict[str, Any]], dict[str, Any]]


def open_store(settings: Settings) -> Store:
    """The event store as the settings describe it, with its schema up to date."""
    scratch = _own_scratch(settings.data / SCRATCH)
    store = Store(
        settings.store_url,
        memory_bytes=settings.store_memory_mb * 1_000_000,
        query_memory_bytes=settings.query_memory_mb * 1_000_000,
        query_seconds=settings.query_seconds,
        disk_reserve_bytes=settings.disk_reserve_mb * 1_000_000,
        backup_dir=scratch,
    )
    if store.embedded:  # it is locked, so whoever left something here has ended
        scratch.mkdir(parents=True, exist_ok=True, mode=0o700)  # whoever held the lock before may have tidied it away
        for left in scratch.parent.iterdir():
            if left != scratch:
                shutil.rmtree(left, ignore_errors=True)
    store.migrate()
    return store


def _rest_the_collector() -> None:
    """What is loaded by now stays; of the thousands of objects that a step of the writer makes, none is in a cycle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _own_scratch(directory: Path) -> Path:
    """A place for this process's temporary files, which hold events: a kill leaves them to the next process."""
    own = (directory / str(os.getpid())).absolute()
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True, mode=0o700)
    os.environ["TMPDIR"] = tempfile.tempdir = str(own)
    return own


class WriterThread(threading.Thread):
    """Moves events as long as it runs; whatever fails is logged and tried again."""

    def __init__(self, store: Store, directory: Path, data: Path) -> None:
        super().__init__(name="writer")
        self._store = store
        self._directory = directory
        self._registry = Registry(data)
        self.stopping = threading.Event()
        self.failing = False
        self.caught_up_ms = clock.now_ms()  # when it had last stored all that waited
        self.pause = threading.Lock()  # held by a backup while it takes its cut-off

    def run(self) -> None:
        """Step until stopped, and once more for what the edge spooled last."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        writer: Writer | None = None
        while True:
            last = self.stopping.is_set()
            try:
                with self.pause:
                    writer = writer or Writer(self._store, self._directory, self._registry)
                    self._registry.refresh()
                    taken = writer.step()
                self.failing = False
            except Exception as error:
                self._wait_out(error)
                taken = 0
            if last:
                break
            # Large batches are cheap to insert and to merge, so under load too it waits for one to gather. Behind, it
            # only rests a moment: a lock that is taken again at once never comes to whoever waits for it.
            behind = taken >= MOST_EVENTS // 2
            if not (self.failing or behind):
                self.caught_up_ms = clock.now_ms()
            self.stopping.wait(RETRY_S if self.failing else YIELD_S if behind else PAUSE_S)
        if writer is not None:
            writer.close()

    def _wait_out(self, error: Exception) -> None:
        self.failing = True
        what = "the writer waits: nothing is lost, what it could not store is in the spool"
        if isinstance(error, UserError):
            log.error("%s. %s", what, error)
        else:
            log.error(what, exc_info=error)


class App:
    """What the process holds, from start to stop."""

    def __init__(self, settings: Settings, roles: set[str]) -> None:
        self._settings = settings
        self._roles = roles
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._store: Store | None = None
        self._writer: WriterThread | None = None
        self._heart: Any = None
        self._pace = Pace()
        self._handlers: dict[str, Handler] = {"status": self._status}

    def start(self) -> Any:
        """Open everything, begin to work, and return the pages' ASGI application."""
        opening = threading.Thread(target=self._open_store)  # beside Django's own start
        opening.start()
        pages = self._pages()
        from trailhouse.accounts import startup

        startup.prepare()
        if self._settings.sandbox:
            from trailhouse.billing import sandbox

            sandbox.start()
        opening.join()
        if self._store is None:
            raise SystemExit(1)
        current.use(self._store)
        self._begin_work(self._store)
        self._handlers |= self._commands(self._store)
        _rest_the_collector()
        if "pages" not in self._roles:
            return self._route(_counts_only)
        startup.announce(self._settings)
        return self._route(pages)

    def _open_store(self) -> None:
        try:
            self._store = open_store(self._settings)
        except UserError as error:
            log.error("%s", error)
        except Exception:
            log.exception("the event store does not open")

    @staticmethod
    def _pages() -> Any:
        """Django's application; models can be imported once this has been called."""
        from trailhouse.asgi import application

        return application

    def _begin_work(self, store: Store) -> None:
        from trailhouse.jobs import table

        self._heart = table.Heart(store)
        if "writer" in self._roles:  # first of all: the collector counts as soon as it knows the sites
            self._do(table.publishing(self._settings.data))
            self._writer = WriterThread(store, self._settings.data / spool.DIRECTORY, self._settings.data)
            self._writer.start()
        if "jobs" in self._roles:
            self._do(table.background())
            self._do(table.deleting(store))
            self._do(table.billing(store))
            self._do(table.telling(store))
            self._do(table.posting())
            if self._settings.demo:
                self._do(table.demo(store, self._writer.pause if self._writer else nullcontext()))
        self._do(table.listening(self._heart, self._look))
        if "pages" in self._roles:
            from trailhouse.dashboard import account_figures

            self._do(table.reading(account_figures.renew, account_figures.RENEW_S))
        health.watch(self._vitals)

    def _do(self, jobs: tuple[Any, ...]) -> None:
        """Carry out jobs in a thread of their own, so that none waits for another's."""
        from trailhouse.jobs import table

        self._threads.append(table.start(jobs, self._stop))

    async def stop(self) -> None:
        """Finish the batch under way, and close the store."""
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._stop.set()
        if self._writer is not None:
            self._writer.stopping.set()
            self._writer.join(20)
        for thread in self._threads:
            thread.join(5)
        if self._store is not None:
            self._store.close()

    # -- what the command line and the edge ask

    def _look(self) -> None:
        numbers = counters.read(self._settings.data / spool.DIRECTORY)
        self._pace.note(clock.now_ms(), numbers.received)

    def _vitals(self) -> health.Vitals:
        writer, heart = self._writer, self._heart
        return health.Vitals(
            writer_fails=writer is not None and writer.failing,
            canary_lost=heart.lost,
            canary_ms=heart.age_ms,
            behind_ms=clock.now_ms() - writer.caught_up_ms if writer else None,
            minute=self._pace.within(MINUTE_MS),
            hour=self._pace.within(HOUR_MS),
        )

    def _status(self, payload: dict[str, Any]) -> dict[str, Any]:
        red = [trouble.code for trouble in health.of_app(self._vitals())] if self._heart else []
        return {"live": True, "red": red}

    @staticmethod
    def _gauges(payload: dict[str, Any]) -> dict[str, Any]:
        """What the app alone knows of the figures of /metrics."""
        from trailhouse.outbox.health import work

        known = health.vitals()
        ages = {"canary_age_seconds": known.canary_ms, "writer_behind_seconds": known.behind_ms}
        seconds = {name: ms // 1000 for name, ms in ages.items() if ms is not None}
        return asdict(work()) | seconds

    def _commands(self, store: Store) -> dict[str, Handler]:
        from trailhouse import backup, commands

        def save(payload: dict[str, Any]) -> dict[str, Any]:
            return backup.save(self._settings, store, Path(payload["directory"]), self._writer)

        return {
            "backup": save,
            "clock": lambda payload: commands.move_clock(store, payload),
            "gauges": self._gauges,
            "query": lambda payload: commands.answer_query(store, payload),
        }

    def _route(self, pages: Any) -> Any:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            path = scope["path"]
            if path.startswith("/internal/"):
                await self._internal(path.removeprefix("/internal/"), receive, send)
            else:
                await pages(scope, receive, send)

        return application

    async def _internal(self, name: str, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = await asyncio.to_thread(self._carry_out, name, body)
        content = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _carry_out(self, name: str, body: bytes) -> tuple[int, dict[str, Any]]:
        try:
            handler = self._handlers.get(name)
            if handler is None:
                raise UserError("unknown_command", f"The app process knows no {name}.", status=404)
            return 200, handler(json.loads(body or b"{}"))
        except UserError as error:
            known = {"code": error.code, "message": error.message, "hint": error.hint, "status": error.status}
            return error.status, {"error": known}
        except Exception as error:
            log.exception("%s failed", name)
            return 500, {"error": {"code": "failed", "message": f"{name} failed: {error}", "hint": "See the log."}}


async def _counts_only(scope: Any, receive: Any, send: Any) -> None:
    """What a machine that shows no pages answers in their place."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"This machine counts visits; it shows no pages.\n"})


async def _run(settings: Settings, roles: set[str]) -> None:
    app = App(settings, roles)
    application = await asyncio.to_thread(app.start)
    settings.app_socket.unlink(missing_ok=True)
    serving = asyncio.ensure_future(processes.serve(application, app.stop, uds=settings.app_socket))
    while not settings.app_socket.exists() and not serving.done():
        await asyncio.sleep(0.01)
    if not serving.done():
        settings.app_socket.chmod(0o600)  # the data directory is its owner's alone, and so is the socket
    await serving


def main(arguments: list[str]) -> None:
    """Run the app process; started by the supervisor."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--roles", default="pages,writer,jobs")
    parser.add_argument("--parent", type=int)
    options = parser.parse_args(arguments)
    settings = read_settings()
    processes.begin(settings, options.parent)
    os.nice(NICENESS)
    try:
        uvloop.run(_run(settings, set(options.roles.split(","))))
    except UserError as error:
        log.error("%s", error)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
