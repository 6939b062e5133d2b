"""What Stripe tells: repeated, reordered, forged and stale words have no wrong effect; disputes and refunds."""

import itertools
from datetime import timedelta

import pytest
from django.test import Client

from tests import people
from tests.billing.stripe_cast import Cast
from tests.billing.stripe_double import IBAN, VISA
from trailhouse.billing import charging, refunding
from trailhouse.billing.gateways.stripe import events
from trailhouse.billing.models import Document, GatewayEvent, Notice, Payment
from trailhouse.billing.settling import owed_on
from trailhouse.billing.states import State
from trailhouse.core.errors import UserError
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db


def paid(cast: Cast, number: str = VISA) -> Payment:
    """A site that was activated and paid by card."""
    cast.leaves(number)
    cast.activates("dune-hotel.example")
    charging.carry_out()
    if number == IBAN:
        cast.stripe.settle("pi_1", arrived=True)
        cast.stripe.deliver()
    return Payment.objects.get()


def totals(cast: Cast) -> tuple[int, int, str]:
    """What came in all, what is open, and how the site stands."""
    one = cast.account.subscriptions.get()
    open_ = sum(owed_on(document) for document in Document.objects.all())
    return sum(row.amount for row in Payment.objects.all()), open_, one.state


def test_an_event_that_is_told_again_and_again_counts_once(cast: Cast) -> None:
    payment = paid(cast)
    for _time in range(3):
        assert set(cast.stripe.deliver()) == {200}
    assert totals(cast) == (payment.amount, 0, State.ACTIVE)
    assert GatewayEvent.objects.count() == len(cast.stripe.events)


def test_an_event_that_was_heard_is_not_even_looked_up_again(cast: Cast) -> None:
    paid(cast)
    cast.stripe.deliver()
    calls = len(cast.stripe.calls)
    cast.stripe.deliver()
    assert len(cast.stripe.calls) == calls


def test_events_in_any_order_come_to_the_same(cast: Cast) -> None:
    paid(cast, IBAN)
    dispute = cast.stripe.dispute("pi_1")
    cast.stripe.decide(dispute["id"], won=True)
    cast.stripe.give_back("pi_1", 500)
    told = cast.stripe.events[-3:]
    found = set()
    for order in itertools.permutations(told):
        GatewayEvent.objects.all().delete()
        assert set(cast.stripe.deliver(*order)) == {200}
        found.add(totals(cast)[0])
    assert found == {Document.objects.get().total - 500}


def test_the_word_of_a_failure_that_comes_after_the_payment_has_arrived_changes_nothing(cast: Cast) -> None:
    cast.leaves(IBAN)
    cast.activates("dune-hotel.example")
    charging.carry_out()
    cast.stripe.settle("pi_1", arrived=False)
    cast.stripe.settle("pi_1", arrived=True)
    cast.stripe.deliver(*reversed(cast.stripe.events))
    assert totals(cast) == (Document.objects.get().total, 0, State.ACTIVE)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        pytest.param({"secret": "whsec_other"}, 400, id="signed with another secret"),
        pytest.param({"age": 400}, 400, id="signed too long ago"),
    ],
)
def test_a_forged_or_stale_event_is_refused_and_not_noted(cast: Cast, how: dict[str, object], status: int) -> None:
    cast.leaves(IBAN)
    cast.activates("dune-hotel.example")
    charging.carry_out()
    cast.stripe.settle("pi_1", arrived=True)
    assert set(cast.stripe.deliver(**how)) == {status}  # type: ignore[arg-type]
    assert Payment.objects.count() == GatewayEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        pytest.param("{}", "", id="without a signature"),
        pytest.param("no json", "t=1,v1=00", id="no JSON"),
        pytest.param('{"id": "evt_1"}', "nonsense", id="a signature that is none"),
    ],
)
def test_nonsense_is_refused(cast: Cast, body: str, signature: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/webhooks/stripe", body, content_type="application/json", headers={"Stripe-Signature": signature}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"id": "evt_x", "object": "event", "type": "x", "data": {}}, id="without a thing"),
        pytest.param({"id": "evt_x", "object": "event", "type": "x"}, id="without data"),
        pytest.param({"id": "evt_x", "object": "v2.core.event", "type": "x"}, id="of another kind"),
        pytest.param([1], id="a list"),
    ],
)
def test_what_is_signed_but_no_event_is_refused(cast: Cast, event: dict[str, object]) -> None:
    assert cast.stripe.deliver(event) == [400]


def test_an_event_of_an_unknown_kind_is_answered_and_has_no_effect(cast: Cast) -> None:
    event = {"id": "evt_x", "object": "event", "type": "invoice.created", "data": {"object": {"id": "in_1"}}}
    assert cast.stripe.deliver(event) == [200]
    assert cast.stripe.calls == []


def test_a_payment_of_another_product_under_the_same_account_is_left_alone(cast: Cast) -> None:
    paid(cast)
    cast.stripe.things["pi_9"] = cast.stripe.things["pi_1"] | {"id": "pi_9", "metadata": {}}
    event = {"id": "evt_x", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_9"}}}
    assert cast.stripe.deliver(event) == [200]
    assert Payment.objects.count() == 1


def test_too_large_a_body_is_refused_unread(cast: Cast) -> None:
    answer = Client().post("/webhooks/stripe", "x" * 300_000, content_type="application/json")
    assert answer.status_code == 413


def test_where_stripe_cannot_be_asked_it_is_to_tell_again(cast: Cast) -> None:
    cast.leaves(IBAN)
    cast.activates("dune-hotel.example")
    charging.carry_out()
    cast.stripe.settle("pi_1", arrived=True)
    arrived = cast.stripe.events[-1]
    cast.stripe.down = True
    assert cast.stripe.deliver(arrived) == [503]
    cast.stripe.down = False
    assert cast.stripe.deliver(arrived) == [200]
    assert Payment.objects.count() == 1


def test_the_webhook_comes_before_the_answer_and_the_payment_is_booked_once(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.activates("dune-hotel.example")
    cast.stripe.lose_answers = 1
    charging.carry_out()
    cast.stripe.deliver()
    assert totals(cast)[2] == State.ACTIVE
    cast.later(timedelta(minutes=3))
    charging.carry_out()
    assert Payment.objects.count() == 1


def test_a_dispute_makes_the_site_past_due_and_locks_it_where_nothing_comes(cast: Cast) -> None:
    payment = paid(cast)
    cast.later(timedelta(days=20))
    cast.stripe.dispute("pi_1")
    cast.stripe.deliver()
    assert totals(cast) == (0, payment.amount, State.PAST_DUE)
    assert Notice.objects.filter(kind="taken_back").count() == 1
    assert cast.billing().method_ref == ""  # who disputes is not charged again
    cast.tick()
    charging.carry_out()
    one = cast.account.subscriptions.get()
    assert cast.state(one) == State.PAST_DUE  # not locked at once, though its invoice is old
    assert len(cast.stripe.all("pi")) == 1
    cast.later(timedelta(days=14, minutes=1))
    cast.tick()
    assert cast.state(one) == State.SUSPENDED
    assert Site.objects.get(domain=one.domain).locked


def test_a_dispute_that_is_won_is_booked_again_and_opens_the_site(cast: Cast) -> None:
    payment = paid(cast)
    cast.later(timedelta(days=1))
    dispute = cast.stripe.dispute("pi_1")
    cast.stripe.deliver()
    cast.later(timedelta(days=1))
    cast.stripe.decide(dispute["id"], won=True)
    cast.stripe.deliver()
    assert totals(cast) == (payment.amount, 0, State.ACTIVE)


def test_a_dispute_that_is_lost_stays_open(cast: Cast) -> None:
    payment = paid(cast)
    dispute = cast.stripe.dispute("pi_1")
    cast.stripe.decide(dispute["id"], won=False)
    cast.stripe.deliver()
    assert totals(cast) == (0, payment.amount, State.PAST_DUE)


def test_a_direct_debit_that_is_returned_after_it_had_arrived_is_taken_back(cast: Cast) -> None:
    payment = paid(cast, IBAN)
    cast.stripe.settle("pi_1", arrived=False)
    cast.stripe.deliver()
    cast.stripe.deliver()
    assert totals(cast) == (0, payment.amount, State.PAST_DUE)


def test_a_refund_goes_the_way_the_money_came_and_is_booked_once(cast: Cast) -> None:
    payment = paid(cast)
    refunding.refund(payment, 500, "Our mistake", by=people.operator(), key="form-1")
    assert [one["amount"] for one in cast.stripe.all("re")] == [500]
    cast.stripe.deliver()
    refunding.refund(payment, 500, "Our mistake", by=people.operator(), key="form-1")
    assert [one["amount"] for one in cast.stripe.all("re")] == [500]
    assert [row.amount for row in payment.refunded_by.all()] == [-500]


def test_a_refund_of_which_the_answer_is_lost_is_not_made_again(cast: Cast) -> None:
    payment = paid(cast)
    cast.stripe.lose_answers = 1
    with pytest.raises(UserError) as caught:
        refunding.refund(payment, 500, "Our mistake", by=people.operator(), key="form-1")
    assert caught.value.code == "gateway_away"
    with pytest.raises(UserError) as caught:  # another form: what was given back is booked first
        refunding.refund(payment, 500, "Our mistake", by=people.operator(), key="form-2")
    assert caught.value.code == "refund_found"
    assert [one["amount"] for one in cast.stripe.all("re")] == [500]
    assert [row.amount for row in payment.refunded_by.all()] == [-500]


def test_a_refund_made_at_stripe_is_booked_here_and_taken_back_where_the_bank_refuses_it(cast: Cast) -> None:
    payment = paid(cast)
    refund = cast.stripe.give_back("pi_1", 700)
    cast.stripe.deliver()
    assert totals(cast)[0] == payment.amount - 700
    cast.stripe.fail_refund(refund["id"])
    cast.stripe.deliver()
    assert totals(cast)[0] == payment.amount


def test_a_card_that_is_removed_at_stripe_is_not_kept_here(cast: Cast) -> None:
    cast.leaves(VISA)
    method = cast.stripe.things[cast.billing().method_ref]
    method["customer"] = None
    event = {"id": "evt_x", "object": "event", "type": "payment_method.detached", "data": {"object": method}}
    assert cast.stripe.deliver(event) == [200]
    assert (cast.billing().gateway, cast.billing().method_ref) == ("transfer", "")


def test_events_are_forgotten_once_nobody_tells_them_again(cast: Cast) -> None:
    paid(cast)
    cast.stripe.deliver()
    cast.later(timedelta(days=91))
    assert charging.forget_events() == len(cast.stripe.events)


def test_the_documentation_names_the_events_to_subscribe_to() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "payments.md").read_text()
    assert not [kind for kind in events.HEARD if f"`{kind}`" not in text]
