"""Money that comes and goes: booked once, put where it belongs, and what it opens."""

import pytest
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from hypothesis import example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from tests import people
from tests.billing import invariants, money
from trailhouse.billing import activating, changes, charging, gateways, receiving, refunding, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.gateways import Outcome
from trailhouse.billing.models import BillingAccount, Charge, Document, Payment, Request, Subscription
from trailhouse.billing.settling import balance, owed_on
from trailhouse.billing.states import State
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money

METER = money.FlatMeter(400)


class Card:
    """A gateway that keeps to its keys: the same key is one charge. It answers what `answers` says, then DONE."""

    name = "card"

    def __init__(self, *answers: Outcome | OSError) -> None:
        self.answers = list(answers)
        self.charged: dict[str, int] = {}

    def can_charge(self, billing: BillingAccount) -> bool:
        return True

    def charge(self, charge: Charge, billing: BillingAccount) -> Outcome:
        answer = self.answers.pop(0) if self.answers else Outcome(gateways.DONE)
        if isinstance(answer, OSError):
            self.charged[charge.key] = charge.amount
            raise answer
        if answer.state == gateways.DONE:
            self.charged[charge.key] = charge.amount
            return Outcome(gateways.DONE, external=f"ch_{charge.key}")
        return answer

    def refund(self, payment: Payment, amount: int, key: str) -> str:
        return key


@pytest.fixture
def card(time: money.Time, monkeypatch: pytest.MonkeyPatch) -> Card:
    made = Card()
    monkeypatch.setitem(gateways._found, "card", lambda: made)
    BillingAccount.objects.filter(account=money.account()).update(gateway="card")
    return made


def _on_terms(*domains: str) -> list[Document]:
    """Sites that are activated on terms, each invoiced alone."""
    BillingAccount.objects.filter(account=money.account()).update(terms_days=14)
    for domain in domains:
        money.activate(money.site(domain), days=METER)
    return money.invoices()


def test_the_same_money_is_booked_once(time: money.Time) -> None:
    first = money.pay(500, "bank/1")
    assert money.pay(500, "bank/1") == first
    assert balance(people.account()) == 500
    invariants.check(people.account())


def test_other_currencies_and_nothing_are_refused(time: money.Time) -> None:
    account = money.account()
    for amount in (Money(100, "USD"), Money(0, "EUR"), Money(-5, "EUR")):
        with pytest.raises(UserError):
            receiving.receive(account, amount, gateway="transfer", key="x", received_on=time.now.date())
    assert not Payment.objects.exists()


def test_activating_twice_asks_and_charges_once(time: money.Time) -> None:
    one = money.site("one.example")
    choices = {one: Interval.MONTHLY}
    first = activating.activate(one.account, choices, by=None, days=METER)
    assert activating.activate(one.account, choices, by=None, days=METER) == first
    money.pay_all()
    assert activating.activate(one.account, choices, by=None, days=METER) is None
    assert len(money.invoices()) == 1
    BillingAccount.objects.update(terms_days=14)
    two = money.site("two.example")
    for _twice in range(2):
        activating.activate(two.account, {two: Interval.MONTHLY}, by=None, days=METER)
    time.passes(days=1)
    tick.run(METER)
    tick.run(METER)
    assert len(money.invoices()) == 2


def test_a_part_payment_opens_as_many_sites_as_it_covers_and_the_rest_is_asked_for(time: money.Time) -> None:
    sites = [money.site(f"{name}.example") for name in ("one", "two", "three")]
    request = activating.activate(sites[0].account, dict.fromkeys(sites, Interval.MONTHLY), by=None, days=METER)
    assert request is not None
    money.pay(500)
    states = [one.state for one in Subscription.objects.order_by("pk")]
    assert states == [State.ACTIVE, State.ACTIVE, State.TRIAL]
    rest = activating.open_request(people.account())
    assert rest is not None
    assert [line.subscription_id for line in rest.lines.all()] == [sites[2].pk]
    money.pay(rest.total - balance(people.account()))
    assert Subscription.objects.filter(state=State.ACTIVE).count() == 3
    assert balance(people.account()) == 0
    invariants.check(people.account())


def test_the_sites_that_the_payer_chose_are_opened_first(time: money.Time) -> None:
    sites = [money.site(f"{name}.example") for name in ("one", "two", "three")]
    activating.activate(sites[0].account, dict.fromkeys(sites, Interval.MONTHLY), by=None, days=METER)
    money.pay(250, sites=[sites[2].pk])
    states = [one.state for one in Subscription.objects.order_by("pk")]
    assert states == [State.TRIAL, State.TRIAL, State.ACTIVE]


def test_a_part_of_a_request_has_the_discount_of_its_own_number(time: money.Time) -> None:
    sites = [money.site(f"s{number}.example") for number in range(12)]
    activating.activate(sites[0].account, dict.fromkeys(sites, Interval.MONTHLY), by=None, days=money.FlatMeter(0))
    money.pay(242)
    assert money.invoices()[0].lines.get().rate == 0


def test_credit_alone_opens_what_it_covers(time: money.Time) -> None:
    money.pay(5_000)
    one = money.site("one.example")
    request = activating.activate(one.account, {one: Interval.MONTHLY}, by=None, days=METER)
    assert request is not None
    assert request.state == Request.State.PAID
    one.refresh_from_db()
    assert one.state == State.ACTIVE
    assert balance(people.account()) == 5_000 - money.invoices()[0].total


def test_over_payments_are_credit_for_the_next_invoice(time: money.Time) -> None:
    one = money.site("one.example")
    activating.activate(one.account, {one: Interval.MONTHLY}, by=None, days=money.FlatMeter(0))
    money.pay(1_000)
    left = balance(people.account())
    assert left == 1_000 - money.invoices()[0].total
    time.passes(days=32)
    tick.run(money.FlatMeter(0))
    assert owed_on(money.invoices()[1]) == 0
    assert balance(people.account()) == left - money.invoices()[1].total
    invariants.check(people.account())


def test_a_payment_that_was_taken_back_twice_in_part_opens_what_it_paid_once(time: money.Time) -> None:
    money.activate(money.site("one.example"), days=METER)
    payment = Payment.objects.get()
    invoice = money.invoices()[0]
    receiving.take_back(payment, "back/1", amount=100, note="disputed")
    receiving.take_back(payment, "back/2", amount=payment.amount - 100, note="disputed")
    assert owed_on(invoice) == invoice.total
    assert Subscription.objects.get().state == State.PAST_DUE
    with pytest.raises(ValueError, match="cannot be taken back"):
        receiving.take_back(payment, "back/3", amount=1, note="disputed")
    money.pay_all()
    assert Subscription.objects.get().state == State.ACTIVE
    invariants.check(people.account())


def test_money_that_was_spent_as_credit_opens_what_the_credit_paid(time: money.Time) -> None:
    money.activate(money.site("one.example"), days=money.FlatMeter(0))
    over = money.pay(10_000)
    time.passes(days=32)
    tick.run(money.FlatMeter(0))
    paid_by_credit = money.invoices()[1]
    assert owed_on(paid_by_credit) == 0
    receiving.take_back(over, "back/1", note="disputed")
    assert owed_on(paid_by_credit) == paid_by_credit.total
    assert balance(people.account()) == 0
    invariants.check(people.account())


def test_a_dispute_long_after_the_invoice_gives_the_days_of_grace_from_then(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=METER, interval=Interval.YEARLY)
    time.passes(days=120)
    tick.run(METER)
    receiving.take_back(Payment.objects.get(), "back/1", note="disputed")
    tick.run(METER)
    one.refresh_from_db()
    assert (one.state, one.dunning_since) == (State.PAST_DUE, time.now)
    time.passes(days=13)
    tick.run(METER)
    one.refresh_from_db()
    assert one.state == State.PAST_DUE


def test_a_refund_after_a_credit_note_takes_the_credit_and_opens_nothing(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=METER, interval=Interval.YEARLY)
    time.passes(days=3)
    changes.remove_now(one, by=people.reseller())
    credit = balance(people.account())
    assert credit > 0
    refunding.refund(Payment.objects.get(), credit, "within 14 days", by=people.operator())
    assert balance(people.account()) == 0
    assert owed_on(money.invoices()[0]) == 0
    with pytest.raises(UserError):
        refunding.refund(Payment.objects.get(amount__gt=0), 10**6, "more", by=people.operator())
    invariants.check(people.account())


def test_another_payment_does_not_lift_what_a_failed_charge_left_open(card: Card, time: money.Time) -> None:
    one, two = money.site("one.example"), money.site("two.example")
    activating.activate(one.account, {one: Interval.MONTHLY, two: Interval.YEARLY}, by=None, days=METER)
    money.pay_all()
    card.answers.append(Outcome(gateways.FAILED, error="declined"))
    time.passes(days=32)
    tick.run(money.FlatMeter(0))
    charging.carry_out()
    one.refresh_from_db()
    assert one.state == State.PAST_DUE
    money.pay(1)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == (State.PAST_DUE, State.ACTIVE)
    time.passes(days=1, minutes=5)
    tick.run(money.FlatMeter(0))
    assert charging.carry_out() == 1  # tried again after a day
    one.refresh_from_db()
    assert one.state == State.ACTIVE
    invariants.check(people.account())


def test_a_timeout_after_the_charge_and_a_retry_are_one_payment(card: Card, time: money.Time) -> None:
    card.answers.append(TimeoutError("no answer"))
    one = money.site("one.example")
    request = activating.activate(one.account, {one: Interval.MONTHLY}, by=None, days=METER)
    billing = BillingAccount.objects.get()
    charging.ask(billing, request=request)
    charging.ask(billing, request=request)
    assert charging.carry_out() == 0
    assert charging.carry_out() == 0  # not asked about at once
    time.passes(minutes=5)
    assert charging.carry_out() == 1
    assert charging.carry_out() == 0
    assert len(card.charged) == Payment.objects.count() == len(money.invoices()) == 1
    charge = Charge.objects.get()
    charging.apply(charge, Outcome(gateways.DONE, external=charge.external))  # the webhook says it as well
    charging.apply(charge, Outcome(gateways.FAILED))  # late news
    assert Payment.objects.count() == 1
    one.refresh_from_db()
    assert one.state == State.ACTIVE


def test_one_charge_that_breaks_keeps_no_other_waiting(card: Card, time: money.Time) -> None:
    invoices = _on_terms("one.example", "two.example")
    assert not invoices
    time.passes(days=1)
    tick.run(METER)
    assert Charge.objects.count() == 1
    card.charge = lambda charge, billing: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    assert charging.carry_out() == 0
    assert Charge.objects.get().state == Charge.State.ASKED


def test_a_cancelled_site_whose_debt_is_paid_stays_open_to_its_end(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=METER)
    time.passes(days=32)
    tick.run(METER)
    changes.cancel(one, by=people.reseller())
    time.passes(days=15)
    tick.run(METER)
    one.refresh_from_db()
    assert (one.state, one.dunning_since is not None) == (State.CANCELLING, True)
    money.pay_all()
    one.refresh_from_db()
    assert (one.state, one.dunning_since) == (State.CANCELLING, None)


kinds = st.sampled_from(["pay", "pay", "invoice", "back", "remove"])


MONEY_IN_CREDIT_THAT_WENT = [
    ("remove", 9000), ("remove", 75), ("pay", 115), ("remove", 230), ("remove", 473), ("invoice", 205),
    ("invoice", 3759), ("pay", 157), ("back", 2378), ("pay", 3865), ("remove", 17), ("back", 40), ("back", 7787),
    ("remove", 839),
]  # fmt: skip


def _with_something_left() -> list[tuple[Payment, int]]:
    """The payments that did not go back in whole, and what is left of each."""
    every = Payment.objects.filter(amount__gt=0).annotate(back=Coalesce(Sum("refunded_by__amount"), 0)).order_by("pk")
    return [(one, one.amount + one.back) for one in every if one.amount + one.back > 0]


@hypothesis(max_examples=6)
@example(MONEY_IN_CREDIT_THAT_WENT)
@given(st.lists(st.tuples(kinds, st.integers(1, 9_000)), min_size=4, max_size=14))
def _money_reconciles(steps: list[tuple[str, int]]) -> None:
    """Σ payments = Σ allocations + movements of credit, after each step."""
    with transaction.atomic():
        BillingAccount.objects.filter(account=money.account()).update(terms_days=14)
        with money.Time() as time:
            for number, (kind, amount) in enumerate(steps):
                time.passes(days=1, hours=1)
                if kind == "pay":
                    money.pay(amount)
                elif kind == "invoice":
                    interval = Interval.YEARLY if amount % 3 == 0 else Interval.MONTHLY
                    money.activate(money.site(f"s{number}.example"), days=METER, interval=interval)
                elif kind == "remove":
                    one = Subscription.objects.filter(state__in=[State.ACTIVE, State.PAST_DUE]).first()
                    if one:
                        changes.remove_now(one, by=None)
                elif there := _with_something_left():
                    payment, left = there[amount % len(there)]
                    receiving.take_back(payment, f"back/{number}", amount=min(amount, left), note="x")
                tick.run(METER)
                invariants.check(people.account())
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_part_over_and_double_payments_reconcile_whatever_their_order() -> None:
    money.switch_on()
    _money_reconciles()
