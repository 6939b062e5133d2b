"""What Stripe says of a payment intent, as an `Outcome`."""

from typing import TYPE_CHECKING, Any

from trailhouse.billing import declines
from trailhouse.billing.gateways import ACTION, DONE, FAILED, PENDING, Outcome

if TYPE_CHECKING:
    from stripe import PaymentIntent

ASKS_TO_CONFIRM = "authentication_required"
# Decline codes and error codes of Stripe, by why the payer is told that it failed; all others are "refused".
_REASONS: dict[str, str] = {
    "insufficient_funds": "insufficient_funds withdrawal_count_limit_exceeded",
    "expired": "expired_card expired_payment_method",
    "wrong_data": "incorrect_number invalid_number incorrect_cvc invalid_cvc invalid_expiry_month invalid_expiry_year"
    " incorrect_zip incorrect_address invalid_account account_number_invalid",
    "not_confirmed": "authentication_failure payment_intent_authentication_failure authentication_not_handled"
    " setup_intent_authentication_failure approve_with_id offline_pin_required online_or_offline_pin_required",
    "limit": "card_velocity_exceeded charge_exceeds_transaction_limit charge_exceeds_source_limit invalid_amount"
    " charge_exceeds_weekly_limit amount_too_large",
    "not_supported": "card_not_supported currency_not_supported transaction_not_allowed not_permitted"
    " service_not_allowed testmode_decline",
    "blocked": "stolen_card lost_card pickup_card restricted_card revocation_of_authorization"
    " revocation_of_all_authorizations stop_payment_order fraudulent merchant_blacklist security_violation"
    " account_closed bank_account_restricted bank_account_unusable",
    "no_mandate": "debit_not_authorized payment_method_mandate_invalid billing_invalid_mandate recipient_deceased"
    " mandate_invalid payment_intent_mandate_invalid",
    "no_method": "resource_missing payment_method_unactivated payment_method_invalid_parameter"
    " payment_method_unexpected_state payment_method_customer_mismatch",
    "bank_away": "issuer_not_available processing_error reenter_transaction try_again_later"
    " payment_method_provider_timeout payment_intent_payment_attempt_expired",
    "too_small": "amount_too_small",
}
REASONS = {code: reason for reason, codes in _REASONS.items() for code in codes.split()}
# After these the same card or account never goes through; banks count further tries against the seller.
HOPELESS = frozenset({"blocked", "no_mandate", "no_method"})
NEVER_AGAIN = "do_not_try_again"  # the bank's own advice


def outcome(intent: "PaymentIntent") -> Outcome:
    """How a payment intent stands."""
    if intent.status == "succeeded":
        return Outcome(DONE, intent.id)
    if intent.status in ("processing", "requires_capture"):
        return Outcome(PENDING, intent.id)
    if intent.status in ("requires_action", "requires_confirmation"):
        return Outcome(ACTION, intent.id)
    if intent.status == "canceled":
        return Outcome(FAILED, intent.id, "cancelled")
    return declined(intent.last_payment_error, intent.id)


def declined(error: Any, external: str = "") -> Outcome:
    """The outcome of a try that failed with `error` (of an intent, or of the library's exception)."""
    codes = [getattr(error, name, None) or "" for name in ("decline_code", "code")]
    if ASKS_TO_CONFIRM in codes:
        return Outcome(ACTION, external)
    reason = next((REASONS[code] for code in codes if code in REASONS), declines.REFUSED)
    again = reason not in HOPELESS and getattr(error, "advice_code", None) != NEVER_AGAIN
    return Outcome(FAILED, external, reason, again, method=_method_of(error))


def _method_of(error: Any) -> str:
    method = getattr(error, "payment_method", None)
    return str(getattr(method, "id", None) or "") if method is not None else ""
