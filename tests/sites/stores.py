"""Events in the store, without a writer."""

import msgspec

from trailhouse.events.model import Event
from trailhouse.events.store import Store


def insert(store: Store, *events: Event) -> None:
    """Store `events` as they are."""
    store.insert_block("events", b"".join(msgspec.msgpack.encode(one)[3:] for one in events))
