"""When a site's free trial begins and ends. Pure: dates alone; what a trial means for payment is `billing`'s matter."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from trailhouse.core.periods import start_of

LASTS = timedelta(days=28)
BEGINS_AT_LATEST = timedelta(days=14)  # after the site was added


@dataclass(frozen=True)
class Trial:
    """A trial as people read it: days of the account's time zone."""

    begun: bool  # a visit came; otherwise it begins by itself on `begins`
    begins: date
    last_day: date


@dataclass(frozen=True)
class NoTrial:
    """A site without the right to a trial: payment is due from its first day on."""


def trial_begins(first_counted: datetime | None, added: datetime) -> datetime:
    """With the first counted visit, or 14 days after adding if none came before."""
    latest = added + BEGINS_AT_LATEST
    return latest if first_counted is None else min(first_counted, latest)


def trial_ends(first_counted: datetime | None, added: datetime, account_zone: str) -> datetime:
    """The end of the trial, in UTC: the first midnight in `account_zone` at which 28 days (of 24 hours) have passed.

    It begins with `first_counted` or, if no visit came by then, 14 days after `added`. Both are aware.
    """
    zone = ZoneInfo(account_zone)
    over = trial_begins(first_counted, added) + LASTS
    day = over.astimezone(zone).date()
    while (midnight := start_of(day, zone)) < over:
        day += timedelta(days=1)
    return midnight


def trial_days(first_counted: datetime | None, added: datetime, account_zone: str) -> Trial:
    """The trial in days of `account_zone`; the last one is whole."""
    zone = ZoneInfo(account_zone)
    begins = trial_begins(first_counted, added)
    last_moment = trial_ends(first_counted, added, account_zone) - timedelta(microseconds=1)
    return Trial(first_counted is not None, begins.astimezone(zone).date(), last_moment.astimezone(zone).date())
