"""How a subscription changes its state: the one place, with its event, what it locks, and what is told.

Part of the services of `billing`. Callers hold the lock of the account's `BillingAccount`.
"""

from datetime import datetime
from typing import Any

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.billing.models import BillingEvent, Notice, Subscription
from trailhouse.billing.states import MEANINGS, State, Transition, counts_until, move
from trailhouse.billing.values import limits
from trailhouse.core import clock
from trailhouse.sites.locking import close_site

# What people did themselves is in the account's audit log as well.
AUDITED = "billing."


def shift(
    subscription: Subscription,
    transition: Transition,
    *,
    at: datetime,
    by: User | None = None,
    key: str = "",
    **changes: Any,
) -> bool:
    """Move `subscription` by `transition` at `at`, with further `changes` of its row; False where it was done already.

    `key` names what happens once; without it, it is the transition out of the present stretch of the present state.
    Raises states.IllegalTransition.
    """
    before = State(subscription.state)
    held = bool(subscription.held_because)
    after = move(before, transition, held=held, before=State(subscription.held_from) if held else None)
    key = key or f"{subscription.pk}/{before}/{transition}/{subscription.since.isoformat()}"
    details = {name: str(value) for name, value in changes.items()}
    _event, made = BillingEvent.objects.get_or_create(
        key=key,
        defaults={
            "account_id": subscription.account_id, "subscription": subscription, "transition": transition,
            "before": before, "after": after, "at": at, "by": by, "details": details,
        },
    )  # fmt: skip
    if not made:
        return False
    for name, value in (changes | {"state": after.value, "since": at}).items():
        setattr(subscription, name, value)
    subscription.save(update_fields=[*changes, "state", "since"])
    apply_state(subscription)
    if by is not None:
        record(f"{AUDITED}{transition}", account=subscription.account, by=by, subject=subscription.domain)
    return True


def note(
    subscription: Subscription, what: str, key: str, *, at: datetime, by: User | None = None, **details: Any
) -> bool:
    """Write an event that leaves the state as it is; False where it was written already."""
    _event, made = BillingEvent.objects.get_or_create(
        key=key,
        defaults={
            "account_id": subscription.account_id, "subscription": subscription, "transition": what,
            "before": subscription.state, "after": subscription.state, "at": at, "by": by, "details": details,
        },
    )  # fmt: skip
    if made and by is not None:
        record(f"{AUDITED}{what}", account=subscription.account, by=by, subject=subscription.domain)
    return made


def apply_state(subscription: Subscription, now: datetime | None = None) -> None:
    """Have the site locked or stopped as its state says at `now`; what counts only for a while is stopped in time."""
    if subscription.site_id is None:
        return
    state = State(subscription.state)
    until = counts_until(state, subscription.since, limits())
    stopped = until is not None and until <= (now or clock.now())
    close_site(subscription.site_id, locked=not MEANINGS[state].statistics, stopped=stopped)


def tell(subscription: Subscription, kind: str, key: str, *, at: datetime, **details: Any) -> bool:
    """Have the payer told once, in the next mail of the day; False where that was noted already."""
    _notice, made = Notice.objects.get_or_create(
        key=key,
        defaults={
            "account_id": subscription.account_id, "subscription": subscription, "kind": kind, "at": at,
            "details": details,
        },
    )  # fmt: skip
    return made
