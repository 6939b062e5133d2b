"""Stitches events into visits. Pure: events in, the visit of each out."""

from collections.abc import Iterable
from hashlib import blake2b
from operator import attrgetter
from struct import Struct

from trailhouse.events.model import ENGAGEMENT, VISIT_COLUMNS, Event

# A visit ends after a day at the latest: the salt that made its visitor id is destroyed then, and a report knows how
# far behind a period's end the visits that started in it can reach.
LONGEST_VISIT_MS = 86_400_000
LONGEST_TIMEOUT_MS = 240 * 60_000  # of the visit timeouts that a site may choose

_pack = Struct("<IQq").pack
# Of a visit's first event. Its path is the entry path.
_attributes = attrgetter(*("path" if name == "entry_path" else name for name in VISIT_COLUMNS))


def visit_id(site_id: int, visitor_id: int, started_ms: int) -> int:
    """The id of the visit that `visitor_id` began at `started_ms`: the same events always make the same visit."""
    digest = blake2b(_pack(site_id, visitor_id, started_ms), digest_size=8).digest()
    return int.from_bytes(digest, "little")


class Visit:
    """One running visit: its id, its bounds in milliseconds, and the attributes that each of its events carries."""

    __slots__ = ("attributes", "before", "first_seen", "last", "person", "started", "visit_id", "visitor_id")

    def __init__(self, visit_id: int, visitor_id: int, started: int, last: int, attributes: tuple[str, ...]) -> None:
        self.visit_id = visit_id
        self.visitor_id = visitor_id
        self.started = started
        self.last = last
        self.attributes = attributes
        # Of whom it is where that is known, and the starts of their first visit and of the one before (0: none).
        self.person = 0
        self.first_seen = 0
        self.before = 0

    def recognise(self, person: int, starts: Iterable[int]) -> None:
        """Note whose visit it is; `starts` are those of the person's visits, in milliseconds."""
        self.person = person
        self.first_seen = min((self.started, *starts))
        self.before = max((start for start in starts if start < self.started), default=0)

    def takes(self, ts: int, timeout_ms: int) -> bool:
        """Whether an event at `ts` belongs to this visit: no gap longer than the timeout on either side."""
        return self.started - timeout_ms <= ts <= self.last + timeout_ms and abs(ts - self.started) <= LONGEST_VISIT_MS


class Stitcher:
    """Knows the running visits of each visitor and tells of every event which visit it belongs to."""

    def __init__(self) -> None:
        # A visitor has one running visit; a late event may have opened or brought back an older one beside it.
        self._running: dict[tuple[int, int], list[Visit]] = {}

    def __len__(self) -> int:
        return len(self._running)

    def remember(self, site_id: int, visit: Visit) -> None:
        """Take over a visit; one that is known already is only prolonged."""
        visits = self._running.setdefault((site_id, visit.visitor_id), [])
        for known in visits:
            if known.visit_id == visit.visit_id:
                known.last = max(known.last, visit.last)
                return
        visits.append(visit)

    def running(self, event: Event, other_visitor_id: int, timeout_ms: int) -> Visit | None:
        """The visit that `event` continues, under either of its visitor ids."""
        site_id, ts = event.site_id, event.ts
        for visitor_id in (event.visitor_id, other_visitor_id):
            for visit in self._running.get((site_id, visitor_id), ()):
                if visit.takes(ts, timeout_ms):
                    return visit
        return None

    def stitch(self, event: Event, other_visitor_id: int, timeout_ms: int) -> Visit | None:
        """The visit of `event`; None for an engagement ping outside a running visit, which counts nowhere.

        Events come in the order of their time, as far as that is known.
        """
        visit = self.running(event, other_visitor_id, timeout_ms)
        if visit is not None:
            visit.last = max(visit.last, event.ts)
        elif event.name != ENGAGEMENT:
            number = visit_id(event.site_id, event.visitor_id, event.ts)
            visit = Visit(number, event.visitor_id, event.ts, event.ts, _attributes(event))
            self.remember(event.site_id, visit)
        return visit

    def forget_before(self, ms: int) -> None:
        """Drop the visits whose last event is older than `ms`."""
        kept = {key: [visit for visit in visits if visit.last >= ms] for key, visits in self._running.items()}
        self._running = {key: visits for key, visits in kept.items() if visits}
