"""What documents say, in the document's own language: labels, grounds of tax, dates, rates and amounts."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal
from django.utils.translation import gettext, gettext_noop

from trailhouse.billing.money_text import money_text, rate_text
from trailhouse.core.money import MINUS, Money, decimal_text, exponent
from trailhouse.outbox.locales import locale

NONE = "—"
# Why a sale is taxed as it is, by `tax.GROUNDS`. `seller` and `buyer` are countries.
GROUNDS = {
    "standard": gettext_noop("Taxed where the seller is: %(seller)s."),
    "destination": gettext_noop("Taxed where the customer is, %(buyer)s, through the one-stop shop."),
    "reverse_charge": gettext_noop(
        "Reverse charge: the customer owes the VAT (Articles 44 and 196 of Directive 2006/112/EC)."
    ),
    "outside_scope": gettext_noop("Outside the scope of VAT: the place of supply is where the customer is."),
    "exempt": gettext_noop("Exempt from VAT by the customer's certificate %(certificate)s."),
    "small_business": gettext_noop("No VAT is charged: the seller is exempt from it as a small business."),
    "not_registered": gettext_noop("No VAT is charged: the seller is not registered for it."),
}


def day(value: date) -> str:
    """Such as "1 January 2027"."""
    return format_date(value, "long", locale=locale())


def short_day(value: date) -> str:
    """Such as "1 Jan 2027"."""
    return format_date(value, "medium", locale=locale())


def span(start: date | None, end: date | None) -> str:
    """The days from `start` up to but not including `end`, such as "1–31 Jan 2027"; empty where there is none."""
    if start is None or end is None:
        return ""
    last = max(start, end - timedelta(days=1))
    return short_day(start) if last == start else format_interval(start, last, "yMMMd", locale=locale())


def rate(basis_points: int) -> str:
    """Such as "21%", "5,5 %"."""
    return rate_text(basis_points, locale())


def amount(value: int, currency: str) -> str:
    """In the places of its currency, without its name: "1,234.00"; a minus that is as wide as a digit."""
    places = exponent(currency)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    text: str = format_decimal(Decimal(decimal_text(value, currency)), pattern, locale=locale())
    return text.replace("-", MINUS)


def money(value: int, currency: str) -> str:
    """With its currency: "€1,234.00"."""
    return money_text(Money(value, currency), str(locale()))


def count(value: int) -> str:
    """Such as "100,000"."""
    return str(format_decimal(value, "#,##0", locale=locale()))


def country(code: str) -> str:
    """The name of a country (ISO 3166-1)."""
    return str(locale().territories.get(code, code))


def tax_name(tax: Mapping[str, Any]) -> str:
    """A row of a document's `taxes`: "VAT 21%"."""
    return gettext("VAT %(rate)s") % {"rate": rate(tax["rate"])}


def ground(tax: Mapping[str, Any], seller: Mapping[str, Any], buyer: Mapping[str, Any]) -> str:
    """Why it is taxed so, as a sentence."""
    names = {
        "seller": country(seller.get("country", "")),
        "buyer": country(buyer.get("country", "") or seller.get("country", "")),
        "certificate": buyer.get("exempt_certificate", ""),
    }
    return gettext(GROUNDS[tax["ground"]]) % names


def address(party: Mapping[str, Any]) -> list[str]:
    """The lines of an address as an envelope has them, with the country at the end."""
    place = " ".join(part for part in (party.get("postcode", ""), party.get("city", "")) if part)
    last = ", ".join(part for part in (place, party.get("region", "")) if part)
    street = [line.strip() for line in party.get("address", "").splitlines()]
    lines = [*street, last, country(party["country"]) if party.get("country") else ""]
    return [line for line in lines if line]


def in_fours(text: str) -> str:
    """In groups of four, which no line break parts."""
    plain = "".join(text.split())
    return "\u00a0".join(plain[at : at + 4] for at in range(0, len(plain), 4))
