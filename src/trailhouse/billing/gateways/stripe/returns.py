"""Money that goes back: refunds, wherever they were made, and disputes. Booked as it stands now, once."""

from typing import TYPE_CHECKING

from trailhouse.billing import charging
from trailhouse.billing.gateways.stripe import NAME
from trailhouse.billing.gateways.stripe.client import amount_here, said
from trailhouse.billing.models import Payment
from trailhouse.billing.receiving import receive, take_back
from trailhouse.billing.values import day_of
from trailhouse.core import clock
from trailhouse.core.money import Money

if TYPE_CHECKING:
    from stripe import Dispute, Refund, StripeClient

MARK = "trailhouse_refund"  # under which a refund's metadata hold our key
GIVEN = frozenset({"pending", "requires_action", "succeeded"})
# A dispute takes the money at once and returns it only when it is won; an inquiry ("warning_…") takes nothing.
TAKEN = frozenset({"needs_response", "under_review", "lost", "appeal_needs_response", "appeal_under_review"})
WON = frozenset({"won", "prevented"})


def payment_of(intent: str) -> Payment | None:
    """The payment that a payment intent is booked as."""
    found = Payment.objects.filter(gateway=NAME, key=f"{NAME}/{intent}").select_related("account__billing__book")
    return found.first()


def book_refunds(stripe: "StripeClient", intent: str, *, but: str = "") -> int:
    """Book what was given back of a payment, and what came back of it since; how many changes.

    A refund under the key `but` is left to whoever makes it.
    """
    payment = payment_of(intent)
    if payment is None:
        return 0
    rows = stripe.v1.refunds.list({"payment_intent": intent, "limit": 100})
    return sum(_book(payment, one) for one in rows.auto_paging_iter() if _key(one) != f"refund/{but}")


def refund_under(stripe: "StripeClient", intent: str, key: str) -> str:
    """The refund that was made under our `key` before and did not fail; "" where there is none."""
    rows = stripe.v1.refunds.list({"payment_intent": intent, "limit": 100}).auto_paging_iter()
    return next((one.id for one in rows if said(one.metadata, MARK) == key and one.status in GIVEN), "")


def _with_most_left(payment: Payment) -> tuple[Payment, int]:
    """Of a payment, and what disputes about it gave back, the row of which most is left, and how much that is."""
    rows = [payment, *Payment.objects.filter(key__in=[f"{one.key}/won" for one in payment.refunded_by.all()])]
    left = {row.pk: row.amount + sum(one.amount for one in row.refunded_by.all()) for row in rows}
    most = max(rows, key=lambda row: left[row.pk])
    return most, left[most.pk]


def _key(refund: "Refund") -> str:
    own = said(refund.metadata, MARK)
    return f"refund/{own}" if own else f"{NAME}/{refund.id}"


def _book(payment: Payment, refund: "Refund") -> bool:
    booked = Payment.objects.filter(key=_key(refund)).first()
    amount = amount_here(refund.amount, refund.currency)
    if refund.status in GIVEN and booked is None:
        row, left = _with_most_left(payment)
        if left > 0:
            take_back(row, _key(refund), amount=min(amount, left), note=f"Stripe: {refund.id}")
        return left > 0
    if refund.status not in GIVEN and booked is not None:
        return _book_again(payment, f"{NAME}/{refund.id}/failed", -booked.amount, f"Stripe: {refund.id} failed")
    return False


def book_dispute(dispute: "Dispute") -> bool:
    """Book a dispute as it stands: the money is away, or came back; whether anything changed."""
    intent = dispute.payment_intent
    payment = payment_of(intent if isinstance(intent, str) else intent.id) if intent else None
    if payment is None:
        return False
    key = f"{NAME}/{dispute.id}"
    taken = Payment.objects.filter(key=key).first()
    if dispute.status in TAKEN and taken is None:
        amount = amount_here(dispute.amount, dispute.currency)
        note = f"Stripe: {dispute.id} ({dispute.reason})"
        return charging.fell_through(_with_most_left(payment)[0], key, amount=amount, note=note) is not None
    if dispute.status in WON and taken is not None:
        return _book_again(payment, f"{key}/won", -taken.amount, f"Stripe: {dispute.id} won")
    return False


def _book_again(payment: Payment, key: str, amount: int, note: str) -> bool:
    if Payment.objects.filter(key=key).exists():
        return False
    receive(
        payment.account, Money(amount, payment.currency), gateway=NAME, key=key,
        received_on=day_of(payment.account, clock.now()), note=note,
    )  # fmt: skip
    return True
