"""Cards that are left with Stripe, and what is collected by them, against a double of Stripe."""

from datetime import timedelta

import pytest

from tests import people
from tests.billing.stripe_cast import Cast
from tests.billing.stripe_double import EXPIRED, IBAN, POOR, STOLEN, VISA, WANTS_CONFIRMING
from trailhouse.billing import activating, charging, receiving
from trailhouse.billing.models import BillingAccount, Charge, Document, Notice, Payment
from trailhouse.billing.notice_texts import sentences
from trailhouse.billing.settling import balance, owed_on
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db


def test_a_card_is_left_on_stripes_page_and_known_by_its_last_digits_alone(cast: Cast) -> None:
    cast.leaves(VISA)
    billing = cast.billing()
    assert (billing.gateway, billing.method_label) == ("stripe", "Visa •••• 4242, 08/30")
    assert billing.customer_ref == "cus_1"
    assert VISA not in str(BillingAccount.objects.filter(pk=billing.pk).values())


def test_a_card_is_kept_by_the_webhook_alone_where_the_payer_does_not_come_back(cast: Cast) -> None:
    session = cast.starts()
    cast.stripe.leave(session, VISA)
    assert cast.stripe.deliver(cast.stripe.events[0]) == [200]
    assert cast.billing().method_label.startswith("Visa")


def test_an_account_to_which_its_bank_agrees_only_later_is_kept_then(cast: Cast) -> None:
    session = cast.starts()
    cast.stripe.leave(session, IBAN, at_once=False)
    cast.stripe.deliver()
    cast.browser().get(f"/accounts/{cast.account.pk}/billing/card/back?session={session}")
    assert cast.billing().method_ref == ""
    cast.stripe.agree("seti_1")
    cast.stripe.deliver()
    assert cast.billing().method_label == "SEPA NL •••• 5264"


def test_a_session_of_another_account_leaves_nothing_here(cast: Cast) -> None:
    cast.leaves(VISA)
    stranger = people.stranger()
    theirs = stranger.accounts.get()
    session = cast.starts(theirs, by=stranger)
    cast.stripe.leave(session, POOR)
    answer = cast.browser().get(f"/accounts/{cast.account.pk}/billing/card/back?session={session}")
    assert answer.status_code == 302
    assert cast.billing().method_label.startswith("Visa •••• 4242")


def test_a_card_that_was_removed_does_not_come_back_by_a_late_webhook(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.browser().post(f"/accounts/{cast.account.pk}/billing/card/remove")
    assert (cast.billing().gateway, cast.billing().method_ref) == ("transfer", "")
    assert set(cast.stripe.deliver()) == {200}
    assert (cast.billing().gateway, cast.billing().method_ref) == ("transfer", "")


def test_a_card_that_was_replaced_does_not_come_back_by_a_late_webhook(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.leaves(IBAN)
    cast.stripe.deliver(*reversed(cast.stripe.events))
    assert cast.billing().method_label == "SEPA NL •••• 5264"


def test_activating_charges_the_card_and_opens_the_site(cast: Cast) -> None:
    cast.leaves(VISA)
    site = cast.activates("dune-hotel.example")
    charging.carry_out()
    assert cast.state(site) == State.ACTIVE
    payment = Payment.objects.get()
    assert (payment.amount, payment.key) == (Document.objects.get().total, "stripe/pi_1")
    assert [one["amount"] for one in cast.stripe.all("pi")] == [payment.amount]


def test_activating_twice_charges_once(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.activates("dune-hotel.example")
    cast.activates("dune-hotel.example")
    charging.carry_out()
    charging.carry_out()
    assert len(cast.stripe.all("pi")) == Payment.objects.count() == Document.objects.count() == 1


def test_a_second_site_chosen_before_the_first_was_charged_is_charged_together(cast: Cast) -> None:
    cast.leaves(VISA)
    first, second = cast.activates("dune-hotel.example"), cast.activates("mill.example")
    charging.carry_out()
    assert [cast.state(one) for one in (first, second)] == [State.ACTIVE] * 2
    assert len(cast.stripe.all("pi")) == 1
    assert balance(cast.account) == 0


def test_a_second_site_chosen_while_the_first_is_on_its_way_is_charged_without_it(cast: Cast) -> None:
    cast.leaves(IBAN)
    first = cast.activates("dune-hotel.example")
    charging.carry_out()
    second = cast.activates("mill.example")
    charging.carry_out()
    for intent in cast.stripe.all("pi"):
        cast.stripe.settle(intent["id"], arrived=True)
    cast.stripe.deliver()
    assert [cast.state(one) for one in (first, second)] == [State.ACTIVE] * 2
    assert sum(one["amount"] for one in cast.stripe.all("pi")) == sum(one.total for one in Document.objects.all())
    assert balance(cast.account) == 0


def test_an_answer_that_is_lost_after_the_charge_and_the_retry_make_one_payment(cast: Cast) -> None:
    cast.leaves(VISA)
    site = cast.activates("dune-hotel.example")
    cast.stripe.lose_answers = 1
    assert charging.carry_out() == 0
    assert Charge.objects.get().state == Charge.State.ASKED
    assert charging.carry_out() == 0  # not at once
    cast.later(timedelta(minutes=3))
    assert charging.carry_out() == 1
    assert cast.state(site) == State.ACTIVE
    assert len(cast.stripe.all("pi")) == Payment.objects.count() == 1


def test_an_answer_that_is_lost_and_a_retry_days_later_make_one_payment(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.activates("dune-hotel.example")
    cast.stripe.lose_answers = 1
    charging.carry_out()
    cast.stripe.forget_keys()
    cast.later(timedelta(days=3))
    charging.carry_out()
    assert len(cast.stripe.all("pi")) == Payment.objects.count() == 1


def test_an_answer_that_is_lost_and_a_retry_with_another_card_make_one_payment(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.activates("dune-hotel.example")
    cast.stripe.lose_answers = 1
    charging.carry_out()
    cast.leaves(IBAN)
    cast.later(timedelta(minutes=3))
    charging.carry_out()
    assert len(cast.stripe.all("pi")) == Payment.objects.count() == 1


def test_while_stripe_is_away_nothing_fails_and_nothing_is_charged_twice(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.activates("dune-hotel.example")
    cast.stripe.down = True
    charging.carry_out()
    assert Charge.objects.get().state == Charge.State.ASKED
    cast.stripe.down = False
    cast.later(timedelta(minutes=3))
    charging.carry_out()
    assert Payment.objects.count() == 1


def test_what_was_paid_otherwise_before_it_was_sent_is_not_charged(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.activates("dune-hotel.example")
    request = activating.open_request(cast.account)
    assert request is not None
    receiving.receive(
        cast.account, Money(request.total, "EUR"), gateway="transfer", key="b/1", received_on=clock.now().date()
    )
    charging.carry_out()
    assert cast.stripe.all("pi") == []
    assert Charge.objects.get().error == "not_needed"


def test_what_was_paid_otherwise_while_stripe_was_away_is_not_charged(cast: Cast) -> None:
    cast.leaves(VISA)
    cast.activates("dune-hotel.example")
    cast.stripe.down = True
    charging.carry_out()
    request = activating.open_request(cast.account)
    assert request is not None
    receiving.receive(
        cast.account, Money(request.total, "EUR"), gateway="transfer", key="b/1", received_on=clock.now().date()
    )
    cast.stripe.down = False
    cast.later(timedelta(minutes=3))
    charging.carry_out()
    assert (cast.stripe.all("pi"), Charge.objects.get().error) == ([], "not_needed")


@pytest.mark.parametrize(
    ("number", "says", "stays"),
    [
        pytest.param(POOR, "There was not enough money", True, id="without money it is tried again"),
        pytest.param(EXPIRED, "The card has expired", True, id="an expired card may be renewed by its bank"),
        pytest.param(STOLEN, "The bank does not allow any more payments", False, id="a stolen card is charged no more"),
    ],
)
def test_a_card_that_is_declined_leaves_the_site_due_and_says_why(
    cast: Cast, number: str, says: str, stays: bool
) -> None:
    cast.leaves(number)
    site = cast.activates("dune-hotel.example")
    charging.carry_out()
    assert cast.state(site) == State.DUE
    assert Payment.objects.count() == 0
    assert says in sentences(Notice.objects.filter(kind="charge_failed"), "en")[0]
    assert bool(cast.billing().method_ref) is stays


def test_an_invoice_that_cannot_be_collected_is_past_due_and_collected_by_the_next_card_at_once(cast: Cast) -> None:
    site = cast.has_active_site("dune-hotel.example")
    cast.leaves(POOR)
    cast.next_invoice()
    charging.carry_out()
    assert cast.state(site) == State.PAST_DUE
    cast.leaves(VISA)
    charging.carry_out()
    assert cast.state(site) == State.ACTIVE
    assert owed_on(Document.objects.order_by("-pk")[0]) == 0


def test_a_failed_charge_is_tried_again_by_a_new_one_after_as_many_days_as_the_operator_says(cast: Cast) -> None:
    cast.has_active_site("dune-hotel.example")
    cast.leaves(POOR)
    cast.next_invoice()
    charging.carry_out()
    for days in (1, 2, 2, 2, 3):
        cast.later(timedelta(days=days, minutes=1))
        cast.tick()
        charging.carry_out()
    assert len(cast.stripe.all("pi")) == 1 + 4
    assert len(set(Charge.objects.values_list("key", flat=True))) == 1 + 4


def test_a_payment_that_the_bank_wants_confirmed_waits_for_its_payer_who_gets_a_link(cast: Cast) -> None:
    cast.leaves(WANTS_CONFIRMING)
    site = cast.activates("dune-hotel.example")
    charging.carry_out()
    assert cast.state(site) == State.DUE
    link = Mail.objects.get(template="billing/confirm").context["url"]
    path = link.removeprefix("http://127.0.0.1:8000")
    page = cast.browser().get(path)
    assert "Go on to the bank" in page.content.decode()
    answer = cast.browser().post(path)
    assert (answer.status_code, answer["Location"]) == (303, f"{cast.stripe.url}/3ds/pi_1")
    assert cast.browser().post(path)["Location"] == answer["Location"]  # a second click
    cast.stripe.authenticate("pi_1")
    cast.browser().get(path.replace("/confirm", "/back"))
    assert cast.state(site) == State.ACTIVE
    assert len(cast.stripe.all("pi")) == Payment.objects.count() == 1
    assert "Thank you" in cast.browser().get(path).content.decode()


def test_a_payment_that_is_refused_at_the_bank_says_so(cast: Cast) -> None:
    cast.leaves(WANTS_CONFIRMING)
    cast.activates("dune-hotel.example")
    charging.carry_out()
    path = f"/accounts/{cast.account.pk}/billing/charges/{Charge.objects.get().pk}/confirm"
    cast.browser().post(path)
    cast.stripe.authenticate("pi_1", confirmed=False)
    cast.browser().get(path.replace("/confirm", "/back"))
    assert "not confirmed at the bank" in cast.browser().get(path).content.decode()
    assert Payment.objects.count() == 0


def test_a_payment_to_be_confirmed_that_was_paid_otherwise_is_called_off(cast: Cast) -> None:
    cast.leaves(WANTS_CONFIRMING)
    cast.activates("dune-hotel.example")
    charging.carry_out()
    request = activating.open_request(cast.account)
    assert request is not None
    receiving.receive(
        cast.account, Money(request.total, "EUR"), gateway="transfer", key="b/1", received_on=clock.now().date()
    )
    cast.browser().post(f"/accounts/{cast.account.pk}/billing/charges/{Charge.objects.get().pk}/confirm")
    assert cast.stripe.things["pi_1"]["status"] == "canceled"
    assert Charge.objects.get().error == "not_needed"
    assert balance(cast.account) == 0


def test_a_direct_debit_opens_the_site_when_it_arrives(cast: Cast) -> None:
    cast.leaves(IBAN)
    site = cast.activates("dune-hotel.example")
    charging.carry_out()
    assert (Charge.objects.get().state, cast.state(site)) == (Charge.State.PENDING, State.DUE)
    cast.stripe.settle("pi_1", arrived=True)
    cast.stripe.deliver()
    assert cast.state(site) == State.ACTIVE


def test_a_webhook_that_is_lost_is_made_up_for_by_looking(cast: Cast) -> None:
    cast.leaves(IBAN)
    site = cast.activates("dune-hotel.example")
    charging.carry_out()
    cast.stripe.settle("pi_1", arrived=True)
    charging.carry_out()
    assert cast.state(site) == State.DUE
    cast.later(timedelta(hours=2))
    charging.carry_out()
    assert cast.state(site) == State.ACTIVE
