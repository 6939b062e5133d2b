"""A whole account, walked at random: whatever its payer, the operator and time do, its money stays in order."""

import os
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import people
from tests.billing import brands, invariants, money
from trailhouse.accounts.models import Account
from trailhouse.billing import activating, changes, licences, receiving, settling, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, BillingEvent, Document, Payment, Subscription
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money
from trailhouse.sites.models import Site

which = st.integers(0, 99)


class Walk(RuleBasedStateMachine):
    """An account with sites; each step takes a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.sites = self.payments = 0
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.time = money.Time()
        self.time.__enter__()
        self.meter = money.FlatMeter(400)
        self.account: Account = money.account()
        self.brand = brands.brand()
        brands.publish()

    def teardown(self) -> None:
        self.time.__exit__()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(terms=st.sampled_from([None, None, 14, 30]), choice=st.sampled_from(["", "", "monthly", "yearly"]))
    def begin(self, terms: int | None, choice: str) -> None:
        BillingAccount.objects.filter(account=self.account).update(terms_days=terms, at_trial_end=choice)
        self.add(400)
        self.add(10)

    def any(self, number: int) -> Subscription | None:
        rows = list(Subscription.objects.filter(account=self.account).select_related("site", "account").order_by("pk"))
        return rows[number % len(rows)] if rows else None

    @rule(per_day=st.sampled_from([0, 10, 400, 4_000]))
    def add(self, per_day: int) -> None:
        self.time.passes(minutes=1)
        self.sites += 1
        made = money.site(f"site-{self.sites}.example", visited=per_day > 0)
        self.meter.by_site[made.site_number] = per_day

    @rule(days=st.integers(1, 20))
    def days_pass(self, days: int) -> None:
        self.time.passes(days=days)
        self.run()

    @rule(days=st.integers(25, 95))
    def weeks_pass(self, days: int) -> None:
        self.time.passes(days=days)
        self.run()

    @rule(days=st.integers(1, 40))
    def time_passes_without_the_job(self, days: int) -> None:
        self.time.passes(days=days)

    @rule()
    def run(self) -> None:
        """The job, and once more: the second time nothing happens."""
        self.time.passes(minutes=1)
        for _again in range(2):
            assert tick.run(self.meter) <= 1
            looked = BillingAccount.objects.get(account=self.account).look_at
            assert looked is None or looked > clock.now()
            counts = Document.objects.count(), BillingEvent.objects.count()
            BillingAccount.objects.update(look_at=clock.now())
        assert (Document.objects.count(), BillingEvent.objects.count()) == counts

    @rule(interval=st.sampled_from(Interval), first=which, count=st.integers(1, 5))
    def activate(self, interval: Interval, first: int, count: int) -> None:
        self.time.passes(minutes=1)
        rows = [one for one in Subscription.objects.filter(account=self.account) if activating.can_be_activated(one)]
        chosen = [rows[(first + step) % len(rows)] for step in range(min(count, len(rows)))]
        if chosen:
            activating.activate(self.account, dict.fromkeys(chosen, interval), by=people.reseller(), days=self.meter)

    def pay(self, amount: int, sites: tuple[int, ...] = ()) -> None:
        self.payments += 1
        today = clock.now().date()
        given = Money(amount, "EUR")
        receiving.receive(
            self.account, given, gateway="transfer", key=f"bank/{self.payments}", received_on=today, sites=sites
        )

    @rule()
    def pay_all(self) -> None:
        self.time.passes(minutes=1)
        request = activating.open_request(self.account)
        owed = sum(line.owed for line in settling.open_lines(settling.unpaid(self.account)))
        owed += request.total if request else 0
        if owed:
            self.pay(owed)

    @rule(amount=st.integers(1, 40_000), site=which)
    def pay_something(self, amount: int, site: int) -> None:
        self.time.passes(minutes=1)
        chosen = self.any(site)
        self.pay(amount, (chosen.pk,) if chosen else ())

    @rule(number=which, part=st.integers(1, 100))
    def take_back(self, number: int, part: int) -> None:
        self.time.passes(minutes=1)
        rows = list(Payment.objects.filter(account=self.account, amount__gt=0).order_by("pk"))
        if rows:
            one = rows[number % len(rows)]
            left = one.amount + sum(back.amount for back in one.refunded_by.all())
            if left:
                self.payments += 1
                amount = max(1, left * part // 100)
                receiving.take_back(one, f"back/{self.payments}", amount=amount, note="disputed")

    @rule(number=which, what=st.sampled_from(["cancel", "keep", "pause", "unpause", "remove_now"]))
    def payer_does(self, number: int, what: str) -> None:
        self.time.passes(minutes=1)
        one = self.any(number)
        with suppress(UserError):
            if one:
                getattr(changes, what)(one, by=people.reseller())

    @rule(number=which, interval=st.sampled_from(Interval))
    def payer_changes_interval(self, number: int, interval: Interval) -> None:
        self.time.passes(minutes=1)
        one = self.any(number)
        with suppress(UserError):
            if one:
                changes.set_interval(one, interval, by=people.reseller())

    @rule(number=which, what=st.sampled_from(["grant_free", "end_free", "grant_trial", "suspend", "restore"]))
    def operator_does(self, number: int, what: str) -> None:
        self.time.passes(minutes=1)
        one = self.any(number)
        more = {"because": "spam"} if what == "suspend" else {}
        with suppress(UserError):
            if one:
                getattr(changes, what)(one, by=people.operator(), **more)

    @rule(logo=st.booleans())
    def a_licence_is_ordered(self, logo: bool) -> None:
        self.time.passes(minutes=1)
        with suppress(UserError):
            licences.order(self.brand, logo=logo, by=people.reseller())

    @rule(what=st.sampled_from(["cancel", "keep", "end_grant", "grant", "drop"]), days=st.integers(1, 200))
    def a_licence_is_changed(self, what: str, days: int) -> None:
        self.time.passes(minutes=1)
        one = licences.licence_of(self.brand)
        until = clock.now().date() + timedelta(days=days)
        with suppress(UserError):
            if what == "grant":
                licences.grant(self.brand, logo=days % 2 == 0, until=until, by=people.operator())
            elif what == "drop":
                licences.drop_logo(one, drop=days % 2 == 0, by=people.reseller())
            else:
                getattr(licences, what)(one, by=people.operator())

    @rule(days=st.integers(300, 400))
    def a_year_passes(self, days: int) -> None:
        self.time.passes(days=days)
        self.run()

    @rule(number=which)
    def a_site_is_deleted(self, number: int) -> None:
        self.time.passes(minutes=1)
        one = self.any(number)
        if one and one.site_id and number % 3 == 0:
            Site.objects.get(subscription=one).delete()

    @invariant()
    def all_is_in_order(self) -> None:
        invariants.check(self.account)


@pytest.mark.django_db
def test_whatever_an_account_does_its_money_stays_in_order() -> None:
    few = settings(
        max_examples=int(os.environ.get("WALKS", "4")), stateful_step_count=30, deadline=None, database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Walk, settings=few)
