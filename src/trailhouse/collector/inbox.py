"""Gathers what waits into groups and has each put on disk before its requests are answered."""

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from trailhouse.collector.draft import Drop
from trailhouse.events.model import Spooled
from trailhouse.events.spool import Group, Left, Sample, Spool

log = logging.getLogger(__name__)

_MOST_WAITING = 20_000
_SAMPLES_A_GROUP = 5


class Inbox:
    """One waiting group and at most one being written. While a group is on its way to disk, the next one fills."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._running: asyncio.Task[None] | None = None
        self._begin()

    def _begin(self) -> None:
        self._spooled: list[Spooled] = []
        self._left: dict[tuple[int, int, str], int] = {}
        self._samples: dict[tuple[int, str], Sample] = {}
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def full(self) -> bool:
        """Whether more is waiting than a disk that works would leave."""
        return len(self._spooled) >= _MOST_WAITING

    def put(self, outcomes: Iterable[Spooled | Drop]) -> "asyncio.Future[None]":
        """Add the events of one request; the future ends when they are on disk, or with what kept them from there."""
        for outcome in outcomes:
            if isinstance(outcome, Spooled):
                self._spooled.append(outcome)
            else:
                self._leave_out(outcome.sample)
        # A future of its own for each request: one that is given up must not take the others along.
        loop = asyncio.get_running_loop()
        written = loop.create_future()
        self._waiting.append(written)
        if self._running is None:
            self._running = loop.create_task(self._write())
        return written

    def _leave_out(self, sample: Sample) -> None:
        key = (sample.site_id, sample.ts // 86_400_000, sample.reason)
        self._left[key] = self._left.get(key, 0) + 1
        if len(self._samples) < _SAMPLES_A_GROUP:
            self._samples[sample.site_id, sample.reason] = sample

    def note(self, sample: Sample) -> None:
        """Send a sample along that is no event: the canary."""
        self._samples[sample.site_id, sample.reason] = sample
        self.put(())

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group = Group(
                self._spooled,
                [Left(site, day, reason, n) for (site, day, reason), n in self._left.items()],
                list(self._samples.values()),
            )
            waiting = self._waiting
            self._begin()
            try:
                await loop.run_in_executor(self._thread, self._spool.append, group)
            except Exception as error:
                log.error("the spool took nothing: %s", error)
                _end(waiting, error)
            else:
                _end(waiting, None)
        self._running = None

    async def close(self) -> None:
        """Wait until everything that was put is on disk, and close the spool."""
        if self._running is not None:
            await self._running
        self._thread.shutdown()
        self._spool.close()


def _end(waiting: list["asyncio.Future[None]"], error: Exception | None) -> None:
    for future in waiting:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
            future.exception()  # marks it as seen: the canary's nobody waits for
