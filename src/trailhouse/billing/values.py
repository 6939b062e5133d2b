"""Rows of `billing` as the plain values that `pricing`, `tax` and `quoting` compute with."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account
from trailhouse.billing import tax
from trailhouse.billing.limits import Limits
from trailhouse.billing.models import BillingAccount, Book, Rule, Seller, Subscription, TaxRate
from trailhouse.billing.pricing import Counted, Interval, PriceBook, Tier, tier_for
from trailhouse.billing.states import RANKED, Dates
from trailhouse.core.errors import UserError
from trailhouse.core.periods import start_of

DAY = timedelta(days=1)
PAYING = sorted(state.value for state in RANKED)  # those that count for the discount


@lru_cache(maxsize=256)
def _book(number: int) -> PriceBook:
    return PriceBook.from_json(Book.objects.get(pk=number).content)


def book_of(billing: BillingAccount) -> PriceBook:
    """The prices that hold for the account. Published books never change, so they are remembered."""
    return _book(billing.book_id)


_held: ContextVar[Limits | None] = ContextVar("limits", default=None)


@contextmanager
def same_limits() -> Iterator[Limits]:
    """Read the limits once: `limits` answers the same within."""
    found = limits()
    token = _held.set(found)
    try:
        yield found
    finally:
        _held.reset(token)


def limits() -> Limits:
    """The operator's day counts."""
    held = _held.get()
    if held is not None:
        return held
    row = Rule.objects.filter(pk=Rule.ONLY).first()
    own: dict[str, Any] = row.limits if row else {}
    typed: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in own.items()}
    return Limits(**typed)


def zone_of(account: Account) -> ZoneInfo:
    """The zone whose days the account is billed by."""
    return ZoneInfo(account.timezone)


def day_of(account: Account, moment: datetime) -> date:
    """The local day of `moment` for the account."""
    return moment.astimezone(zone_of(account)).date()


def midnight(account: Account, day: date) -> datetime:
    """When `day` begins for the account, in UTC."""
    return start_of(day, zone_of(account))


def dates_of(subscription: Subscription) -> Dates:
    """What the subscription has waiting for it; days begin at the account's midnight."""
    account = subscription.account
    ends, pause = subscription.paid_until, subscription.pause_on
    return Dates(
        trial_ends=subscription.trial_ends_at,
        period_ends=midnight(account, ends) if ends else None,
        # What was billed meanwhile, as while a payment was missing, is not paused.
        pause_from=midnight(account, max(pause, ends or pause)) if pause else None,
        dunning_since=subscription.dunning_since,
    )


def tier_of(subscription: Subscription, book: PriceBook) -> Tier:
    """The tier of `subscription` in `book`; the lowest where none was quoted."""
    return tier_for(book, subscription.tier or 0)


def counted(subscription: Subscription, book: PriceBook, interval: Interval | None = None) -> Counted:
    """`subscription` as it is ranked; `interval` in place of its own where it is to be activated."""
    tier = tier_of(subscription, book)
    return Counted(
        site=subscription.pk,
        monthly=tier.monthly,
        yearly=tier.yearly,
        interval=interval or Interval(subscription.interval),
        since=subscription.began_at,
    )


def all_counted(account: Account, book: PriceBook) -> list[Counted]:
    """The account's sites that count for the discount."""
    found: Iterable[Subscription] = Subscription.objects.filter(account=account, state__in=PAYING)
    return [counted(one, book) for one in found]


def seller() -> Seller:
    """Who sells. Raises UserError where the operator has not said it yet."""
    found = Seller.objects.filter(is_default=True).first()
    if found is None:
        raise UserError(
            "no_seller",
            _("Nothing can be invoiced yet: the seller's name and address are missing."),
            _("The operator enters them under Billing."),
            status=409,
        )
    return found


def buyer_of(billing: BillingAccount, selling: Seller) -> tax.Buyer:
    """The account as the tax rules see it; without an address it is taxed as at the seller's place."""
    return tax.Buyer(
        country=billing.country or selling.country,
        region=billing.region,
        vat_valid=bool(billing.vat_number and billing.vat_checked_at),
        business=bool(billing.vat_number),
        certificate=bool(billing.exempt_certificate),
    )


def treatment_of(billing: BillingAccount, on: date) -> tax.Treatment:
    """How a sale to the account on that day is taxed. Raises UserError where no rate is known."""
    selling = seller()
    rates = [
        tax.Rate(row.country, row.region, row.rate, row.valid_from)
        for row in TaxRate.objects.filter(country__in={selling.country, billing.country or selling.country})
    ]
    try:
        return tax.treatment(
            selling.country, bool(selling.vat_number), buyer_of(billing, selling), rates, on, oss=selling.oss
        )
    except LookupError as error:
        raise UserError(
            "no_tax_rate", str(error), _("The operator enters the rate under Billing, Tax."), status=409
        ) from None


def seller_now(selling: Seller) -> dict[str, Any]:
    """The seller as documents keep it."""
    names = ("name", "address", "postcode", "city", "region", "country", "vat_number", "registration", "email", "iban",
             "bic", "bank")  # fmt: skip
    return {name: getattr(selling, name) for name in names}


def buyer_now(billing: BillingAccount) -> dict[str, Any]:
    """The buyer as documents keep it."""
    names = ("address", "postcode", "city", "region", "country", "vat_number", "exempt_certificate", "purchase_order")
    kept = {name: getattr(billing, name) for name in names}
    return kept | {
        "name": billing.company or billing.account.name,
        "email": billing.invoice_email or billing.account.owner.email,
        "account": billing.account_id,
    }
