"""What runs regularly: name, how often, function."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from trailhouse.accounts import inquiries, limits, second_step, sessions, vault
from trailhouse.accounts import services as accounts
from trailhouse.billing import charging, daily, tick
from trailhouse.billing.metering import Meter
from trailhouse.branding import domains
from trailhouse.core import clock
from trailhouse.digests import posting as reports
from trailhouse.digests import pruning as digests_pruning
from trailhouse.digests import watching
from trailhouse.events.model import CANARY
from trailhouse.events.store import Store
from trailhouse.exports import services as exports
from trailhouse.jobs import loop
from trailhouse.jobs.loop import Job
from trailhouse.outbox import pruning, runs, sending, working
from trailhouse.sites import closing, services, silence, upkeep, visitors

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
    def age_ms(self) -> int | None:
        """How long ago the newest canary was sent; None where none has come back since the start."""
        return clock.now_ms() - self._seen if self._seen else None

    @property
    def lost(self) -> bool:
        """No canary for five minutes."""
        return clock.now_ms() - max(self._seen, self._since) > HEARTBEAT_MS


def publishing(directory: Path) -> tuple[Job, ...]:
    """What a machine with an edge needs: the snapshot of its sites."""
    return (Job("publish sites", 0.5, lambda: services.publish(directory)),)


def listening(heart: Heart, look: Callable[[], object]) -> tuple[Job, ...]:
    """What each app process needs to know whether all is well; `look` takes down how many events have come."""
    return (Job("listen for the canary", 30, heart.listen), Job("count what comes in", 10, look))


def reading(renew: Callable[[], object], seconds: float) -> tuple[Job, ...]:
    """What each process that shows pages does ahead of its readers."""
    return (Job("renew the figures of many sites", seconds, renew),)


def background() -> tuple[Job, ...]:
    """What runs once for the whole instance."""
    return (
        Job("turn salts", 60, services.turn_salts),
        Job("prune links", 3600, accounts.prune_links),
        Job("carry out tasks", 1, working.carry_out_due),
        Job("remind of silence", 3600, silence.remind_of_silence),
        Job("take off lost second steps", 600, second_step.carry_out_due),
        Job("encrypt second steps", 3600, vault.renew),
        Job("check domains", 60, domains.check_due),
        Job("prune offers", 3600, upkeep.prune_offers),
        Job("delete exports", 3600, exports.delete_due),
        Job("prune mail", 3600, pruning.prune_mail),
        Job("prune inquiries", 3600, inquiries.prune),
        Job("prune sessions", 3600, sessions.prune_sessions),
        Job("prune limits", 3600, limits.prune),
        Job("forget old runs", 3600, runs.forget_gone),
    )


def deleting(store: Store) -> tuple[Job, ...]:
    """What deletes in the store, once for the whole instance. A day's events become due at midnight (UTC)."""
    return (
        Job("keep to retention", 3600, lambda: upkeep.keep_to_retention(store)),
        Job("erase visitors", 6 * 3600, lambda: visitors.tidy(store)),
        Job("delete sites", 600, lambda: upkeep.delete_due(store)),
        Job("delete closed accounts", 3600, lambda: closing.delete_closed(store)),
    )


def billing(store: Store) -> tuple[Job, ...]:
    """What bills accounts, once for the whole instance; nothing while billing is not on, but that days are closed."""
    meter = Meter(store)
    return (
        Job("close days", 3600, meter.close_days),
        Job("bill accounts", 60, lambda: tick.run(meter)),
        Job("collect payments", 5, charging.carry_out),
        Job("forget gateway events", 86_400, charging.forget_events),
        Job("look at tiers", 6 * 3600, lambda: daily.look(meter)),
    )


def telling(store: Store) -> tuple[Job, ...]:
    """What is seen and told of sites without anybody looking, once for the whole instance."""
    return (
        Job("send reports", 5, lambda: reports.send_due(store)),
        Job("look for first visits", 60, lambda: services.look_for_all_visits(store)),
        Job("watch sites", 300, lambda: watching.watch(store)),
        Job("prune reports", 3600, digests_pruning.prune),
    )


def posting() -> tuple[Job, ...]:
    """The postman, in a thread of its own: a mail server may be slow to answer."""
    return (Job("send mail", 1, sending.send_due),)


def demo(store: Store, pause: AbstractContextManager[object]) -> tuple[Job, ...]:
    """What keeps the demo going, a step at a time within `pause`; makes it first."""
    from trailhouse.demo import seed

    live = seed.start(store)

    def step() -> None:
        with pause:
            live.step()

    return (Job("demo traffic", 1, step),)


def start(jobs: tuple[Job, ...], stop: threading.Event) -> threading.Thread:
    """Carry out `jobs`, one after the other, in a thread of their own until `stop`."""
    thread = threading.Thread(target=loop.run, args=(jobs, stop), name=jobs[0].name, daemon=True)
    thread.start()
    return thread
