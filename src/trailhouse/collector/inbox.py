"""Works off what has arrived together, and has each group put on disk before its requests are answered."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from trailhouse.collector.draft import Drop
from trailhouse.events.model import Spooled
from trailhouse.events.spool import Group, Left, Sample, Spool

log = logging.getLogger(__name__)

_MOST_WAITING = 20_000
_SAMPLES_A_SECOND = 20  # of all reasons together; of one site and reason it is one

Arrival = TypeVar("Arrival")
Written = asyncio.Future[int]


class Inbox(Generic[Arrival]):
    """Arrivals become events in one go for each turn of the loop, and one transaction for each turn of the disk.

    `work` makes the events of one arrival; what it raises is the answer to that arrival alone. One arrival after the
    other in a tight loop costs half of what it costs between reading and answering requests. While a group is on its
    way to disk, the next one fills.
    """

    def __init__(self, spool: Spool, work: Callable[[Arrival], Sequence[Spooled | Drop]]) -> None:
        self._spool = spool
        self._work = work
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._running: asyncio.Task[None] | None = None
        self._arrived: list[tuple[Arrival, Written]] = []
        self._second = 0
        self._sampled: set[tuple[int, str]] = set()
        self._begin()

    def _begin(self) -> None:
        self._spooled: list[Spooled] = []
        self._left: dict[tuple[int, int, str], int] = {}
        self._samples: dict[tuple[int, str], Sample] = {}
        self._waiting: list[tuple[Written, int]] = []

    @property
    def full(self) -> bool:
        """Whether more is waiting than a disk that works would leave."""
        return len(self._spooled) + len(self._arrived) >= _MOST_WAITING

    def put(self, arrival: Arrival) -> Written:
        """Take one request; the future tells how many of its events were left out, once all of it is on disk.

        It ends with the error of `work`, or with what kept the group from the disk.
        """
        loop = asyncio.get_running_loop()
        written = loop.create_future()
        if not self._arrived:
            loop.call_soon(self._work_off)
        self._arrived.append((arrival, written))
        return written

    def note(self, sample: Sample) -> None:
        """Send a sample along that is no event: the canary."""
        self._samples[sample.site_id, sample.reason] = sample
        self._wait(asyncio.get_running_loop().create_future(), 0)

    def _work_off(self) -> None:
        arrived, self._arrived = self._arrived, []
        for arrival, written in arrived:
            try:
                outcomes = self._work(arrival)
            except Exception as error:
                _end(written, error)
                continue
            dropped = 0
            for outcome in outcomes:
                if isinstance(outcome, Spooled):
                    self._spooled.append(outcome)
                else:
                    dropped += 1
                    self._leave_out(outcome.sample)
            self._wait(written, dropped)

    def _leave_out(self, sample: Sample) -> None:
        key = (sample.site_id, sample.ts // 86_400_000, sample.reason)
        self._left[key] = self._left.get(key, 0) + 1
        second = int(time.monotonic())
        if second != self._second:
            self._second = second
            self._sampled = set()
        kind = (sample.site_id, sample.reason)
        if kind not in self._sampled and len(self._sampled) < _SAMPLES_A_SECOND:
            self._sampled.add(kind)
            self._samples[kind] = sample

    def _wait(self, written: Written, dropped: int) -> None:
        self._waiting.append((written, dropped))
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._write())

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
                for written, _ in waiting:
                    _end(written, NotWritten(str(error)))
            else:
                for written, dropped in waiting:
                    if not written.done():
                        written.set_result(dropped)
        self._running = None

    async def close(self) -> None:
        """Wait until everything that was put is on disk, and close the spool."""
        while self._arrived or self._running is not None:
            await (self._running or asyncio.sleep(0))
        self._thread.shutdown()
        self._spool.close()


class NotWritten(Exception):  # noqa: N818 - a state that the client waits out
    """The disk did not take the group; the text says why."""


def _end(written: Written, error: Exception) -> None:
    if not written.done():
        written.set_exception(error)
        written.exception()  # marks it as seen: nobody waits for the canary's
