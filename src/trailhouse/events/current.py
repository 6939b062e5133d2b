"""The event store of this process: opened by the app process at its start, used wherever a page asks a question."""

from trailhouse.events.store import Store, StoreUnavailable

_store: Store | None = None


def use(store: Store | None) -> None:
    """From now on, `store` is this process's."""
    global _store
    _store = store


def store() -> Store:
    """This process's store. Raises StoreUnavailable where none is open."""
    if _store is None:
        raise StoreUnavailable("this process has opened no event store")
    return _store
