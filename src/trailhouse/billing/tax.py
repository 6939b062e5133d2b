"""Tax of a sale: which of the EN 16931 categories it falls in, at which rate, and the totals of a document. Pure.

What is sold is an electronic service to a business. The rates of each country (and of regions that have their own) are
data with dates, which the operator keeps; `shipped_rates` are what a fresh instance begins with.

What is simplified: the seller is in the main part of its country; a buyer in one of a member's territories that lie
outside the EU's VAT (`OUTSIDE`) is told by its region, given as ISO 3166-2 without the country ("CN" of ES-CN), so
places without a code of their own (Büsingen, Heligoland, Livigno, Campione) are charged as the rest of their country;
Northern Ireland is inside the EU for goods alone, so for us it is the United Kingdom; a seller that is not registered
charges nothing anywhere. Customers who are no businesses are charged as businesses without a VAT number.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

from trailhouse.billing.amounts import WHOLE, half_up

Category = Literal["S", "AE", "O", "E", "Z"]

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_MEMBERS.split())
# Codes of VAT numbers and of territories that are taxed as part of another country.
TAXED_AS = {"EL": "GR", "MC": "FR", "UK": "GB", "XI": "GB", "IM": "GB"}
# (country, region): parts of a member state where the EU's VAT does not hold. Those with a country code of their own
# (Åland AX, Guadeloupe GP, Martinique MQ, French Guiana GF, Réunion RE, Mayotte YT) are outside by that.
OUTSIDE = frozenset(
    {
        ("ES", "CN"),  # Canary Islands
        ("ES", "GC"),  # Las Palmas
        ("ES", "TF"),  # Santa Cruz de Tenerife
        ("ES", "CE"),  # Ceuta
        ("ES", "ML"),  # Melilla
        ("FI", "01"),  # Åland
        ("FR", "971"),  # Guadeloupe
        ("FR", "972"),  # Martinique
        ("FR", "973"),  # French Guiana
        ("FR", "974"),  # Réunion
        ("FR", "976"),  # Mayotte
        ("GR", "69"),  # Mount Athos
    }
)
# Why a sale is taxed as it is; each invoice says so in words.
GROUNDS = (
    "standard",  # taxed where the seller is
    "destination",  # taxed where the buyer is, through the one-stop shop
    "reverse_charge",  # the buyer, a business in another member state, owes the tax
    "outside_scope",  # the place of supply is outside the seller's tax
    "exempt",  # the buyer has a certificate
    "small_business",  # the seller is in the EU and not registered for VAT
    "not_registered",  # the seller is elsewhere and collects no tax
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a sale is taxed: a category of EN 16931 (UNCL 5305), the rate in basis points, and one of GROUNDS.

    S standard, AE reverse charge, O outside scope, E exempt, Z zero rate; only S has a rate above zero.
    """

    category: Category
    rate: int
    ground: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: country (ISO 3166-1) and region ("" or ISO 3166-2 without the country), and what it has proved."""

    country: str
    region: str = ""
    vat_valid: bool = False
    business: bool = True
    certificate: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """The standard rate of a country or of its region, in basis points, from a day on until the next such rate."""

    country: str
    region: str
    rate: int
    valid_from: date

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= WHOLE:
            raise ValueError(f"a tax rate is 0 to {WHOLE} basis points, got {self.rate} for {self.country}")


def shipped_rates() -> tuple[Rate, ...]:
    """The standard rates that ship with the package: the member states of the EU, and regions with their own."""
    table = tomllib.loads((files("trailhouse.billing") / "rates.toml").read_text(encoding="utf-8"))
    return tuple(Rate(row["country"], row.get("region", ""), row["rate"], row["from"]) for row in table["rate"])


def rate_on(rates: Iterable[Rate], country: str, region: str, on: date) -> int:
    """The rate of that place on that day; a region without its own has its country's.

    Raises LookupError where none is known.
    """
    held = [rate for rate in rates if rate.country == country and rate.region in ("", region) and rate.valid_from <= on]
    if not held:
        raise LookupError(f"no tax rate of {country} is known for {on}: add one to the table of tax rates")
    # That of the region, if there is one, and of those the latest.
    return max(held, key=lambda rate: (rate.region == region, rate.valid_from)).rate


def treatment(
    seller_country: str,
    seller_registered: bool,
    buyer: Buyer,
    rates: Iterable[Rate],
    on: date,
    *,
    oss: bool = False,
) -> Treatment:
    """How a sale to `buyer` on that day is taxed; `oss`: the seller declares through the one-stop shop.

    Raises LookupError where the tax is owed at a rate that is not in `rates`.
    """
    seller, home = _country(seller_country), _country(buyer.country)
    if not seller_registered:
        return _untaxed("E", "small_business") if seller in EU else _untaxed("O", "not_registered")
    buyer_in_eu = home in EU and (home, buyer.region) not in OUTSIDE
    if home == seller and (buyer_in_eu or seller not in EU):
        return _taxed(rate_on(rates, home, buyer.region, on), "standard", buyer)
    if not buyer_in_eu:
        return _untaxed("O", "outside_scope")
    if buyer.vat_valid and buyer.business:
        return _untaxed("AE", "reverse_charge") if seller in EU else _untaxed("O", "outside_scope")
    if oss:
        return _taxed(rate_on(rates, home, buyer.region, on), "destination", buyer)
    if seller not in EU:
        return _untaxed("O", "outside_scope")
    return _taxed(rate_on(rates, seller, "", on), "standard", buyer)


def _country(code: str) -> str:
    return TAXED_AS.get(code.upper(), code.upper())


def _untaxed(category: Category, ground: str) -> Treatment:
    return Treatment(category, 0, ground)


def _taxed(rate: int, ground: str, buyer: Buyer) -> Treatment:
    if buyer.certificate:
        return _untaxed("E", "exempt")
    return Treatment("S" if rate else "Z", rate, ground)


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """All lines of a document that are taxed alike: their net sum and the tax on it, in minor units."""

    treatment: Treatment
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document comes to, in minor units: `net` + `tax` = `total`."""

    net: int
    by_category: tuple[CategoryTotal, ...]
    tax: int
    total: int


def totals(lines: Iterable[tuple[int, Treatment]]) -> Totals:
    """The totals of lines (net, treatment): tax per treatment on the sum of its lines, half up, as EN 16931 orders.

    Treatments come in the order of their first line. A document of negative lines mirrors that of positive ones.
    """
    bases: dict[Treatment, int] = {}
    for net, how in lines:
        bases[how] = bases.get(how, 0) + net
    by_category = tuple(CategoryTotal(how, base, half_up(base * how.rate, WHOLE)) for how, base in bases.items())
    net, tax = sum(bases.values()), sum(row.tax for row in by_category)
    return Totals(net, by_category, tax, net + tax)
