"""Who is billed, where, and how an account pays. Part of the services of `billing`.

A VAT number is kept once its form is right. Whether it is valid is asked of the EU's register, outside of any
transaction; until the register has said so the account is taxed as one without a valid number.
"""

import re
from dataclasses import dataclass, fields
from typing import Protocol

import stdnum
import stdnum.eu.vat
import stdnum.exceptions
from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing import gateways
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount
from trailhouse.billing.tax import EU, TAXED_AS
from trailhouse.billing.vies import Verdict
from trailhouse.core import clock
from trailhouse.core.errors import UserError

TRANSFER = "transfer"


@dataclass(frozen=True)
class Details:
    """What the payer says; `country` and `region` as `tax.Buyer` has them."""

    company: str
    address: str
    postcode: str
    city: str
    country: str
    region: str = ""
    vat_number: str = ""
    purchase_order: str = ""
    invoice_email: str = ""
    at_trial_end: str = ""
    gateway: str = TRANSFER


class Asks(Protocol):
    """What tells whether a VAT number is valid: `vies.Register`."""

    def ask(self, number: str) -> Verdict:
        """Whether `number` is valid now."""


def normal_vat_number(number: str, country: str) -> str:
    """The number as documents show it, of a member state with its letters. Raises UserError for a wrong form.

    Of countries whose form is not known, it is kept as it was typed.
    """
    if not number.strip():
        return ""
    home = TAXED_AS.get(country.upper(), country.upper())
    try:
        if home in EU:
            plain = re.sub(r"[\s.,/-]", "", number).upper()
            prefix = "EL" if home == "GR" else home
            letters = plain[:2] if plain[:2].isalpha() else ""
            if letters in EU | {"EL"} and letters != prefix and stdnum.eu.vat.is_valid(plain):
                raise _wrong(_("This VAT number is of another country than the address."))
            return stdnum.eu.vat.validate(plain if letters == prefix else prefix + plain)
        module = stdnum.get_cc_module(home, "vat")
        return module.validate(number) if module else " ".join(number.split())
    except stdnum.exceptions.ValidationError:
        raise _wrong(_("This is no VAT number of this country.")) from None


def _wrong(message: str) -> UserError:
    return UserError("wrong_vat_number", message, _("Type it as the tax office wrote it, or leave it empty."))


@transaction.atomic
def change_details(account: Account, given: Details, *, by: User) -> BillingAccount:
    """Keep what the payer says. Another VAT number is unchecked again. Raises UserError; nothing is then written."""
    billing = locked(account)
    number = normal_vat_number(given.vat_number, given.country)
    if given.gateway not in gateways_of(billing):
        raise UserError("unknown_gateway", _("This way of paying is not there."), _("Choose another one."))
    changed = []
    for one in fields(given):
        value = number if one.name == "vat_number" else getattr(given, one.name)
        if getattr(billing, one.name) != value:
            setattr(billing, one.name, value)
            changed.append(one.name)
    if "vat_number" in changed:
        billing.vat_checked_at, billing.vat_asked_at, billing.vat_result = None, None, ""
    if changed:
        billing.save(update_fields=[*changed, "vat_checked_at", "vat_asked_at", "vat_result"])
        record("billing.details", account=account, by=by, subject=account.name, details={"changed": sorted(changed)})
    return billing


def gateways_of(billing: BillingAccount) -> list[str]:
    """How the account may pay: by transfer, and by the gateways that are set up."""
    return [TRANSFER, *(name for name in gateways.names() if name != TRANSFER)]


def can_be_checked(billing: BillingAccount) -> bool:
    """Whether the register knows numbers like the account's."""
    number = billing.vat_number
    return number[:2] in EU | {"EL", "XI"} and number[2:].isalnum()


def check_vat(billing: BillingAccount, register: Asks, *, by: User | None) -> Verdict:
    """Ask the register and keep what it said and when. A number that changed meanwhile keeps nothing."""
    number = billing.vat_number
    verdict = register.ask(number)  # leaves the house: never within a transaction
    now = clock.now()
    with transaction.atomic():
        fresh = locked(billing.account_id)
        if fresh.vat_number != number:
            return Verdict.AWAY
        fresh.vat_asked_at, fresh.vat_result = now, verdict.value
        if verdict is not Verdict.AWAY:  # while it is away, what it said before holds
            fresh.vat_checked_at = now if verdict is Verdict.VALID else None
        fresh.save(update_fields=["vat_asked_at", "vat_result", "vat_checked_at"])
        record("billing.vat_checked", account=fresh.account, by=by, subject=number, details={"result": verdict.value})
    return verdict
