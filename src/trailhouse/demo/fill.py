"""Puts made-up traffic into the store: a year at first, later what has happened since, each moment once.

A batch number says through which second the batch goes, so the store itself knows how far it is filled. The batches
are the demo's own (writer WRITER), not those of the real writer, and its counters do not see them.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from trailhouse.core import clock
from trailhouse.demo.traffic import Traffic
from trailhouse.events import blocks, visitors
from trailhouse.events.model import Event
from trailhouse.events.store import Store

WRITER = 1
SPAN_MS = 396 * 86_400_000  # a year, and a month more to compare the present one with
LOOK_AHEAD_MS = 3_600_000


def filled_through(store: Store, traffic: Sequence[Traffic]) -> int:
    """The moment up to which the store holds the traffic of all these sites, in milliseconds; 0: it holds none."""
    rows = store.rows(
        "SELECT max(batch) FROM events WHERE site_id IN {sites:Array(UInt32)}"
        " AND batch BETWEEN {low:UInt64} AND {high:UInt64}",
        {"sites": [one.site_id for one in traffic], "low": WRITER << 32, "high": (WRITER + 1 << 32) - 1},
    )
    return (int(rows[0][0]) & 0xFFFF_FFFF) * 1000


def fill(store: Store, traffic: Sequence[Traffic], now_ms: int, span_ms: int = SPAN_MS) -> int:
    """Bring the store up to `now_ms`, beginning `span_ms` earlier; how many events were added. Again: none."""
    after = filled_through(store, traffic)
    if not after:
        after = now_ms - span_ms
        _add_titles(store, traffic, now_ms)
    until = now_ms // 1000 * 1000
    added = 0
    # The store takes one month while the next one is made; in order, because the last batch says how far it is filled.
    with ThreadPoolExecutor(1) as inserter:
        waiting: Future[int] | None = None
        while after < until:
            end = min(_next_month(after), until)
            events = [event for one in traffic for event in one.between(after, end)]
            added += waiting.result() if waiting else 0
            waiting = inserter.submit(_insert, store, events, end)
            after = end
        added += waiting.result() if waiting else 0
    return added


class Live:
    """Lets the traffic go on while the product runs."""

    def __init__(self, store: Store, traffic: Sequence[Traffic]) -> None:
        self._store = store
        self._traffic = traffic
        self._through = filled_through(store, traffic) or clock.now_ms() // 1000 * 1000
        self._known_until = self._through
        self._coming: list[Event] = []

    def step(self) -> int:
        """Add what has happened since the last call, at most once a second; how many events."""
        until = clock.now_ms() // 1000 * 1000
        while self._known_until < until:
            after, self._known_until = self._known_until, self._known_until + LOOK_AHEAD_MS
            self._coming += [event for one in self._traffic for event in one.between(after, self._known_until)]
        happened = [event for event in self._coming if event.ts < until]
        if happened:
            self._coming = [event for event in self._coming if event.ts >= until]
            for month in sorted({_next_month(event.ts) for event in happened}):
                _insert(self._store, [event for event in happened if _next_month(event.ts) == month], min(month, until))
        return len(happened)


def _insert(store: Store, events: list[Event], until_ms: int) -> int:
    """Insert events of one month as one block."""
    if events:
        number = (WRITER << 32) | until_ms // 1000
        for event in events:
            event.batch = number
        visitors.note(store, events, number)
        store.insert_block("events", blocks.of_events(events))
    return len(events)


def _add_titles(store: Store, traffic: Sequence[Traffic], now_ms: int) -> None:
    number = (WRITER << 32) | now_ms // 1000
    rows = [(one.site_id, number, now_ms, page.path, page.title) for one in traffic for page in one.site.pages]
    store.insert_block("titles", blocks.of_rows("titles", rows))


def _next_month(ms: int) -> int:
    """The first moment of the month after the one of `ms`, as the store parts it: in UTC."""
    moment = clock.from_ms(ms)
    return clock.to_ms(datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC))
