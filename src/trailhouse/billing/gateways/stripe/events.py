"""What Stripe tells by webhook: checked, noted once, and then looked up, since only the present state counts."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import stripe
from django.db.models import Q
from django.utils.translation import gettext as _

from trailhouse.billing import charging
from trailhouse.billing.gateways.stripe import NAME, leaving, outcomes, returns
from trailhouse.billing.gateways.stripe.client import Config, client, for_people, said
from trailhouse.billing.gateways.stripe.gateway import MARK
from trailhouse.billing.models import BillingAccount, Charge, GatewayEvent
from trailhouse.core import clock
from trailhouse.core.errors import UserError

if TYPE_CHECKING:
    from stripe import StripeClient

TOLERANCE_S = 300


def hear(config: Config, body: bytes, signature: str) -> bool:
    """Take one webhook; whether it had not been heard before.

    Raises UserError: 400 for what Stripe did not sign, or not lately; 503 where it cannot be looked up now, so that
    Stripe tells it again.
    """
    number, kind, thing = _verified(config, body, signature)
    note, _made = GatewayEvent.objects.get_or_create(
        gateway=NAME,
        external=number[:120],
        defaults={"kind": kind[:80], "about": said(thing, "id")[:120], "received_at": clock.now()},
    )
    if note.done_at is not None:
        return False
    act = _ACTS.get(kind)
    if act is not None:
        with for_people():
            act(client(config), thing)
    GatewayEvent.objects.filter(pk=note.pk).update(done_at=clock.now())
    return True


def _verified(config: Config, body: bytes, signature: str) -> tuple[str, str, Any]:
    """Number and kind of the event, and the thing that it is about."""
    try:
        event = client(config).construct_event(body, signature, config.webhook_secret, TOLERANCE_S)
        thing: Any = event.data.object
        if not isinstance(thing, stripe.StripeObject):
            raise TypeError("an event is about a thing")
        return str(event.id), str(event.type), thing
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            "wrong_signature",
            _("This was not signed by Stripe, or too long ago."),
            _("Check the webhook's signing secret and the clock of this machine."),
        ) from error


def _session(there: "StripeClient", thing: Any) -> None:
    """A session in which a card was left. Which account it is of is said by its customer."""
    billing = BillingAccount.objects.filter(customer_ref=said(thing, "customer") or "-").first()
    if billing is not None and said(thing, "mode") == "setup":
        leaving.finish(billing.account, thing["id"], by=None)


def _setup(there: "StripeClient", thing: Any) -> None:
    """A bank has agreed to what was left."""
    billing = BillingAccount.objects.filter(customer_ref=said(thing, "customer") or "-").first()
    if billing is not None:
        leaving.finish_later(billing.account, thing["id"])


def _intent(there: "StripeClient", thing: Any) -> None:
    """A payment: what became of a charge, also of one that went through before."""
    intent = there.v1.payment_intents.retrieve(thing["id"])
    key = said(intent.metadata, MARK)
    wanted = Q(external=intent.id) | Q(key=key) if key else Q(external=intent.id)
    charge = Charge.objects.filter(wanted, gateway=NAME).select_related("account").first()
    if charge is None:  # another product's, under the same account at Stripe
        return
    found = outcomes.outcome(intent)
    payment = returns.payment_of(intent.id)
    if payment is not None and found.state == Charge.State.FAILED:
        charging.fell_through(payment, f"{NAME}/{intent.id}/failed", note=f"Stripe: {intent.id} failed")
        return
    charging.apply(charge, found)


def _refund(there: "StripeClient", thing: Any) -> None:
    intent = said(thing, "payment_intent")
    if intent:
        returns.book_refunds(there, intent)


def _dispute(there: "StripeClient", thing: Any) -> None:
    returns.book_dispute(there.v1.disputes.retrieve(thing["id"]))


def _method(there: "StripeClient", thing: Any) -> None:
    leaving.refresh(thing["id"])


_ACTS: dict[str, Callable[["StripeClient", Any], None]] = {
    "checkout.session.completed": _session,
    "setup_intent.succeeded": _setup,
    "payment_intent.succeeded": _intent,
    "payment_intent.payment_failed": _intent,
    "payment_intent.processing": _intent,
    "payment_intent.requires_action": _intent,
    "payment_intent.canceled": _intent,
    "charge.refunded": _refund,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.closed": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "payment_method.detached": _method,
    "payment_method.updated": _method,
    "payment_method.automatically_updated": _method,
}
HEARD = tuple(_ACTS)  # what the webhook is to be subscribed to
