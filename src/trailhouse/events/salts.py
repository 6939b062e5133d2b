"""Which salt hashes whom: one a UTC day, made a day ahead, the last one kept until its visits have ended."""

from collections.abc import Iterable

import msgspec

from trailhouse.core import clock

DAY_MS = 86_400_000
BYTES = 32


class Salt(msgspec.Struct, frozen=True):
    """The key of one day's visitor ids; `day` counts days since 1970 in UTC."""

    day: int
    key: bytes


def day_of(ms: int) -> int:
    """The UTC day of a moment."""
    return ms // DAY_MS


def wanted_days(now_ms: int | None = None) -> range:
    """Yesterday (its visits may run for a day yet), today, and tomorrow, made ahead. Older salts are destroyed."""
    today = day_of(clock.now_ms() if now_ms is None else now_ms)
    return range(today - 1, today + 2)


class SaltBox:
    """The salts of a Snapshot by day."""

    def __init__(self, salts: Iterable[Salt]) -> None:
        self._keys = {salt.day: salt.key for salt in salts}
        self._last = max(self._keys, default=0)

    def pair(self, ms: int) -> tuple[bytes, bytes | None]:
        """The salt of that moment and the one before it, under which a visit may still run.

        Where the app was away for so long that no salt for the day was made, the last one stays in force: a visit
        counted twice is the lesser harm than one not counted. Raises LookupError where there is none at all.
        """
        day = day_of(ms)
        key = self._keys.get(day) or self._keys.get(self._last)
        if key is None:
            raise LookupError("no salt: the app has not written a snapshot yet")
        before = self._keys.get(day - 1)
        return key, before if before != key else None
