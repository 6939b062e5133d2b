"""Money: whole minor units and a currency; never a float."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# ISO 4217: currencies by the number of decimal places that their minor unit stands for.
_BY_PLACES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE"
    " CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL"
    " HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR"
    " MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD"
    " SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG"
    " YER ZAR ZMW ZWG ZWL",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

CURRENCIES: dict[str, int] = {code: places for places, codes in _BY_PLACES.items() for code in codes.split()}
LARGEST = 2**63 - 1
MINUS = "−"  # as wide as a digit; in everything that people read


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents of EUR, yen of JPY) of an ISO 4217 currency."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._check(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.amount * count, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        """Such as "EUR 12.34"; for logs and tests, not for people."""
        return f"{self.currency} {decimal_text(self.amount, self.currency)}"

    def _check(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")


def exponent(currency: str) -> int:
    """How many decimal places the minor unit stands for. ValueError for an unknown currency."""
    if currency not in CURRENCIES:
        raise ValueError(f"{currency!r} is no currency of ISO 4217")
    return CURRENCIES[currency]


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a plain decimal number such as "12.34" or "-5".

    Strict: ASCII digits, at most one point, no more places than the currency has (trailing zeros are none), within 64
    bits. Raises ValueError otherwise.
    """
    places = exponent(currency)
    match = re.fullmatch(r"(-?)([0-9]{1,19})(?:\.([0-9]{1,20}))?", text, re.ASCII)
    if match is None:
        raise ValueError(f"{text[:40]!r} is no amount")
    sign, whole, fraction = match[1], match[2], (match[3] or "").rstrip("0")
    if len(fraction) > places:
        raise ValueError(f"{text!r} has more than the {places} decimal places of {currency}")
    amount = int(whole + fraction.ljust(places, "0"))
    if amount > LARGEST:
        raise ValueError(f"{text!r} is too large")
    return -amount if sign else amount


def round_amount(text: str, currency: str) -> int:
    """Minor units of a number as a page computed it, such as "19.990000000000002" or "4.2e1", rounded half up.

    Raises ValueError for what is no finite number or does not fit 64 bits.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is no amount") from None
    places = exponent(currency)
    if not amount.is_finite() or amount.adjusted() > 18:
        raise ValueError(f"{text[:40]!r} is no amount")
    minor = int(amount.scaleb(places).to_integral_value(ROUND_HALF_UP))
    if abs(minor) > LARGEST:
        raise ValueError(f"{text[:40]!r} is too large")
    return minor


def decimal_text(amount: int, currency: str) -> str:
    """Minor units as a plain decimal number: 1234 of EUR is "12.34"."""
    places = exponent(currency)
    digits = str(abs(amount)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if amount < 0 else text
