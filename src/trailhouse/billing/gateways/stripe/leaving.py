"""Leaving a card or a bank account on Stripe's own pages, and removing it.

Only what belongs to the account's own customer at Stripe is ever kept, so that an old or foreign word of a session
changes nothing: what was removed or replaced belongs to nobody there.
"""

import logging
from typing import TYPE_CHECKING

import stripe
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.billing import charging, methods
from trailhouse.billing.gateways.stripe import NAME
from trailhouse.billing.gateways.stripe.client import client, for_people, is_missing, required, said
from trailhouse.billing.models import BillingAccount
from trailhouse.core.errors import UserError

if TYPE_CHECKING:
    from stripe import PaymentMethod, SetupIntent, StripeClient
    from stripe.params import CustomerCreateParams, CustomerUpdateParams

log = logging.getLogger(__name__)

BRANDS = {"amex": "American Express", "jcb": "JCB", "unionpay": "UnionPay", "eftpos_au": "eftpos",
          "cartes_bancaires": "Cartes Bancaires", "diners": "Diners Club"}  # fmt: skip
LANGUAGES = {"en": "en", "nl": "nl", "de": "de", "fr": "fr", "es": "es"}


def start(account: Account, *, done: str, cancelled: str, language: str) -> str:
    """The address of Stripe's page on which the payer leaves a card; from there back to `done` or `cancelled`.

    `done` gets the session's number in place of "{CHECKOUT_SESSION_ID}". Raises UserError.
    """
    there = client(required())
    billing = BillingAccount.objects.select_related("account__owner", "book").get(account=account)
    with for_people():
        customer = _customer(there, billing)
        session = there.v1.checkout.sessions.create(
            {
                "mode": "setup",
                "customer": customer,
                "currency": billing.book.currency.lower(),
                "success_url": done,
                "cancel_url": cancelled,
                "client_reference_id": str(account.pk),
                "locale": LANGUAGES.get(language[:2], "auto"),
            }
        )
    if not session.url:
        raise UserError("gateway_refused", _("The payment service refused this."), status=502)
    return session.url


def _customer(there: "StripeClient", billing: BillingAccount) -> str:
    """Stripe's name for the account, brought up to date; made where it has none, or none that this key knows."""
    name = billing.company or billing.account.name
    email = billing.invoice_email or billing.account.owner.email
    if billing.customer_ref:
        now: CustomerUpdateParams = {"name": name, "email": email}
        try:
            there.v1.customers.update(billing.customer_ref, now)
            return billing.customer_ref
        except stripe.InvalidRequestError as error:
            if not is_missing(error):
                raise
    new: CustomerCreateParams = {"name": name, "email": email, "metadata": {"account": str(billing.account_id)}}
    made = there.v1.customers.create(new)
    return methods.keep_customer(billing.account, made.id, instead_of=billing.customer_ref)


def finish(account: Account, session: str, *, by: User | None) -> bool:
    """Keep what was left in a session that has come to its end; whether the account pays by Stripe now.

    What is late is collected at once. Raises UserError for a session that is not the account's.
    """
    there = client(required())
    with for_people():
        try:
            found = there.v1.checkout.sessions.retrieve(session, {"expand": ["setup_intent.payment_method"]})
        except stripe.InvalidRequestError as error:
            raise _foreign() from error
    billing = BillingAccount.objects.select_related("account").get(account=account)
    if not billing.customer_ref or said(found, "customer") != billing.customer_ref:
        raise _foreign()
    setup = found.setup_intent
    return found.status == "complete" and _keep(there, billing, setup, by=by)


def finish_later(account: Account, setup: str) -> None:
    """Keep what was left once its bank has agreed to it, which takes days with some."""
    there = client(required())
    with for_people():
        found = there.v1.setup_intents.retrieve(setup, {"expand": ["payment_method"]})
    billing = BillingAccount.objects.select_related("account").get(account=account)
    if said(found, "customer") == billing.customer_ref:
        _keep(there, billing, found, by=None)


def _keep(
    there: "StripeClient", billing: BillingAccount, setup: "SetupIntent | str | None", *, by: User | None
) -> bool:
    if setup is None or isinstance(setup, str) or setup.status != "succeeded":
        return False
    method = setup.payment_method
    if method is None or isinstance(method, str) or said(method, "customer") != billing.customer_ref:
        return False
    before = methods.keep(billing.account, NAME, method.id, label(method), by=by)
    if before:
        _let_go(there, before)
    charging.collect_late(billing.account)
    return True


def _foreign() -> UserError:
    return UserError(
        "unknown_session", _("This page of the payment service is not known here."), _("Start again."), status=404
    )


def remove(account: Account, *, by: User) -> None:
    """Stripe forgets the card as well, then it is charged no more. Raises UserError where Stripe cannot be reached."""
    billing = BillingAccount.objects.get(account=account)
    if billing.gateway == NAME and billing.method_ref:
        there = client(required())
        with for_people():
            _detach(there, billing.method_ref)
    methods.remove(account, by=by)


def _detach(there: "StripeClient", method: str) -> None:
    try:
        there.v1.payment_methods.detach(method)
    except stripe.InvalidRequestError as error:
        log.info("payment method %s is not there any more: %s", method, error.code)


def _let_go(there: "StripeClient", method: str) -> None:
    try:
        _detach(there, method)
    except stripe.StripeError as error:  # the new one is kept already; nobody charges the old one
        log.warning("payment method %s could not be removed: %s", method, error)


def refresh(method: str) -> bool:
    """Look at a card that is kept: renewed by its bank, or removed elsewhere; whether anybody has it."""
    billing = BillingAccount.objects.filter(gateway=NAME, method_ref=method).select_related("account").first()
    if billing is None:
        return False
    there = client(required())
    try:
        found = there.v1.payment_methods.retrieve(method)
    except stripe.InvalidRequestError as error:
        if not is_missing(error):
            raise
        methods.remove(billing.account, by=None)
        return True
    if said(found, "customer") == billing.customer_ref:
        methods.keep(billing.account, NAME, method, label(found), by=None)
    else:
        methods.remove(billing.account, by=None)
    return True


def label(method: "PaymentMethod") -> str:
    """What people know it by: "Visa •••• 4242, 08/30"."""
    if method.type == "card" and method.card is not None:
        card = method.card
        brand = BRANDS.get(card.brand, card.brand.replace("_", " ").title())
        return f"{brand} •••• {card.last4}, {card.exp_month:02d}/{card.exp_year % 100:02d}"
    if method.type == "sepa_debit" and method.sepa_debit is not None:
        debit = method.sepa_debit
        return f"SEPA {debit.country or ''} •••• {debit.last4}".replace("  ", " ")
    return method.type.replace("_", " ").title()
