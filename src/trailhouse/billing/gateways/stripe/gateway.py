"""Charging without the payer, confirming with the payer, and giving money back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import stripe
from django.utils.translation import gettext as _

from trailhouse.billing.gateways import FAILED, Outcome
from trailhouse.billing.gateways.stripe import NAME, outcomes, returns
from trailhouse.billing.gateways.stripe.client import Config, amount_there, client, for_people, is_missing, said
from trailhouse.billing.models import BillingAccount, Charge, Payment
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

KEYS_LAST = timedelta(hours=20)  # Stripe forgets an idempotency key after 24 hours
MARK = "trailhouse_charge"  # under which an intent's metadata hold the charge's key


class StripeGateway:
    """Stripe, as `Gateway` wants it."""

    name = NAME

    def __init__(self, config: Config) -> None:
        self._stripe = client(config)

    def can_charge(self, billing: BillingAccount) -> bool:
        """Whether a card or account was left."""
        return bool(billing.gateway == NAME and billing.customer_ref and billing.method_ref)

    def charge(self, charge: Charge, billing: BillingAccount) -> Outcome:
        """Collect `charge` under its key.

        Stripe answers the same key alike for a day, as long as everything else is the same. Later, or where the payer
        has another card by now, what an earlier try left is looked for first.
        """
        with _unknown():
            if clock.now() - charge.created_at > KEYS_LAST or not billing.method_ref:
                there = self._find(charge, billing)
                if there is not None:
                    return there
            if not billing.method_ref:
                return Outcome(FAILED, error="no_method")
            try:
                return self._create(charge, billing)
            except stripe.IdempotencyError:
                there = self._find(charge, billing)
                if there is not None:
                    return there
                # An earlier try was refused before anything was made; this charge can never be sent under its key.
                return Outcome(FAILED, error="refused")

    def _create(self, charge: Charge, billing: BillingAccount) -> Outcome:
        params: PaymentIntentCreateParams = {
            "amount": amount_there(charge.amount, charge.currency),
            "currency": charge.currency.lower(),
            "customer": billing.customer_ref,
            "payment_method": billing.method_ref,
            "automatic_payment_methods": {"enabled": True},
            "off_session": True,
            "confirm": True,
            "return_url": f"{settings().url}/accounts/{billing.account_id}/billing/charges/{charge.pk}/back",
            "description": _what(charge),
            "metadata": {MARK: charge.key, "account": str(billing.account_id)},
        }
        try:
            intent = self._stripe.v1.payment_intents.create(params, {"idempotency_key": charge.key})
        except stripe.CardError as error:
            made = getattr(error.error, "payment_intent", None)
            return outcomes.declined(error.error, made.id if made is not None else "")
        except stripe.InvalidRequestError as error:
            found = outcomes.declined(error)
            lost = found.error == "no_method" or is_missing(error)
            return Outcome(FAILED, error=found.error, again=not lost, method=billing.method_ref)
        return outcomes.outcome(intent)

    def _find(self, charge: Charge, billing: BillingAccount) -> Outcome | None:
        """What an earlier try of `charge` left with Stripe; None where none arrived."""
        if not billing.customer_ref:
            return None
        # Newest first. Not bounded by time: this machine's clock need not be Stripe's.
        page = self._stripe.v1.payment_intents.list({"customer": billing.customer_ref, "limit": 100})
        for intent in page.auto_paging_iter():
            if said(intent.metadata, MARK) == charge.key:
                return outcomes.outcome(intent)
        return None

    def look(self, charge: Charge, billing: BillingAccount) -> Outcome:
        """How a charge that was sent stands now."""
        with _unknown():
            if charge.external:
                return outcomes.outcome(self._stripe.v1.payment_intents.retrieve(charge.external))
            return self._find(charge, billing) or Outcome(FAILED, error="refused")

    def confirm(self, charge: Charge, billing: BillingAccount, back: str) -> tuple[Outcome, str]:
        """Where the payer confirms a charge, on a page of Stripe's or of the bank."""
        with for_people():
            intent = self._stripe.v1.payment_intents.retrieve(charge.external)
            if intent.status in ("requires_payment_method", "requires_confirmation"):
                if not billing.method_ref:
                    raise UserError("no_card", _("No card is left to pay with."), _("Leave one, then confirm."))
                try:
                    intent = self._stripe.v1.payment_intents.confirm(
                        charge.external, {"payment_method": billing.method_ref, "return_url": back}
                    )
                except stripe.CardError as error:
                    return outcomes.declined(error.error, charge.external), ""
        action = intent.next_action
        to = action.redirect_to_url if intent.status == "requires_action" and action is not None else None
        return outcomes.outcome(intent), (to.url or "") if to is not None else ""

    def call_off(self, charge: Charge) -> Outcome:
        """Have a charge that waits for its payer never be collected; how it stands then."""
        with for_people():
            try:
                return outcomes.outcome(self._stripe.v1.payment_intents.cancel(charge.external))
            except stripe.InvalidRequestError:  # too late: it went through, or was called off before
                return outcomes.outcome(self._stripe.v1.payment_intents.retrieve(charge.external))

    def refund(self, payment: Payment, amount: int, key: str) -> str:
        """Give money of `payment` back. Refunds that were made elsewhere are booked first, and then said."""
        intent = payment.key.removeprefix(f"{NAME}/")
        if "/" in intent:
            raise UserError(
                "refund_there",
                _("This money came back after a dispute and cannot be given back from here."),
                _("Give it back at Stripe: it is booked here by itself."),
                status=409,
            )
        with for_people():
            there = returns.refund_under(self._stripe, intent, key)
            if there:
                return there
            if returns.book_refunds(self._stripe, intent, but=key):
                raise UserError(
                    "refund_found",
                    _("Money of this payment had been given back already, which was booked just now."),
                    _("Look at the payment again."),
                    status=409,
                )
            made = self._stripe.v1.refunds.create(
                {
                    "payment_intent": intent,
                    "amount": amount_there(amount, payment.currency),
                    "metadata": {returns.MARK: key},
                },
                {"idempotency_key": f"refund-{key}"},
            )
        if made.status == "failed":
            raise UserError("refund_failed", _("The bank did not take the money back."), _("Pay it back by transfer."))
        return made.id


@contextmanager
def _unknown() -> Iterator[None]:
    """What has no answer within the block is unknown, not failed: it is asked again."""
    try:
        yield
    except (
        stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError, stripe.AuthenticationError,
        stripe.PermissionError,
    ) as error:  # fmt: skip
        raise OSError(str(error)) from error


def _what(charge: Charge) -> str:
    """What the payer may read about it at the bank."""
    return charge.document.number if charge.document else charge.request.reference if charge.request else ""
