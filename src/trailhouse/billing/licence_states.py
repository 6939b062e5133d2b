"""The life of a brand's licence: one table of what leads where, and what time alone brings. Pure.

As `states` for sites. A licence that is cancelled stays as it is to the end of what is paid: it only does not renew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from trailhouse.billing.limits import LIMITS, Limits


class LicenceState(StrEnum):
    """Where a licence stands."""

    NEW = "new"  # nothing was paid or granted yet
    ACTIVE = "active"
    PAST_DUE = "past_due"
    LAPSED = "lapsed"  # its year runs and is not paid
    ENDED = "ended"
    GRANTED = "granted"  # by the operator, without charge


class LicenceMove(StrEnum):
    """What happens to a licence; each is a billing event."""

    ACTIVATED = "licence_activated"  # on terms that allow payment on invoice
    PAID = "licence_paid"
    PAYMENT_FAILED = "licence_payment_failed"
    PAYMENT_LATE = "licence_payment_late"
    DUNNING_OVER = "licence_dunning_over"
    PERIOD_OVER = "licence_period_over"
    GRANTED = "licence_granted"
    GRANT_ENDED = "licence_grant_ended"
    REMOVED = "licence_removed"  # the brand is gone, or the account was closed


# In these the brand is shown.
SHOWN = frozenset({LicenceState.ACTIVE, LicenceState.PAST_DUE, LicenceState.GRANTED})
OVER = frozenset({LicenceState.NEW, LicenceState.ENDED})

_BEGINS = {
    LicenceMove.ACTIVATED: LicenceState.ACTIVE,
    LicenceMove.PAID: LicenceState.ACTIVE,
    LicenceMove.GRANTED: LicenceState.GRANTED,
}
_ENDS = {LicenceMove.PERIOD_OVER: LicenceState.ENDED, LicenceMove.REMOVED: LicenceState.ENDED}
_ARROWS: dict[LicenceState, dict[LicenceMove, LicenceState]] = {
    LicenceState.NEW: {**_BEGINS, LicenceMove.REMOVED: LicenceState.ENDED},
    LicenceState.ACTIVE: {
        **_BEGINS,  # paid once more: the difference to the licence with the logo
        **_ENDS,
        LicenceMove.PAYMENT_FAILED: LicenceState.PAST_DUE,
        LicenceMove.PAYMENT_LATE: LicenceState.PAST_DUE,
    },
    LicenceState.PAST_DUE: {
        LicenceMove.PAID: LicenceState.ACTIVE,
        LicenceMove.GRANTED: LicenceState.GRANTED,
        LicenceMove.DUNNING_OVER: LicenceState.LAPSED,
        **_ENDS,
    },
    LicenceState.LAPSED: {
        LicenceMove.PAID: LicenceState.ACTIVE,
        LicenceMove.GRANTED: LicenceState.GRANTED,
        **_ENDS,
    },
    LicenceState.ENDED: dict(_BEGINS),
    LicenceState.GRANTED: {
        LicenceMove.GRANTED: LicenceState.GRANTED,
        LicenceMove.GRANT_ENDED: LicenceState.ENDED,
        LicenceMove.REMOVED: LicenceState.ENDED,
    },
}


class IllegalMove(Exception):  # noqa: N818 - a refusal, not a bug
    """This cannot happen in that state: nothing was changed."""

    def __init__(self, state: LicenceState, what: LicenceMove) -> None:
        super().__init__(f"{what} cannot happen to a licence that is {state}")


def move(state: LicenceState, what: LicenceMove, *, paid: bool = False) -> LicenceState:
    """The state that follows. Raises IllegalMove where the table has no arrow.

    `paid`: days are paid that are yet to come, so that a grant that ends leads back to them.
    """
    after = _ARROWS[state].get(what)
    if after is None:
        raise IllegalMove(state, what)
    return LicenceState.ACTIVE if what is LicenceMove.GRANT_ENDED and paid else after


def can(state: LicenceState, what: LicenceMove) -> bool:
    """Whether it can happen in that state."""
    return what in _ARROWS[state]


@dataclass(frozen=True, slots=True)
class LicenceDates:
    """What a licence has waiting for it: the end of what is paid and of what is granted, and a missing payment."""

    period_ends: datetime | None = None
    granted_until: datetime | None = None
    dunning_since: datetime | None = None
    renews: bool = True


def timed(
    state: LicenceState, since: datetime, dates: LicenceDates, limits: Limits = LIMITS
) -> list[tuple[datetime, LicenceMove]]:
    """What time alone brings, the earliest first; also what lies in the past by now. A renewal is no move."""
    return sorted(_timed(state, since, dates, limits))


def _timed(
    state: LicenceState, since: datetime, dates: LicenceDates, limits: Limits
) -> Iterable[tuple[datetime, LicenceMove]]:
    renewed = state is LicenceState.ACTIVE and dates.renews
    paid = (LicenceState.ACTIVE, LicenceState.PAST_DUE, LicenceState.LAPSED)
    if state is LicenceState.PAST_DUE:
        yield lapses_at(since, dates, limits), LicenceMove.DUNNING_OVER
    if state in paid and dates.period_ends and not renewed:
        yield dates.period_ends, LicenceMove.PERIOD_OVER
    if state is LicenceState.GRANTED and dates.granted_until:
        yield dates.granted_until, LicenceMove.GRANT_ENDED


def lapses_at(since: datetime, dates: LicenceDates, limits: Limits = LIMITS) -> datetime:
    """When a licence that is past due lapses: after as many days as a site that is past due stays open."""
    return (dates.dunning_since or since) + timedelta(days=limits.suspended_after)


def shown_until(state: LicenceState, since: datetime, dates: LicenceDates, limits: Limits = LIMITS) -> datetime | None:
    """The moment from which the brand is not shown any more as things stand; None where it goes on by itself.

    `since` itself where it is not shown at all.
    """
    if state not in SHOWN:
        return since
    return next((when for when, _what in timed(state, since, dates, limits)), None)
