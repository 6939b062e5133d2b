"""Money in minor units."""

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.core.money import CURRENCIES, Money, decimal_text, exponent, parse_amount, round_amount


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.34", "EUR", 1234),
        ("12", "EUR", 1200),
        ("12.3", "EUR", 1230),
        ("12.3400", "EUR", 1234),
        ("-0.05", "USD", -5),
        ("0", "EUR", 0),
        ("500", "JPY", 500),
        ("500.00", "JPY", 500),
        ("1.234", "KWD", 1234),
    ],
)
def test_an_amount_is_read_to_the_minor_unit(text: str, currency: str, amount: int) -> None:
    assert parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    "text", ["", ".", "1.", ".5", "+1", "1e3", "1,5", "1 000", " 1", "NaN", "12.345", "--1", "٣", "1" * 20, "9" * 19]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_amount(text, "EUR")


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XYZ"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="no currency"):
        exponent(currency)


def test_the_minor_units_are_those_of_iso_4217() -> None:
    by_places = {code: exponent(code) for code in ("EUR", "JPY", "KWD", "CLF", "ISK", "HUF")}
    assert by_places == {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "ISK": 0, "HUF": 2}
    assert get_currency_precision("JPY") == exponent("JPY")


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(sorted(CURRENCIES)))
def test_an_amount_survives_being_written_and_read(amount: int, currency: str) -> None:
    assert parse_amount(decimal_text(amount, currency), currency) == amount


def test_amounts_of_one_currency_add_up() -> None:
    assert Money(150, "EUR") + Money(5, "EUR") - Money(1, "EUR") * 3 == Money(152, "EUR")
    assert str(-Money(5, "EUR")) == "EUR -0.05"


def test_amounts_of_two_currencies_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(("text", "currency", "amount"), [
    pytest.param("19.990000000000002", "EUR", 1999, id="what a page's arithmetic leaves"),
    pytest.param("0.125", "EUR", 13, id="half a cent up"),
    pytest.param("4.2e1", "EUR", 4200, id="with an exponent"),
    pytest.param("12.5", "JPY", 13, id="a currency without cents"),
    pytest.param("-3.005", "EUR", -301, id="away from zero"),
])  # fmt: skip
def test_an_amount_as_a_page_computed_it_is_rounded(text: str, currency: str, amount: int) -> None:
    assert round_amount(text, currency) == amount


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e400", "1e18", "much", ""])
def test_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|large"):
        round_amount(text, "EUR")
