"""What clients pay the reseller: setting a rate, and taking one back. Part of the services of `billing`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing import earning, statement
from trailhouse.billing.earning import Kind
from trailhouse.billing.models import BillingAccount, ClientRate, ClientStatement, Subscription
from trailhouse.billing.money_text import money_text
from trailhouse.billing.values import book_of, day_of
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money
from trailhouse.sites.models import Client

FIRST_DAY = date(2000, 1, 1)
FARTHEST = timedelta(days=10 * 366)
MOST_FIXED = 10**12  # minor units a month
MOST_PLUS = 100_000  # basis points: ten times the cost on top of it


@transaction.atomic
def set_rate(
    billing: BillingAccount, client: Client, kind: Kind, value: int, valid_from: date, *, by: User | None
) -> ClientRate:
    """Have `client` pay so from a day on; the rate before ends there, and stays. The same a second time finds it.

    Raises UserError for a value or a day out of range, and where another rate begins on that day.
    """
    if client.account_id != billing.account_id:
        raise ValueError(f"{client} is no client of {billing.account}")
    _check(kind, value, valid_from, day_of(billing.account, clock.now()))
    values = {"kind": kind.value, "value": value, "currency": billing.book.currency}
    there = ClientRate.objects.filter(client=client, valid_from=valid_from).first()
    if there is not None and all(getattr(there, name) == wanted for name, wanted in values.items()):
        return there
    try:
        with transaction.atomic():
            made = ClientRate.objects.create(client=client, valid_from=valid_from, by=by, **values)
    except IntegrityError:
        raise UserError(
            "rate_exists",
            _("Another rate of %(client)s begins on that day.") % {"client": client.name},
            _("Take that one back first, or choose another day."),
            status=409,
        ) from None
    record("billing.client_rate", account=billing.account, by=by, subject=client.name, details=_told(made))
    return made


@transaction.atomic
def take_back(rate: ClientRate, *, by: User | None) -> None:
    """Remove a rate; the one before holds on. UserError where a statement that was sent was computed by it."""
    if is_used(rate):
        raise UserError(
            "rate_used",
            _("A statement was sent that was computed by this rate, so it stays."),
            _("Set another rate from a later day on."),
            status=409,
        )
    client = rate.client
    record("billing.client_rate_removed", account=client.account, by=by, subject=client.name, details=_told(rate))
    rate.delete()


def is_used(rate: ClientRate) -> bool:
    """Whether a statement was sent of days on which `rate` holds."""
    following = ClientRate.objects.filter(client=rate.client_id, valid_from__gt=rate.valid_from).first()
    sent = ClientStatement.objects.filter(client=rate.client_id, end__gt=rate.valid_from)
    return (sent.filter(start__lt=following.valid_from) if following else sent).exists()


def history(client: Client) -> list[ClientRate]:
    """The rates of a client, the newest first."""
    return list(ClientRate.objects.filter(client=client).select_related("by").order_by("-valid_from"))


def rate_on(client: Client, day: date) -> ClientRate | None:
    """The rate that holds on that day."""
    return ClientRate.objects.filter(client=client, valid_from__lte=day).order_by("-valid_from").first()


def has_rates(account: Account) -> bool:
    """Whether any client of the account has a rate: statements are spoken of only then."""
    return ClientRate.objects.filter(client__account=account).exists()


def month_cost(billing: BillingAccount, client: Client) -> int:
    """What the sites of `client` that are paid for cost the account a month at today's prices, net."""
    terms = statement.terms_of(billing)
    own = Subscription.objects.filter(account=billing.account, site__client=client).values_list("pk", flat=True)
    months = (terms[number].month for number in own if number in terms and not terms[number].if_activated)
    return sum(month.net for month in months if month)


@dataclass(frozen=True)
class Charged:
    """What an account's clients pay it a month by the rates that hold on a day; minor units, net.

    `price` is None where no client has a rate. It leaves out clients: `unrated` have sites and no rate, the rate of
    `foreign` ones is an amount in another currency.
    """

    price: int | None
    unrated: int
    foreign: int


def charged(billing: BillingAccount, day: date, costs: Mapping[int, Sequence[int]]) -> Charged:
    """By the rates of `day`. `costs`: what each paid site costs a month, by the client; one without any has none."""
    found = ClientRate.objects.filter(client__account=billing.account, valid_from__lte=day).order_by("valid_from")
    rates = {row.client_id: row for row in found}  # the last one holds
    currency = book_of(billing).currency
    own = {n: row for n, row in rates.items() if row.kind != Kind.FIXED or row.currency == currency}
    prices = [
        earning.month_price(rate, costs.get(n, ())) for n, rate in zip(own, values_of([*own.values()]), strict=True)
    ]
    return Charged(sum(prices) if own else None, len(costs.keys() - rates.keys()), len(rates) - len(own))


def values_of(rows: list[ClientRate]) -> list[earning.Rate]:
    """Rows as `earning` computes with them."""
    return [earning.Rate(Kind(row.kind), row.value, row.valid_from) for row in rows]


def _check(kind: Kind, value: int, valid_from: date, today: date) -> None:
    most = {Kind.FIXED: MOST_FIXED, Kind.PLUS: MOST_PLUS, Kind.NONE: 0}[kind]
    if not 0 <= value <= most:
        raise UserError("wrong_rate", _("This rate is out of range."), _("Enter a smaller number, not below zero."))
    if not FIRST_DAY <= valid_from <= today + FARTHEST:
        raise UserError(
            "wrong_rate_day", _("A rate cannot begin on that day."), _("Choose one from 2000 to ten years from now.")
        )


def _told(rate: ClientRate) -> dict[str, str]:
    """What the audit log keeps of a rate, without words that belong to a language."""
    if rate.kind == Kind.FIXED:
        text = money_text(Money(rate.value, rate.currency), "en")
    else:
        text = f"+ {rate.value / 100:g} %" if rate.kind == Kind.PLUS else "0"
    return {"rate": text, "day": rate.valid_from.isoformat()}
