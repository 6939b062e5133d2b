"""Events in the store, without a writer."""

from trailhouse.events import blocks
from trailhouse.events.model import Event
from trailhouse.events.store import Store


def insert(store: Store, *events: Event) -> None:
    """Store `events` as they are."""
    store.insert_block("events", blocks.of_events(list(events)))
