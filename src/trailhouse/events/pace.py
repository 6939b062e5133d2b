"""How many events came in lately: a counter that only grows, looked at now and then."""

from collections import deque

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


class Pace:
    """Remembers what a counter showed within the last hour."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()  # when (ms), and what it showed then

    def note(self, at_ms: int, count: int) -> None:
        """The counter shows `count`. One that has shrunk, or a clock that went back, begins anew."""
        if self._seen and (count < self._seen[-1][1] or at_ms < self._seen[-1][0]):
            self._seen.clear()
        self._seen.append((at_ms, count))
        while len(self._seen) > 1 and self._seen[1][0] <= at_ms - HOUR_MS:
            self._seen.popleft()  # the one that stays is an hour old, or all there is

    def within(self, span_ms: int) -> int | None:
        """How much it grew within the last `span_ms` before the newest look; None where it was not known that long.

        It is not looked at to the moment, so a slightly longer span is scaled to this one.
        """
        seen = tuple(self._seen)  # another thread may be looking
        if not seen:
            return None
        now, newest = seen[-1]
        before = next(((at, count) for at, count in reversed(seen) if at <= now - span_ms), None)
        return round((newest - before[1]) * span_ms / (now - before[0])) if before else None
