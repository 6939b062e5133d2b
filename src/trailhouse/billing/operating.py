"""What the operator sets: how an account pays, credit; the seller, tax rates, rules. Part of the services."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import stdnum.bic
import stdnum.exceptions
import stdnum.iban
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.billing import receiving, settling
from trailhouse.billing.amounts import WHOLE
from trailhouse.billing.details import normal_vat_number
from trailhouse.billing.limits import LIMITS, Limits
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Credit, Document, Rule, Seller, TaxRate
from trailhouse.core import clock
from trailhouse.core.errors import UserError

LONGEST_TERMS = 120  # days
LARGEST_CREDIT = 10**12  # minor units


@transaction.atomic
def set_terms(billing: BillingAccount, terms_days: int | None, certificate: str, *, by: User) -> BillingAccount:
    """Whether it pays on invoice, within how many days (None: paid first), and its certificate of exemption."""
    row = locked(billing.account_id)
    if terms_days is not None and not 0 <= terms_days <= LONGEST_TERMS:
        raise UserError(
            "terms_out_of_range",
            _("Terms are 0 to %(most)s days.") % {"most": LONGEST_TERMS},
            _("Leave it empty for payment before activation."),
        )
    before = {"terms_days": row.terms_days, "certificate": row.exempt_certificate}
    row.terms_days, row.exempt_certificate, row.look_at = terms_days, certificate.strip(), clock.now()
    after = {"terms_days": row.terms_days, "certificate": row.exempt_certificate}
    if after != before:
        row.save(update_fields=["terms_days", "exempt_certificate", "look_at"])
        record("billing.terms", account=row.account, by=by, subject=row.account.name,
               details={"days": _plain(terms_days), "certificate": row.exempt_certificate})  # fmt: skip
    return row


def _plain(days: int | None) -> str:
    return "" if days is None else str(days)


@transaction.atomic
def grant_credit(billing: BillingAccount, amount: int, note: str, key: str, *, by: User) -> Credit:
    """Give an account credit, once a `key`. What is open is paid from it at once, as if it were money that came."""
    row = locked(billing.account_id)
    there = Credit.objects.filter(key=f"granted/{key}").first()
    if there is not None:
        return there
    if not 0 < amount <= LARGEST_CREDIT:
        raise UserError("no_amount", _("The amount must be above zero."), _("Enter how much the account is given."))
    at = clock.now()
    made = settling.grant(row, amount, key, by=by, note=note[:300], at=at)
    money = [settling.Source(settling.balance(row.account))]
    settling.spend(row.account, settling.open_lines(settling.unpaid(row.account)), money, at=at)
    receiving.pay_request(row, money, at=at)
    receiving.reopen_paid(row, at=at)
    BillingAccount.objects.filter(pk=row.pk).update(look_at=at)
    record("billing.credit_granted", account=row.account, by=by, subject=note[:120], details={"amount": _amount(made)})
    return made


def _amount(credit: Credit) -> str:
    from trailhouse.core.money import Money

    return str(Money(credit.amount, credit.currency))


@dataclass(frozen=True)
class SellerValues:
    """The seller as it is to stand on documents."""

    name: str
    address: str
    postcode: str
    city: str
    country: str
    region: str = ""
    vat_number: str = ""
    registration: str = ""
    email: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    oss: bool = False
    series: str = ""


@transaction.atomic
def set_seller(given: SellerValues, *, by: User) -> Seller:
    """Keep who sells. Documents that are there keep what they say. Raises UserError for a wrong IBAN, BIC or number."""
    values = asdict(given) | {
        "iban": _checked_iban(given.iban),
        "bic": _checked_bic(given.bic),
        "vat_number": normal_vat_number(given.vat_number, given.country),
        "series": given.series.strip(),
    }
    there = Seller.objects.select_for_update().filter(is_default=True).first() or Seller(is_default=True)
    changed = sorted(name for name, value in values.items() if getattr(there, name) != value)
    for name in changed:
        setattr(there, name, values[name])
    if changed or there.pk is None:
        there.save()
        record("billing.seller", account=None, by=by, subject=there.name, details={"changed": changed})
    return there


def _checked_iban(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return stdnum.iban.validate(text)
    except stdnum.exceptions.ValidationError:
        raise UserError(
            "wrong_iban", _("This is no IBAN: its check digits do not fit."), _("Copy it from your bank's page.")
        ) from None


def _checked_bic(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return stdnum.bic.validate(text)
    except stdnum.exceptions.ValidationError:
        raise UserError(
            "wrong_bic", _("This is no BIC."), _("It has 8 or 11 letters and digits; or leave it empty.")
        ) from None


@transaction.atomic
def add_rate(country: str, region: str, rate: int, valid_from: date, *, by: User) -> TaxRate:
    """A tax rate of a place from a day on, in basis points. Raises UserError where that day has one already."""
    if not 0 <= rate <= WHOLE:
        raise UserError("rate_out_of_range", _("A tax rate is 0 to 100 %."), _("Enter it in per cent, such as 21."))
    try:
        with transaction.atomic():
            made = TaxRate.objects.create(
                country=country.upper(), region=region.strip().upper(), rate=rate, valid_from=valid_from
            )
    except IntegrityError:
        raise UserError(
            "tax_rate_exists",
            _("There is a rate of this place from that day on already."),
            _("Choose another day, or take that one away if nothing was billed by it."),
            status=409,
        ) from None
    record("billing.tax_rate_added", account=None, by=by, subject=str(made))
    return made


def used_rates(rates: list[TaxRate]) -> set[int]:
    """The numbers of rates that documents may have been taxed by: some were made since, to or from that country."""
    return {rate.pk for rate in rates if _was_used(rate)}


def _was_used(rate: TaxRate) -> bool:
    if rate.valid_from > clock.now().date():
        return False
    since = Document.objects.filter(issued_on__gte=rate.valid_from)
    return since.filter(Q(buyer_is__country=rate.country) | Q(seller_is__country=rate.country)).exists()


@transaction.atomic
def remove_rate(rate: TaxRate, *, by: User) -> None:
    """Take away a rate that was never used. Raises UserError for one that was."""
    if _was_used(rate):
        raise UserError(
            "tax_rate_used",
            _("Documents were made since this rate holds: it stays."),
            _("Add the right rate from the day on which it holds."),
            status=409,
        )
    record("billing.tax_rate_removed", account=None, by=by, subject=str(rate))
    rate.delete()


@transaction.atomic
def set_limits(values: Mapping[str, Any], *, by: User) -> Limits:
    """Keep the rules as far as they differ from the defaults. Raises limits.LimitsError with every problem."""
    wanted = Limits(**values)
    own = {
        one.name: list(value) if isinstance(value := getattr(wanted, one.name), tuple) else value
        for one in fields(Limits)
        if getattr(wanted, one.name) != getattr(LIMITS, one.name)
    }
    row, _made = Rule.objects.select_for_update().get_or_create(pk=Rule.ONLY)
    if row.limits != own:
        changed = sorted(name for name in {*own, *row.limits} if own.get(name) != row.limits.get(name))
        row.limits = own
        row.save(update_fields=["limits"])
        BillingAccount.objects.update(look_at=clock.now())
        record("billing.rules", account=None, by=by, subject=", ".join(changed)[:200], details={"changed": changed})
    return wanted
