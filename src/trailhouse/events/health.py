"""Whether a machine works: its app process, its spool, its disk, its clock and its settings.

`of_machine` is what /health goes by; `trailhouse doctor` and the operator's console ask the same functions.
"""

import ctypes
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from trailhouse.core import clock
from trailhouse.core.health import State, Trouble
from trailhouse.core.settings import Settings
from trailhouse.events.counters import Counters

WAITING = 1_000_000  # queued events that are worth a look
BUILT = datetime(2025, 11, 1, tzinfo=UTC)  # no clock that goes right shows less
LOW_MB = 2_000  # above the reserve: worth a look
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised


@dataclass(frozen=True)
class Vitals:
    """What an app process knows of its own work. Ages are in milliseconds, None where nobody knows (yet).

    `canary_ms`: since the newest canary came back. `behind_ms`: since the writer had stored all that waited.
    `minute` and `hour`: events that came in within the last one.
    """

    writer_fails: bool = False
    canary_lost: bool = False
    canary_ms: int | None = None
    behind_ms: int | None = None
    minute: int | None = None
    hour: int | None = None


@dataclass(frozen=True)
class Disk:
    """The room on the disk of the data directory, in MB."""

    free: int
    reserve: int


_vitals: Callable[[], Vitals] = Vitals


def watch(look: Callable[[], Vitals]) -> None:
    """Have `vitals` ask `look` from now on; called once by the app process."""
    global _vitals
    _vitals = look


def vitals() -> Vitals:
    """What this process knows of its own work."""
    return _vitals()


def disk(own: Settings) -> Disk:
    """The room where the data directory is, or will be."""
    there = next(path for path in (own.data.absolute(), *own.data.absolute().parents) if path.exists())
    return Disk(shutil.disk_usage(there).free // 1_000_000, own.disk_reserve_mb)


def of_machine(own: Settings, known: Vitals | None, numbers: Counters) -> list[Trouble]:
    """All that turns /health red, and what is worth a look. `known` is None where the app process does not answer."""
    return [*of_app(known), *of_spool(own, numbers), *of_disk(disk(own))]


def of_app(known: Vitals | None) -> Iterator[Trouble]:
    """What is wrong with the app process."""
    if known is None:
        yield Trouble("app", State.RED)
        return
    if known.writer_fails:
        yield Trouble("writer", State.RED)
    if known.canary_lost:
        yield Trouble("canary", State.RED)


def of_spool(own: Settings, numbers: Counters) -> Iterator[Trouble]:
    """What is wrong with the events on their way."""
    if numbers.corrupt or numbers.lost:
        yield Trouble("spool", State.RED, {"corrupt": numbers.corrupt, "lost": numbers.lost})
    if not numbers.balanced:
        yield Trouble("numbers", State.RED)
    if numbers.spool_bytes > spool_limit(own):
        yield Trouble("spool_full", State.RED, {"used": numbers.spool_bytes // 1_000_000})
    if numbers.queued > WAITING:
        yield Trouble("queue", State.WARN, {"queued": numbers.queued})


def spool_limit(own: Settings) -> int:
    """The bytes that the spool files of this machine may hold together."""
    return own.spool_limit_mb * 1_000_000 * own.workers


def of_disk(room: Disk) -> Iterator[Trouble]:
    """What is wrong with the room on the disk."""
    values = {"free": room.free, "reserve": room.reserve}
    if room.free <= room.reserve:
        yield Trouble("disk", State.RED, values)
    elif room.free <= room.reserve + LOW_MB:
        yield Trouble("disk_low", State.WARN, values)


def of_settings(own: Settings) -> Iterator[Trouble]:
    """What in the settings is no good for a public server."""
    if own.url.startswith("http://") and "://127.0.0.1" not in own.url and "://localhost" not in own.url:
        yield Trouble("clear_text", State.WARN)
    if own.debug:
        yield Trouble("debug", State.WARN)


def of_clock(newest: datetime | None) -> Iterator[Trouble]:
    """What is wrong with the clock. `newest` is the latest moment that this instance has noted."""
    now = clock.now()
    if now < BUILT or (newest is not None and newest > now + timedelta(minutes=5)):
        yield Trouble("clock", State.RED, {"now": f"{now:%Y-%m-%d %H:%M}"})
    elif _is_adrift():
        yield Trouble("adrift", State.WARN)


def _is_adrift() -> bool:
    """Whether the kernel says that no time service disciplines its clock."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))) == _TIME_ERROR
    except (OSError, AttributeError):
        return False
