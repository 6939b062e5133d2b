"""When a subscription's payer is told something because time passed: beside the transitions, which tell by themselves.

Pure. A service gathers what is due and sends an account at most one mail a day.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from trailhouse.billing.limits import LIMITS, Limits
from trailhouse.billing.states import NO_DATES, Dates, State


class Notice(StrEnum):
    """What is told, or tried again."""

    TRIAL_ENDS = "trial_ends"
    REMINDER = "reminder"
    COUNTING_STOPS = "counting_stops"  # from here on visits are lost
    RETRY = "retry"  # the charge is tried again
    EXPORT_ENDS = "export_ends"
    DELETION_NEAR = "deletion_near"


def notices(
    state: State, since: datetime, limits: Limits = LIMITS, dates: Dates = NO_DATES
) -> list[tuple[datetime, Notice]]:
    """What is due while that state lasts, and when, the earliest first; also what lies in the past by now."""
    return sorted(_notices(state, since, limits, dates))


def due_between(
    moments: Iterable[tuple[datetime, Notice]], after: datetime, now: datetime
) -> list[tuple[datetime, Notice]]:
    """Those that have come due after `after` and until `now`."""
    return [(when, what) for when, what in moments if after < when <= now]


def _notices(state: State, since: datetime, limits: Limits, dates: Dates) -> Iterable[tuple[datetime, Notice]]:
    match state:
        case State.TRIAL if dates.trial_ends:
            # A short trial, granted once more, has no day so long before its end.
            moments = (dates.trial_ends - timedelta(days=before) for before in limits.trial_notices)
            yield from ((moment, Notice.TRIAL_ENDS) for moment in moments if moment > since)
        case State.DUE:
            yield from _after(since, limits.reminders, Notice.REMINDER)
            yield from _after(since, (limits.due_counts,), Notice.COUNTING_STOPS)
        case State.PAST_DUE:
            yield from _after(dates.dunning_since or since, limits.retries, Notice.RETRY)
        case State.SUSPENDED:
            yield from _after(since, (limits.suspended_counts,), Notice.COUNTING_STOPS)
        case State.CANCELLED:
            yield from _after(since, (limits.export,), Notice.EXPORT_ENDS)
            yield from _after(since, (limits.deleted_after - limits.deletion_warning,), Notice.DELETION_NEAR)


def _after(since: datetime, days: Iterable[int], what: Notice) -> Iterable[tuple[datetime, Notice]]:
    return ((since + timedelta(days=count), what) for count in days)
