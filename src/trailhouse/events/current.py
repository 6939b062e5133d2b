"""The event store of this process: set once by whoever opens it, asked for by those who read."""

from trailhouse.events.store import Store, StoreUnavailable

_store: Store | None = None


def use(store: Store | None) -> None:
    """Make `store` this process's store; None when it is closed."""
    global _store
    _store = store


def store() -> Store:
    """The store of this process. Raises StoreUnavailable while there is none."""
    if _store is None:
        raise StoreUnavailable("the event store is not open in this process")
    return _store
