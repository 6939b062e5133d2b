"""Works off what has arrived together, and has each group put on disk before its requests are answered."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from trailhouse.collector.draft import Drop
from trailhouse.events.model import Spooled
from trailhouse.events.salts import DAY_MS
from trailhouse.events.spool import Group, Left, Sample, Spool

log = logging.getLogger(__name__)

_MOST_WAITING = 20_000
_SAMPLES_A_SECOND = 20  # of all reasons together; of one site and reason it is one

Arrival = TypeVar("Arrival")
Written = asyncio.Future[int]


class Inbox(Generic[Arrival]):
    """Takes arrivals, and puts what becomes of them on disk, a group at a time.

    `work` makes the events of one arrival; what it raises is the answer to that arrival alone. While a group is on its
    way to disk the next one gathers, and is worked off in one go: one arrival after the other in a tight loop costs
    half of what it costs between reading and answering requests.
    """

    def __init__(self, spool: Spool, work: Callable[[Arrival], Sequence[Spooled | Drop]]) -> None:
        self._spool = spool
        self._work = work
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._running: asyncio.Task[None] | None = None
        self._arrived: list[tuple[Arrival, Written]] = []
        self._noted: list[Sample] = []
        self._second = 0
        self._sampled: set[tuple[int, str]] = set()

    @property
    def full(self) -> bool:
        """Whether more is waiting than a disk that works would leave."""
        return len(self._arrived) >= _MOST_WAITING

    def put(self, arrival: Arrival) -> Written:
        """Take one request; the future tells how many of its events were left out, once all of it is on disk.

        It ends with the error of `work`, or with what kept the group from the disk.
        """
        written = asyncio.get_running_loop().create_future()
        self._arrived.append((arrival, written))
        self._begin()
        return written

    def note(self, sample: Sample) -> None:
        """Send a sample along that is no event: the canary."""
        self._noted.append(sample)
        self._begin()

    def _begin(self) -> None:
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._arrived or self._noted:
            group, waiting = self._gathered()
            if not (waiting or group.samples):
                continue
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

    def _gathered(self) -> tuple[Group, list[tuple[Written, int]]]:
        """What has arrived as one group, and who waits for it with how many events left out."""
        arrived, self._arrived = self._arrived, []
        noted, self._noted = self._noted, []
        spooled: list[Spooled] = []
        dropped: list[Sample] = []
        waiting = []
        for arrival, written in arrived:
            try:
                outcomes = self._work(arrival)
            except Exception as error:
                _end(written, error)
                continue
            before = len(dropped)
            for outcome in outcomes:
                if isinstance(outcome, Spooled):
                    spooled.append(outcome)
                else:
                    dropped.append(outcome.sample)
            waiting.append((written, len(dropped) - before))
        return Group(spooled, _counted(dropped), noted + self._some_of(dropped)), waiting

    def _some_of(self, dropped: list[Sample]) -> list[Sample]:
        """A few of what was left out, to look at."""
        second = int(time.monotonic())
        if second != self._second:
            self._second = second
            self._sampled = set()
        some = {}
        for sample in dropped:
            kind = (sample.site_id, sample.reason)
            if kind not in self._sampled and len(self._sampled) < _SAMPLES_A_SECOND:
                self._sampled.add(kind)
                some[kind] = sample
        return list(some.values())

    async def close(self) -> None:
        """Wait until everything that was put is on disk, and close the spool."""
        while self._running is not None:
            await self._running
        self._thread.shutdown()
        self._spool.close()


def _counted(dropped: list[Sample]) -> list[Left]:
    """How many were left out, by site, day and reason."""
    kinds = Counter((sample.site_id, sample.ts // DAY_MS, sample.reason) for sample in dropped)
    return [Left(site, day, reason, n) for (site, day, reason), n in kinds.items()]


class NotWritten(Exception):  # noqa: N818 - a state that the client waits out
    """The disk did not take the group; the text says why."""


def _end(written: Written, error: Exception) -> None:
    if not written.done():
        written.set_exception(error)
        written.exception()  # marks it as seen, also where nobody waits any more
