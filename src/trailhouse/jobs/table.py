"""What runs regularly: name, how often, function."""

import threading
from pathlib import Path

from trailhouse.core import clock
from trailhouse.events.model import CANARY
from trailhouse.events.store import Store
from trailhouse.jobs import loop
from trailhouse.jobs.loop import Job
from trailhouse.sites import services

HEARTBEAT_MS = 5 * 60_000


class Heart:
    """Whether the canary, which the edge sends once a minute, still arrives in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._since = clock.now_ms()
        self._seen = 0

    def listen(self) -> None:
        """Read back the newest canary."""
        rows = self._store.rows(
            "SELECT toUnixTimestamp64Milli(max(ts)) FROM quarantine"
            " WHERE site_id = 0 AND reason = {reason:String} AND ts > now() - INTERVAL 1 HOUR",
            {"reason": CANARY},
        )
        self._seen = max(self._seen, int(rows[0][0]))

    @property
    def lost(self) -> bool:
        """No canary for five minutes."""
        return clock.now_ms() - max(self._seen, self._since) > HEARTBEAT_MS


def publishing(directory: Path) -> tuple[Job, ...]:
    """What a machine with an edge needs: the snapshot of its sites."""
    return (Job("publish sites", 0.5, lambda: services.publish(directory)),)


def background(heart: Heart) -> tuple[Job, ...]:
    """What runs once for the whole instance."""
    return (
        Job("turn salts", 60, services.turn_salts),
        Job("listen for the canary", 30, heart.listen),
    )


def demo(store: Store) -> tuple[Job, ...]:
    """What keeps the demo going; makes it first."""
    from trailhouse.demo import seed

    return (Job("demo traffic", 1, seed.start(store).step),)


def start(jobs: tuple[Job, ...], stop: threading.Event) -> threading.Thread:
    """Carry out `jobs` in a thread of their own until `stop`."""
    thread = threading.Thread(target=loop.run, args=(jobs, stop), name="jobs", daemon=True)
    thread.start()
    return thread
