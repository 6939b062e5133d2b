"""Tax of a sale: the category and ground of each kind of buyer, the rate of the day, and totals to the cent."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.billing.books import prices, rates
from trailhouse.billing.pricing import line
from trailhouse.billing.tax import (
    EU,
    GROUNDS,
    Buyer,
    Category,
    CategoryTotal,
    Rate,
    Treatment,
    rate_on,
    shipped_rates,
    totals,
    treatment,
)
from trailhouse.core.money import decimal_text

TODAY = date(2026, 11, 1)
RATES = shipped_rates()
SWISS = (*RATES, Rate("CH", "", 810, date(2024, 1, 1)))
STANDARD = Treatment("S", 2100, "standard")
REVERSE = Treatment("AE", 0, "reverse_charge")
OUTSIDE_SCOPE = Treatment("O", 0, "outside_scope")


def sale(
    seller: str, buyer: Buyer, *, registered: bool = True, oss: bool = False, table: Iterable[Rate] = SWISS
) -> Treatment:
    return treatment(seller, registered, buyer, table, TODAY, oss=oss)


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        pytest.param(Buyer("NL", vat_valid=True), STANDARD, id="at home, also with a VAT number"),
        pytest.param(Buyer("NL", business=False), STANDARD, id="at home, a person"),
        pytest.param(Buyer("DE", vat_valid=True), REVERSE, id="a business in another member state owes the tax"),
        pytest.param(Buyer("EL", vat_valid=True), REVERSE, id="Greece, by the code of its VAT numbers"),
        pytest.param(Buyer("DE"), STANDARD, id="a business without a valid number pays the seller's"),
        pytest.param(Buyer("DE", vat_valid=True, business=False), STANDARD, id="so does a person"),
        pytest.param(Buyer("CH"), OUTSIDE_SCOPE, id="outside the EU"),
        pytest.param(Buyer("GB", vat_valid=True), OUTSIDE_SCOPE, id="the United Kingdom"),
        pytest.param(Buyer("XI", vat_valid=True), OUTSIDE_SCOPE, id="Northern Ireland, as this is a service"),
        pytest.param(Buyer("MC", vat_valid=True), REVERSE, id="Monaco is taxed as France"),
        pytest.param(Buyer("ES", "CN"), OUTSIDE_SCOPE, id="the Canary Islands are outside"),
        pytest.param(Buyer("RE"), OUTSIDE_SCOPE, id="so is Réunion"),
        pytest.param(Buyer("NL", certificate=True), Treatment("E", 0, "exempt"), id="exempt with a certificate"),
        pytest.param(Buyer("DE", vat_valid=True, certificate=True), REVERSE, id="which nobody needs who is not taxed"),
    ],
)
def test_a_registered_seller_in_the_netherlands(buyer: Buyer, expected: Treatment) -> None:
    assert sale("NL", buyer) == expected


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        pytest.param(Buyer("DE"), Treatment("S", 1900, "destination"), id="the buyer's rate"),
        pytest.param(Buyer("FI"), Treatment("S", 2550, "destination"), id="of the day"),
        pytest.param(Buyer("PT", "20"), Treatment("S", 1600, "destination"), id="of its region"),
        pytest.param(Buyer("PT", "11"), Treatment("S", 2300, "destination"), id="or of its country"),
        pytest.param(Buyer("MC"), Treatment("S", 2000, "destination"), id="of France in Monaco"),
        pytest.param(Buyer("DE", vat_valid=True), REVERSE, id="a valid number goes before"),
        pytest.param(Buyer("DE", certificate=True), Treatment("E", 0, "exempt"), id="a certificate too"),
    ],
)
def test_a_seller_in_the_one_stop_shop(buyer: Buyer, expected: Treatment) -> None:
    assert sale("NL", buyer, oss=True) == expected


@pytest.mark.parametrize(
    ("buyer", "oss", "expected"),
    [
        pytest.param(Buyer("CH"), False, Treatment("S", 810, "standard"), id="at home"),
        pytest.param(Buyer("NL"), False, OUTSIDE_SCOPE, id="to the EU"),
        pytest.param(Buyer("NL", vat_valid=True), True, OUTSIDE_SCOPE, id="to a business that accounts for it itself"),
        pytest.param(Buyer("NL"), True, Treatment("S", 2100, "destination"), id="through the one-stop shop"),
        pytest.param(Buyer("US"), True, OUTSIDE_SCOPE, id="to anywhere else"),
    ],
)
def test_a_seller_outside_the_eu(buyer: Buyer, oss: bool, expected: Treatment) -> None:
    assert sale("CH", buyer, oss=oss) == expected


def test_who_is_not_registered_charges_no_tax_and_says_why() -> None:
    assert sale("DE", Buyer("DE"), registered=False) == Treatment("E", 0, "small_business")
    assert sale("US", Buyer("US"), registered=False) == Treatment("O", 0, "not_registered")


def test_a_rate_of_zero_is_a_category_of_its_own() -> None:
    assert sale("BM", Buyer("BM"), table=[Rate("BM", "", 0, TODAY)]) == Treatment("Z", 0, "standard")


def test_a_rate_that_nobody_entered_is_asked_for() -> None:
    with pytest.raises(LookupError, match="no tax rate of US is known for 2026-11-01: add one"):
        sale("US", Buyer("US"))
    with pytest.raises(LookupError, match="for 1950-01-01"):
        rate_on(RATES, "NL", "", date(1950, 1, 1))
    with pytest.raises(ValueError, match="basis points"):
        Rate("NL", "", 10_001, TODAY)


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("EE", date(2025, 6, 30), 2200),
        ("EE", date(2025, 7, 1), 2400),
        ("RO", date(2025, 7, 31), 1900),
        ("RO", date(2025, 8, 1), 2100),
    ],
)
def test_a_rate_holds_from_its_day_on(country: str, day: date, rate: int) -> None:
    assert rate_on(RATES, country, "", day) == rate


def test_a_region_keeps_its_own_rate_when_its_country_changes() -> None:
    table = [Rate("PT", "30", 2200, date(2020, 1, 1)), Rate("PT", "", 2400, date(2025, 1, 1))]
    assert rate_on(table, "PT", "30", TODAY) == 2200
    assert rate_on(table, "PT", "20", TODAY) == 2400


def test_every_member_state_has_a_rate_from_the_start() -> None:
    assert len(EU) == 27
    assert {rate.country for rate in RATES} == EU
    assert all(1500 <= rate_on(RATES, country, "", TODAY) <= 2700 for country in EU)
    assert len({(rate.country, rate.region, rate.valid_from) for rate in RATES}) == len(RATES)


@given(
    st.sampled_from(["NL", "DE", "CH", "GR", "PT"]),
    st.booleans(),
    st.builds(
        Buyer,
        st.sampled_from(["NL", "DE", "CH", "EL", "MC", "XI", "ES", "FI"]),
        st.sampled_from(["", "CN", "01"]),
        *[st.booleans()] * 3,
    ),
    st.booleans(),
)
def test_only_a_standard_sale_is_taxed_and_every_sale_has_a_ground(
    seller: str, registered: bool, buyer: Buyer, oss: bool
) -> None:
    found = sale(seller, buyer, registered=registered, oss=oss)
    assert found.ground in GROUNDS
    assert (found.rate > 0) == (found.category == "S")


def test_tax_is_taken_of_the_sum_and_not_of_each_line() -> None:
    # Each line alone would be taxed with 0.03 (rounded from 0.0252).
    found = totals([(12, STANDARD)] * 10)
    assert (found.net, found.tax, found.total) == (120, 25, 145)


def test_the_invoice_of_the_design() -> None:
    prices_and_rates = [(2900, 0), (1900, 500), (1900, 500), (1900, 500), (2900, 1000)]
    found = totals((line(price, rate).net, STANDARD) for price, rate in prices_and_rates)
    assert [decimal_text(amount, "EUR") for amount in (found.net, found.tax, found.total)] == [
        "109.25",
        "22.94",
        "132.19",
    ]


def test_each_category_stands_by_itself_in_the_order_of_its_first_line() -> None:
    low = Treatment("S", 900, "standard")
    found = totals([(100, low), (50, REVERSE), (1000, STANDARD), (5, low)])
    assert found.by_category == (
        CategoryTotal(low, 105, 9),
        CategoryTotal(REVERSE, 50, 0),
        CategoryTotal(STANDARD, 1000, 210),
    )
    assert found.total == 1155 + 219


@pytest.mark.parametrize(
    ("currency", "net", "tax", "total"),
    [("JPY", "1805", "379", "2184"), ("EUR", "18.05", "3.79", "21.84"), ("KWD", "1.805", "0.379", "2.184")],
)
def test_totals_round_to_the_minor_unit_whatever_it_is(currency: str, net: str, tax: str, total: str) -> None:
    found = totals([(1805, STANDARD)])
    assert [decimal_text(amount, currency) for amount in (found.net, found.tax, found.total)] == [net, tax, total]


def test_an_empty_document_comes_to_nothing() -> None:
    assert (totals([]).net, totals([]).by_category, totals([]).total) == (0, (), 0)


categories: st.SearchStrategy[Category] = st.sampled_from(["S", "AE", "O", "E", "Z"])
treatments = st.builds(
    lambda category, rate: Treatment(category, rate if category == "S" else 0, "standard"), categories, rates
)


@given(st.lists(st.tuples(prices, rates, treatments), max_size=12))
def test_lines_tax_and_total_agree_to_the_cent(rows: list[tuple[int, int, Treatment]]) -> None:
    nets = [(line(price, rate).net, how) for price, rate, how in rows]
    found = totals(nets)
    assert found.net == sum(net for net, _ in nets) == sum(row.base for row in found.by_category)
    assert found.tax == sum(row.tax for row in found.by_category)
    assert found.net + found.tax == found.total
    for row in found.by_category:
        assert row.base == sum(net for net, how in nets if how == row.treatment)
        assert abs(row.tax - Fraction(row.base * row.treatment.rate, 10_000)) <= Fraction(1, 2)
    mirrored = totals((-net, how) for net, how in nets)
    assert (mirrored.net, mirrored.tax, mirrored.total) == (-found.net, -found.tax, -found.total)
