"""Money and rates as people read them. Amounts have their currency's own places: none of yen, three of dinars."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, format_percent

from trailhouse.billing.amounts import WHOLE
from trailhouse.core.money import MINUS, Money, decimal_text


def money_text(money: Money, language: str) -> str:
    """Such as "€9.00", "9,00 €", "−€9.00": in the manner of the language."""
    amount = Decimal(decimal_text(money.amount, money.currency))
    return format_currency(amount, money.currency, locale=language).replace("-", MINUS)


def rate_text(points: int, where: Locale) -> str:
    """Basis points as "21%", "5,5 %": as many decimals as there are, at most two."""
    pattern = str(where.percent_formats[None].pattern).replace("##0", "##0.##")
    return format_percent(Decimal(points) / WHOLE, pattern, locale=where)
