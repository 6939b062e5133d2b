"""Several workers at once, each with a connection of its own: nothing is billed, numbered or booked twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from tests import people
from tests.billing import invariants, money
from trailhouse.accounts.models import Account
from trailhouse.accounts.services import NewPerson, create_account
from trailhouse.billing import activating, enrolment, receiving, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, BillingEvent, Document, PaidSpan, Payment, Subscription
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.sites.services import NewSite, add_site

pytestmark = pytest.mark.django_db(transaction=True)
QUIET = money.FlatMeter(0)


def _at_once(*work: Callable[[], object]) -> None:
    barrier = Barrier(len(work))

    def one(do: Callable[[], object]) -> None:
        try:
            barrier.wait()
            do()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        for future in [pool.submit(one, do) for do in work]:
            future.result()


def test_two_workers_make_one_invoice_a_site_and_period() -> None:
    with money.Time() as time:
        one = money.site("one.example")
        money.activate(one, days=QUIET)
        time.passes(days=70)
        now = clock.now()
        _at_once(*[lambda: tick.bring_up_to_date(one.account_id, QUIET, now)] * 2)
        starts = Counter(PaidSpan.objects.filter(subscription=one).values_list("start", flat=True))
        assert set(starts.values()) == {1}
        assert len(starts) == 3
        assert len(money.invoices()) == 3
        assert BillingEvent.objects.count() == len(set(BillingEvent.objects.values_list("key", flat=True)))
        invariants.check(people.account())


def test_numbers_have_no_gap_with_eight_threads() -> None:
    with money.Time():
        accounts = [_account(number) for number in range(8)]

        def work(account: Account) -> Callable[[], object]:
            def do() -> None:
                one = Subscription.objects.get(account=account)
                activating.activate(account, {one: Interval.MONTHLY}, by=None, days=QUIET)
                money_ = Money(10_000, "EUR")
                key = f"bank/{account.pk}"
                receiving.receive(account, money_, gateway="transfer", key=key, received_on=clock.now().date())

            return do

        _at_once(*[work(account) for account in accounts])
        numbers = sorted(Document.objects.values_list("number", flat=True))
        assert numbers == [f"2027-{number:06d}" for number in range(1, 9)]
        invariants.numbers_have_no_gap()


def test_the_same_payment_booked_by_two_workers_is_one() -> None:
    with money.Time():
        one = money.site("one.example")
        activating.activate(one.account, {one: Interval.MONTHLY}, by=None, days=QUIET)
        _at_once(*[lambda: money.pay(242, "bank/1")] * 2)
        assert Payment.objects.count() == len(money.invoices()) == 1
        invariants.check(people.account())


def _account(number: int) -> Account:
    new = NewPerson(f"p{number}@accounts.example", people.PASSWORD, account_name=f"A{number}")
    account = create_account(new).owner.accounts.get()
    billing = enrolment.billing_of(account)
    BillingAccount.objects.filter(pk=billing.pk).update(country="NL", look_at=clock.now() + timedelta(days=1))
    add_site(account, NewSite(f"site-{number}.example"), by=account.owner, mail=False)
    return account
