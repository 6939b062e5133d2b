"""The one clock: everything that needs the time asks here, so tests can set it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from time import time_ns
from zoneinfo import available_timezones

_source: Callable[[], int] = time_ns


def now_ms() -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return _source() // 1_000_000


def now() -> datetime:
    """The present moment as an aware datetime in UTC, to the millisecond."""
    return from_ms(now_ms())


def from_ms(ms: int) -> datetime:
    """The aware UTC datetime of `ms` milliseconds since 1970, without rounding through a float."""
    seconds, rest = divmod(ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime; a naive one is a bug and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


@cache
def zones() -> frozenset[str]:
    """The names of all time zones; found once, because Python reads hundreds of files for them."""
    return frozenset(available_timezones())


def run_ahead(seconds: int) -> None:
    """Have the clock of this process run so many seconds ahead of the machine's; for the test clock of a sandbox."""
    global _source
    _source = (lambda: time_ns() + seconds * 1_000_000_000) if seconds else time_ns


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` (aware) for the length of the `with` block; for tests and demos."""
    global _source
    before, fixed = _source, to_ms(moment) * 1_000_000
    _source = lambda: fixed  # noqa: E731
    try:
        yield
    finally:
        _source = before
