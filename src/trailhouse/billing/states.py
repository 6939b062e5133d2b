"""The life of a site's subscription: one table of what leads where, what each state means, and what time alone brings.

Pure. A service asks `move` where a transition leads, writes the new state with its billing event, and asks `timed`
again. All counts of days are settings of the operator (`Limits`); a day is 24 hours after the moment `since` at which
the state was entered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from trailhouse.billing.limits import LIMITS as LIMITS
from trailhouse.billing.limits import Limits as Limits


class State(StrEnum):
    """Where a subscription stands."""

    TRIAL = "trial"
    DUE = "due"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    CANCELLING = "cancelling"
    PAUSED = "paused"
    FREE = "free"
    CANCELLED = "cancelled"
    DELETED = "deleted"


class Transition(StrEnum):
    """What happens to a subscription; each is a billing event."""

    TRIAL_GRANTED = "trial_granted"  # by the operator, once more
    TRIAL_OVER = "trial_over"
    ACTIVATED = "activated"  # on terms that allow payment on invoice
    PAID = "paid"
    PAYMENT_FAILED = "payment_failed"  # a charge failed or was disputed
    PAYMENT_LATE = "payment_late"  # an invoice passed its date
    DUNNING_OVER = "dunning_over"
    SUSPENDED = "suspended"  # by the operator, with a reason
    RESTORED = "restored"  # by the operator
    SUSPENDED_TOO_LONG = "suspended_too_long"
    CANCEL = "cancel"  # by the payer, to the end of what is paid
    CANCEL_WITHDRAWN = "cancel_withdrawn"
    REMOVED = "removed"  # by the payer, at once, for credit
    PERIOD_OVER = "period_over"
    PAUSED = "paused"
    RESUMED = "resumed"
    FREE_GRANTED = "free_granted"
    FREE_ENDED = "free_ended"
    UNPAID_TOO_LONG = "unpaid_too_long"
    DELETED = "deleted"


class IllegalTransition(Exception):  # noqa: N818 - a refusal, not a bug
    """This cannot happen in that state: nothing was changed."""

    def __init__(self, state: State, transition: Transition, why: str = "") -> None:
        super().__init__(f"{transition} cannot happen to a subscription that is {state}{why and ': '}{why}")
        self.state = state
        self.transition = transition


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a state means while it lasts.

    `counts`: visits are counted: True, False, or the name of the limit that says for how many days. `statistics`: they
    can be looked at. `ranked`: the site counts for the reseller discount. `banner`: the open pages tell the payer
    that a payment is missing.
    """

    counts: bool | str
    statistics: bool
    ranked: bool = False
    banner: bool = False


MEANINGS: dict[State, Meaning] = {
    State.TRIAL: Meaning(counts=True, statistics=True),
    State.DUE: Meaning(counts="due_counts", statistics=False),
    State.ACTIVE: Meaning(counts=True, statistics=True, ranked=True),
    State.PAST_DUE: Meaning(counts=True, statistics=True, ranked=True, banner=True),
    State.SUSPENDED: Meaning(counts="suspended_counts", statistics=False),
    State.CANCELLING: Meaning(counts=True, statistics=True, ranked=True),
    State.PAUSED: Meaning(counts=False, statistics=True),
    State.FREE: Meaning(counts=True, statistics=True),
    State.CANCELLED: Meaning(counts=False, statistics=False),
    State.DELETED: Meaning(counts=False, statistics=False),
}

# Counted for the discount, besides those that the invoice itself activates.
RANKED = frozenset(state for state, meaning in MEANINGS.items() if meaning.ranked)
# A subscription begins in one of these: without the right to a trial it is due at once.
FIRST = frozenset({State.TRIAL, State.DUE, State.FREE})
# What an operator can suspend, and so what a restored site may go back to.
SUSPENDABLE = frozenset(set(State) - {State.SUSPENDED, State.CANCELLED, State.DELETED})

_ARROWS: dict[State, dict[Transition, State]] = {
    State.TRIAL: {
        Transition.TRIAL_OVER: State.DUE,
        Transition.ACTIVATED: State.ACTIVE,
        Transition.PAID: State.ACTIVE,
        Transition.CANCEL: State.CANCELLED,
        Transition.REMOVED: State.CANCELLED,
        Transition.FREE_GRANTED: State.FREE,
        Transition.SUSPENDED: State.SUSPENDED,
    },
    State.DUE: {
        Transition.ACTIVATED: State.ACTIVE,
        Transition.PAID: State.ACTIVE,
        Transition.PAYMENT_FAILED: State.DUE,
        Transition.UNPAID_TOO_LONG: State.CANCELLED,
        Transition.CANCEL: State.CANCELLED,
        Transition.REMOVED: State.CANCELLED,
        Transition.TRIAL_GRANTED: State.TRIAL,
        Transition.FREE_GRANTED: State.FREE,
        Transition.SUSPENDED: State.SUSPENDED,
    },
    State.ACTIVE: {
        Transition.PAID: State.ACTIVE,
        Transition.PAYMENT_FAILED: State.PAST_DUE,
        Transition.PAYMENT_LATE: State.PAST_DUE,
        Transition.CANCEL: State.CANCELLING,
        Transition.REMOVED: State.CANCELLED,
        Transition.PAUSED: State.PAUSED,
        Transition.FREE_GRANTED: State.FREE,
        Transition.SUSPENDED: State.SUSPENDED,
    },
    State.PAST_DUE: {
        Transition.PAID: State.ACTIVE,
        Transition.PAYMENT_FAILED: State.PAST_DUE,
        Transition.PAYMENT_LATE: State.PAST_DUE,
        Transition.DUNNING_OVER: State.SUSPENDED,
        # Nothing is paid that it could stay open for.
        Transition.CANCEL: State.CANCELLED,
        Transition.REMOVED: State.CANCELLED,
        Transition.FREE_GRANTED: State.FREE,
        Transition.SUSPENDED: State.SUSPENDED,
    },
    State.SUSPENDED: {
        Transition.PAID: State.ACTIVE,
        Transition.ACTIVATED: State.ACTIVE,
        Transition.PAYMENT_FAILED: State.SUSPENDED,
        Transition.RESTORED: State.ACTIVE,
        Transition.SUSPENDED: State.SUSPENDED,
        Transition.SUSPENDED_TOO_LONG: State.CANCELLED,
        Transition.CANCEL: State.CANCELLED,
        Transition.REMOVED: State.CANCELLED,
        Transition.FREE_GRANTED: State.FREE,
    },
    State.CANCELLING: {
        Transition.PAID: State.CANCELLING,
        Transition.PAYMENT_FAILED: State.CANCELLING,
        Transition.PAYMENT_LATE: State.CANCELLING,
        Transition.DUNNING_OVER: State.CANCELLED,
        Transition.CANCEL_WITHDRAWN: State.ACTIVE,
        Transition.PERIOD_OVER: State.CANCELLED,
        Transition.REMOVED: State.CANCELLED,
        Transition.FREE_GRANTED: State.FREE,
        Transition.SUSPENDED: State.SUSPENDED,
    },
    State.PAUSED: {
        Transition.RESUMED: State.ACTIVE,
        Transition.ACTIVATED: State.ACTIVE,
        Transition.PAID: State.ACTIVE,
        Transition.PAYMENT_FAILED: State.PAUSED,
        Transition.CANCEL: State.CANCELLED,
        Transition.REMOVED: State.CANCELLED,
        Transition.FREE_GRANTED: State.FREE,
        Transition.SUSPENDED: State.SUSPENDED,
    },
    State.FREE: {
        Transition.FREE_ENDED: State.DUE,
        Transition.CANCEL: State.CANCELLED,
        Transition.REMOVED: State.CANCELLED,
        Transition.SUSPENDED: State.SUSPENDED,
    },
    State.CANCELLED: {
        Transition.PAID: State.ACTIVE,
        Transition.ACTIVATED: State.ACTIVE,
        Transition.PAYMENT_FAILED: State.CANCELLED,
        Transition.TRIAL_GRANTED: State.TRIAL,
        Transition.FREE_GRANTED: State.FREE,
        Transition.DELETED: State.DELETED,
    },
    State.DELETED: {},
}

TRANSITIONS: dict[tuple[State, Transition], State] = {
    (state, transition): after for state, arrows in _ARROWS.items() for transition, after in arrows.items()
}

# What only time or money brings, which an operator's suspension holds back.
_HELD_BACK = frozenset({Transition.PAID, Transition.ACTIVATED, Transition.RESUMED})


def move(state: State, transition: Transition, *, held: bool = False, before: State | None = None) -> State:
    """The state that follows. Raises IllegalTransition where the table has no arrow.

    `held`: the operator has suspended the site and not restored it, also where it is cancelled by now; payment does
    not lift that. `before`: the state that the operator suspended, to which RESTORED goes back; without it the site is
    active.
    """
    after = TRANSITIONS.get((state, transition))
    if after is None:
        raise IllegalTransition(state, transition)
    if held and state in (State.SUSPENDED, State.CANCELLED) and transition in _HELD_BACK:
        raise IllegalTransition(state, transition, "the operator suspended it")
    if transition is Transition.RESTORED and before is not None:
        if before not in SUSPENDABLE:
            raise IllegalTransition(state, transition, f"it cannot go back to {before}")
        return before
    return after


def allowed(state: State, *, held: bool = False) -> frozenset[Transition]:
    """What can happen in that state."""
    stopped = _HELD_BACK if held and state in (State.SUSPENDED, State.CANCELLED) else frozenset()
    return frozenset(_ARROWS[state]) - stopped


def counts_until(state: State, since: datetime, limits: Limits = LIMITS) -> datetime | None:
    """The moment from which visits are not counted any more; None where they are as long as the state lasts.

    `since` itself where the state counts nothing.
    """
    counts = MEANINGS[state].counts
    if isinstance(counts, str):
        return since + timedelta(days=getattr(limits, counts))
    return None if counts else since


def counts_visits(state: State, since: datetime, now: datetime, limits: Limits = LIMITS) -> bool:
    """Whether visits of `now` are counted."""
    until = counts_until(state, since, limits)
    return until is None or now < until


@dataclass(frozen=True, slots=True)
class Dates:
    """What a subscription has waiting for it: the end of its trial, of its paid period, and a pause that was asked for.

    `dunning_since` is when the payment that is missing was found missing; without it, when the state was entered.
    """

    trial_ends: datetime | None = None
    period_ends: datetime | None = None
    pause_from: datetime | None = None
    dunning_since: datetime | None = None


NO_DATES = Dates()


def timed(
    state: State, since: datetime, limits: Limits = LIMITS, dates: Dates = NO_DATES
) -> list[tuple[datetime, Transition]]:
    """What time alone brings in that state, and when, the earliest first; also what lies in the past by now."""
    return sorted(_timed(state, since, limits, dates))


def _timed(state: State, since: datetime, limits: Limits, dates: Dates) -> Iterable[tuple[datetime, Transition]]:
    dunning = (dates.dunning_since or since) + timedelta(days=limits.suspended_after)
    match state:
        case State.TRIAL if dates.trial_ends:
            yield dates.trial_ends, Transition.TRIAL_OVER
        case State.DUE:
            yield since + timedelta(days=limits.due_cancelled), Transition.UNPAID_TOO_LONG
        case State.ACTIVE if dates.pause_from:
            yield dates.pause_from, Transition.PAUSED
        case State.PAST_DUE:
            yield dunning, Transition.DUNNING_OVER
        case State.SUSPENDED:
            yield since + timedelta(days=limits.suspended_cancelled), Transition.SUSPENDED_TOO_LONG
        case State.CANCELLING:
            if dates.dunning_since:
                yield dunning, Transition.DUNNING_OVER
            if dates.period_ends:
                yield dates.period_ends, Transition.PERIOD_OVER
        case State.CANCELLED:
            yield since + timedelta(days=limits.deleted_after), Transition.DELETED


def next_time(
    state: State, since: datetime, limits: Limits = LIMITS, dates: Dates = NO_DATES
) -> tuple[datetime, Transition] | None:
    """The first of `timed`; None where the state lasts until somebody acts."""
    return next(iter(timed(state, since, limits, dates)), None)


def revival_ends(cancelled_since: datetime, limits: Limits = LIMITS) -> datetime:
    """Until when a payment makes a cancelled site active again."""
    return cancelled_since + timedelta(days=limits.revival)


def export_ends(cancelled_since: datetime, limits: Limits = LIMITS) -> datetime:
    """Until when the statistics of a cancelled site can still be exported."""
    return cancelled_since + timedelta(days=limits.export)
