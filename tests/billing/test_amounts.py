"""The arithmetic of a line: rounded half up, once; shares lose and gain nothing."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.billing.books import prices, rates
from trailhouse.billing.amounts import (
    LineAmounts,
    adjustment,
    allocate,
    discounted,
    half_up,
    line,
    repriced,
    unused,
)
from trailhouse.core.money import decimal_text

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("price", "rate", "currency", "net"),
    [
        pytest.param(1900, 500, "EUR", "18.05", id="5 % off 19 euros"),
        pytest.param(1, 5_000, "EUR", "0.01", id="half a cent is rounded up"),
        pytest.param(1, 5_001, "EUR", "0.00", id="less than half a cent is not"),
        pytest.param(1990, 1_250, "JPY", "1741", id="yen have no decimals"),
        pytest.param(1990, 1_250, "KWD", "1.741", id="dinars have three"),
        pytest.param(1900, 0, "EUR", "19.00", id="the first site pays in full"),
        pytest.param(1900, 10_000, "EUR", "0.00", id="nothing is left of 100 %"),
    ],
)
def test_what_is_left_after_a_discount(price: int, rate: int, currency: str, net: str) -> None:
    assert decimal_text(discounted(price, rate), currency) == net


@pytest.mark.parametrize(
    ("price", "rate", "days", "of_days", "amounts"),
    [
        pytest.param(1900, 500, 31, 31, LineAmounts(1900, 95, 1805), id="all days are the whole price"),
        pytest.param(1900, 500, 10, 31, LineAmounts(613, 31, 582), id="582.26, not 95 % of a rounded 613"),
        pytest.param(3, 5_000, 1, 2, LineAmounts(2, 1, 1), id="rounded once: 0.75, not half of 2"),
        pytest.param(19_000, 0, 10, 31 * 12, LineAmounts(511, 0, 511), id="a twelfth of a year"),
        pytest.param(1900, 500, 0, 30, LineAmounts(0, 0, 0), id="no days cost nothing"),
    ],
)
def test_a_line_for_part_of_a_month(price: int, rate: int, days: int, of_days: int, amounts: LineAmounts) -> None:
    assert line(price, rate, days, of_days) == amounts


@given(prices, rates, st.integers(0, 31), st.integers(0, 3))
def test_a_line_adds_up_and_is_exact_to_half_a_cent(price: int, rate: int, days: int, more: int) -> None:
    of_days = max(1, days + more)
    amounts = line(price, rate, days, of_days)
    assert amounts.list - amounts.discount == amounts.net
    assert min(amounts.list, amounts.discount, amounts.net) >= 0
    exact = Fraction(price * days * (10_000 - rate), of_days * 10_000)
    assert -HALF < amounts.net - exact <= HALF


@pytest.mark.parametrize(
    ("price", "rate", "days", "of_days"),
    [
        (-1, 0, None, None),
        (1, -1, None, None),
        (1, 10_001, None, None),
        (1, 0, 2, 1),
        (1, 0, -1, 1),
        (1, 0, 0, 0),
        (1, 0, 5, None),
        (1, 0, None, 5),
    ],
)
def test_a_line_refuses_nonsense(price: int, rate: int, days: int | None, of_days: int | None) -> None:
    with pytest.raises(ValueError, match=r"price|rate|days"):
        line(price, rate, days, of_days)


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_a_credit_rounds_as_its_charge(numerator: int, denominator: int) -> None:
    assert half_up(-numerator, denominator) == -half_up(numerator, denominator)
    assert abs(half_up(numerator, denominator) - Fraction(numerator, denominator)) <= HALF


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=12), st.data())
def test_shares_add_up_and_leave_no_line_negative(lines: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(lines)))
    shares = allocate(amount, lines)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, lines, strict=True))
    whole = sum(lines) or 1
    assert all(abs(share - Fraction(amount * weight, whole)) < 1 for share, weight in zip(shares, lines, strict=True))


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        pytest.param(100, (1, 1, 1), (34, 33, 33), id="what is left over goes to the first of equals"),
        pytest.param(100, (1, 1, 4), (17, 17, 66), id="and before that to the largest remainders"),
        pytest.param(2, (0, 5, 0), (0, 2, 0), id="nothing to what weighs nothing"),
        pytest.param(0, (0, 0), (0, 0), id="nothing to share"),
        pytest.param(0, (), (), id="and nobody to share it"),
    ],
)
def test_who_gets_what_is_left_over(amount: int, weights: tuple[int, ...], shares: tuple[int, ...]) -> None:
    assert allocate(amount, weights) == shares


@pytest.mark.parametrize(("amount", "weights"), [(-1, (1,)), (1, (2, -1)), (1, (0, 0)), (1, ())])
def test_what_cannot_be_shared(amount: int, weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"negative|zero"):
        allocate(amount, weights)


@pytest.mark.parametrize(
    ("paid", "months", "credit"),
    [
        pytest.param(18_050, 1, 16_245, id="a year, less the month that has begun"),
        pytest.param(18_050, 9, 1_805, id="after nine months one is left, as a year is ten"),
        pytest.param(18_050, 12, 0, id="never below zero"),
        pytest.param(1_805, 1, 0, id="a month that has begun is used"),
    ],
)
def test_the_credit_of_a_site_that_is_removed(paid: int, months: int, credit: int) -> None:
    assert unused(paid, 1900, 500, months) == credit


@given(prices, rates)
def test_a_monthly_site_that_is_removed_leaves_no_credit(price: int, rate: int) -> None:
    assert unused(discounted(price, rate), price, rate, 1) == 0


def test_a_struck_spike_is_credited_at_the_lines_own_rate() -> None:
    billed = line(2900, 500).net
    assert repriced(billed, 1900, 500) == 950
    assert repriced(billed, 4900, 500) == 0


@given(prices, prices, rates, st.integers(0, 365))
def test_a_correction_and_its_reverse_cancel_out(old: int, new: int, rate: int, days: int) -> None:
    assert adjustment(old, new, rate, days, 365) == -adjustment(new, old, rate, days, 365)


def test_a_yearly_site_is_charged_for_the_days_that_are_left() -> None:
    assert adjustment(19_000, 49_000, 1_000, 73, 365) == 5_400
    assert adjustment(49_000, 19_000, 1_000, 73, 365) == -5_400
    with pytest.raises(ValueError, match="negative"):
        unused(-1, 1900, 0, 1)
