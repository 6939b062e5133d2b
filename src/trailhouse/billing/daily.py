"""What is looked at once a day for every site that is paid for: how much of its tier it uses, and whether it sleeps.

Part of the services of `billing`.
"""

from datetime import date, timedelta

from django.db import transaction

from trailhouse.billing import quoting, telling
from trailhouse.billing.book import Interval
from trailhouse.billing.enrolment import billing_on
from trailhouse.billing.measuring import Days
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.shifting import tell
from trailhouse.billing.states import State
from trailhouse.billing.values import PAYING, book_of, day_of, limits, same_limits, tier_of
from trailhouse.core import clock

AT_ONCE = 500


def look(meter: Days) -> int:
    """Tell of tiers that are nearly or wholly used and of sites that nobody visits; how many notices. Idempotent.

    Nothing while billing is not on.
    """
    if not billing_on():
        return 0
    told = 0
    numbers = list(Subscription.objects.filter(state__in=PAYING).order_by("pk").values_list("pk", flat=True))
    with same_limits():
        for place in range(0, len(numbers), AT_ONCE):
            told += _look(numbers[place : place + AT_ONCE], meter)
    return told


@transaction.atomic
def _look(numbers: list[int], meter: Days) -> int:
    today = clock.now().date()
    span = max(quoting.WINDOW, limits().idle_pause)
    rows = list(Subscription.objects.filter(pk__in=numbers).select_related("account", "site"))
    days = meter.days(rows, today - timedelta(days=span), today + timedelta(days=1))
    billings = {
        one.account_id: one
        for one in BillingAccount.objects.filter(account__in={row.account_id for row in rows}).select_related("book")
    }
    return sum(_of(billings[row.account_id], row, days[row.pk]) for row in rows)


def _of(billing: BillingAccount, one: Subscription, days: dict[date, int]) -> int:
    at = clock.now()
    today = day_of(one.account, at)
    book = book_of(billing)
    tier = tier_of(one, book)
    told = 0
    running = quoting.running_28(days, today)
    reached = quoting.notice_reached(running, tier)
    if reached is not None:
        # Once for each 28 days: their number since 1970 names them.
        block = today.toordinal() // quoting.WINDOW
        told += tell(one, f"used_{reached}", f"{one.pk}/used/{reached}/{block}", at=at, pageviews=str(tier.pageviews))
    if quoting.above_last(book, running):
        telling.tell_operator_of_size(one, running, at)
    sleeps = one.state == State.ACTIVE and one.interval == Interval.MONTHLY and not one.pause_on
    idle = limits().idle_pause
    counted_for = (today - (one.activated_on or today)).days
    if sleeps and counted_for >= idle and not any(days.get(today - timedelta(days=n), 0) for n in range(idle)):
        told += tell(one, "idle", f"{one.pk}/idle/{one.since.isoformat()}", at=at)
    return told
