"""Money as people read it. Amounts carry their currency's own places: no decimals of yen, three of dinars."""

from decimal import Decimal

from babel.numbers import format_currency

from trailhouse.core.money import Money, decimal_text


def money_text(money: Money, language: str) -> str:
    """Such as "€9.00", "9,00 €": in the manner of the language."""
    return format_currency(Decimal(decimal_text(money.amount, money.currency)), money.currency, locale=language)
