"""Yearly sites that have outgrown their tier: charged for the larger one after a notice. Part of the services.

Looked at on each billing day. The difference is charged pro rata from the billing day that comes after the notice.
"""

from datetime import date, datetime, timedelta

from trailhouse.billing import quoting, telling
from trailhouse.billing.book import Interval
from trailhouse.billing.correcting import correct_year
from trailhouse.billing.limits import Limits
from trailhouse.billing.measuring import Days, keep_quote, windows_of
from trailhouse.billing.models import BillingAccount, BillingEvent, Quote, Subscription
from trailhouse.billing.periods import is_billing_date, next_billing_date
from trailhouse.billing.shifting import note
from trailhouse.billing.values import book_of, tier_of

TOLD = "upgrade_told"


def look(
    billing: BillingAccount,
    one: Subscription,
    meter: Days,
    on: date,
    at: datetime,
    limits: Limits,
    *,
    now: datetime,
) -> None:
    """On the billing day `on`: carry out an upgrade whose day has come, or tell of one that is due."""
    if one.interval != Interval.YEARLY or one.paid_until is None or one.paid_until <= on:
        return
    blocks = windows_of([one], meter, on)[one.pk]
    grown = quoting.upgrade_due(book_of(billing), blocks, tier_of(one, book_of(billing)))
    told = BillingEvent.objects.filter(subscription=one, transition=TOLD, at__gte=at - timedelta(days=366))
    due = [event for event in told if date.fromisoformat(event.details["on"]) == on]
    if grown is None:
        return  # it has shrunk again: what was told is dropped
    if due:
        quote = keep_quote(one, Quote.Reason.UPGRADE, min(grown.pageviews, due[-1].details["tier"]), False, {}, at)
        correct_year(billing, one, quote, at, from_day=on, now=now)
    elif not any(date.fromisoformat(event.details["on"]) > on for event in told):
        _tell(billing, one, grown.pageviews, _first_day(billing, on + timedelta(days=limits.upgrade_notice)), at)


def _tell(billing: BillingAccount, one: Subscription, tier: int, on: date, at: datetime) -> None:
    if note(one, TOLD, f"{one.pk}/upgrade/{on}", at=at, tier=tier, on=on.isoformat()):
        telling.tell_tier(billing, one, on, at, tier=tier)


def _first_day(billing: BillingAccount, earliest: date) -> date:
    assert billing.billing_day is not None
    return (
        earliest if is_billing_date(billing.billing_day, earliest) else next_billing_date(billing.billing_day, earliest)
    )
