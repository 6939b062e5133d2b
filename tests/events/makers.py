"""Events as the edge would make them, for tests of what comes after it."""

from datetime import UTC, datetime

import msgspec

from trailhouse.core import clock
from trailhouse.events.model import VISIT_COLUMNS, Event, Spooled
from trailhouse.events.spool import Group
from trailhouse.events.visits import Visit

NOON = clock.to_ms(datetime(2026, 3, 14, 12, tzinfo=UTC))
MINUTE = 60_000


def event(ts: int = NOON, **values: object) -> Event:
    """A pageview of `/` on site 1 by visitor 7, changed by `values`."""
    fields: dict[str, object] = dict.fromkeys(Event.__struct_fields__, "")
    numbers = dict.fromkeys(
        ("batch", "visit_id", "visit_started", "revenue", "revenue_amount", "scroll_depth", "engaged_ms"), 0
    )
    numbers |= {"person": 0, "first_seen": 0, "by_key": False}
    fields |= numbers
    fields |= {"site_id": 1, "origin": "live", "ts": ts, "visitor_id": 7, "name": "pageview", "interactive": True}
    fields |= {"hostname": "harbour-bakery.example", "path": "/", "source": "Direct", "channel": "Direct", "props": {}}
    return Event(**(fields | values))  # type: ignore[arg-type]


def completed(event: Event, visit: Visit) -> Event:
    """`event` as the store keeps it, with what it has of `visit`."""
    ids = {"visitor_id": visit.visitor_id, "visit_id": visit.visit_id, "visit_started": visit.started}
    return msgspec.structs.replace(event, **ids, **dict(zip(VISIT_COLUMNS, visit.attributes, strict=True)))


def group(*events: Event, other_visitor_id: int = 0) -> Group:
    """A group of the spool with these events."""
    return Group([Spooled(e, other_visitor_id) for e in events])
