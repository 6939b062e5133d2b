"""Amounts as people and banks type them: 1.234,56 and 1,234.56, with spaces, signs and the currency around them."""

import re

from trailhouse.core.money import exponent, parse_amount

_AROUND = re.compile(r"[\s\u00a0\u2007\u202f'\u2019_]")
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_SYMBOLS = "€$£¥₤₩₺₽₹kr.złKčFtlei"


def typed_amount(text: str, currency: str) -> int:
    """Minor units of an amount in any usual way of writing it.

    Of a point and a comma the last is the decimal sign; one alone that is followed by three digits groups thousands,
    unless the currency has three places. Raises ValueError for anything else, and for what could mean two amounts.
    """
    plain = _bare(text, currency)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return parse_amount(plain, currency)
    decimal = _decimal_sign(plain, marks, currency)
    whole, _mark, fraction = plain.rpartition(decimal) if decimal else (plain, "", "")
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
        raise ValueError(f"{text[:40]!r} is no amount")
    return parse_amount("".join(groups) + (f".{fraction}" if fraction else ""), currency)


def _bare(text: str, currency: str) -> str:
    plain = _AROUND.sub("", text.translate(_SIGNS))
    plain = re.sub(rf"^([-+]?)(?:{currency}|[{_SYMBOLS}]+)", r"\1", plain, flags=re.IGNORECASE)
    plain = re.sub(rf"(?:{currency}|[{_SYMBOLS[:7]}]+|,-|,--)$", "", plain, flags=re.IGNORECASE)
    if plain.endswith("-"):  # as some banks write it
        plain = f"-{plain[:-1]}"
    return plain.removeprefix("+")


def _decimal_sign(plain: str, marks: list[str], currency: str) -> str:
    last = marks[-1]
    if len(set(marks)) == 2:
        if marks.count(last) > 1:
            raise ValueError(f"{plain[:40]!r} is no amount")
        return last
    if len(marks) > 1:
        return ""
    after = len(plain) - plain.index(last) - 1
    if after != 3:
        return last
    if exponent(currency) >= 3 and last == ",":
        raise ValueError(f"{plain[:40]!r} could mean two amounts: write it with a point, or without a sign")
    return last if exponent(currency) >= 3 else ""
