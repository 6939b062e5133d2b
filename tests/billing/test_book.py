"""The price book: what ships, what is refused, and which tier holds a site."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.billing.books import books
from trailhouse.billing.pricing import DEFAULT_BOOK, BookError, Fees, Interval, PriceBook, Step, Tier, rate_at, tier_for
from trailhouse.core.money import decimal_text


@pytest.mark.parametrize(
    ("pageviews", "month", "year"),
    [
        pytest.param(0, "2.00", "20.00", id="an idle site costs the lowest tier"),
        pytest.param(1_000, "2.00", "20.00", id="the last included pageview is free"),
        pytest.param(1_001, "4.00", "40.00", id="one pageview more is the next tier"),
        pytest.param(10_000, "9.00", "90.00", id="ten thousand"),
        pytest.param(48_217, "19.00", "190.00", id="a bakery"),
        pytest.param(200_000, "29.00", "290.00", id="two hundred thousand"),
        pytest.param(500_000, "49.00", "490.00", id="half a million"),
        pytest.param(1_000_000, "69.00", "690.00", id="a million"),
        pytest.param(2_000_000, "89.00", "890.00", id="two million"),
        pytest.param(5_000_000, "129.00", "1290.00", id="five million"),
        pytest.param(10_000_000, "169.00", "1690.00", id="ten million"),
        pytest.param(90_000_000, "169.00", "1690.00", id="above the last tier its price goes on"),
    ],
)
def test_the_price_of_a_site_that_ships(pageviews: int, month: str, year: str) -> None:
    tier = tier_for(DEFAULT_BOOK, pageviews)
    assert decimal_text(tier.price(Interval.MONTHLY), "EUR") == month
    assert decimal_text(tier.price(Interval.YEARLY), "EUR") == year


@pytest.mark.parametrize(
    ("ranks", "rate"),
    [
        ((1,), 0),
        ((2, 4), 500),
        ((5, 9), 1000),
        ((10, 24), 2000),
        ((25, 49), 2500),
        ((50, 99), 3000),
        ((100, 900), 4000),
    ],
)
def test_the_ladder_that_ships(ranks: tuple[int, ...], rate: int) -> None:
    assert {rate_at(DEFAULT_BOOK, rank) for rank in ranks} == {rate}


def test_rebranding_is_not_offered_until_the_operator_prices_it() -> None:
    assert DEFAULT_BOOK.fees == Fees(None, None, None, None)


def test_a_negative_count_is_no_price() -> None:
    with pytest.raises(ValueError, match="-1"):
        tier_for(DEFAULT_BOOK, -1)
    with pytest.raises(ValueError, match="ranks begin at 1"):
        rate_at(DEFAULT_BOOK, 0)


@settings(max_examples=50)
@given(books(), st.integers(0, 60), st.integers(0, 60))
def test_a_price_never_falls_when_pageviews_rise(book: PriceBook, one: int, other: int) -> None:
    fewer, more = (tier_for(book, pageviews) for pageviews in sorted((one, other)))
    assert fewer.monthly <= more.monthly
    assert fewer.yearly <= more.yearly


@settings(max_examples=50)
@given(books(), st.integers(1, 12))
def test_a_discount_never_falls_with_rank(book: PriceBook, rank: int) -> None:
    assert 0 <= rate_at(book, rank) <= rate_at(book, rank + 1) <= 10_000


@settings(max_examples=50)
@given(books())
def test_a_book_survives_json(book: PriceBook) -> None:
    assert PriceBook.from_json(json.loads(json.dumps(book.to_json()))) == book


SMALL = Tier(1000, 200, 2000)


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"currency": "EURO"}, [("unknown_currency", ("EURO",))]),
        ({"tiers": ()}, [("no_tier", ())]),
        ({"tiers": (Tier(0, 1, 1),)}, [("pageviews_out_of_range", (0,))]),
        ({"tiers": (Tier(5, -1, 1),)}, [("price_negative", (5,))]),
        ({"tiers": (Tier(5, 1, 10**13),)}, [("price_too_high", (5,))]),
        ({"tiers": (SMALL, SMALL)}, [("pageviews_repeat", (1000,))]),
        ({"tiers": (SMALL, Tier(900, 300, 3000))}, [("pageviews_fall", (900,))]),
        ({"tiers": (SMALL, Tier(3000, 199, 2000))}, [("monthly_falls", (3000,))]),
        ({"tiers": (SMALL, Tier(3000, 200, 1999))}, [("yearly_falls", (3000,))]),
        ({"ladder": (Step(1, 500),)}, [("rank_too_low", (1,))]),
        ({"ladder": (Step(2, 10_001),)}, [("rate_out_of_range", (2, 10_001))]),
        ({"ladder": (Step(2, -1),)}, [("rate_out_of_range", (2, -1))]),
        ({"ladder": (Step(5, 500), Step(5, 600))}, [("ranks_not_rising", (5,))]),
        ({"ladder": (Step(2, 500), Step(5, 499))}, [("rate_falls", (5, 499))]),
        ({"fees": Fees(setup_logo=-1)}, [("fee_negative", ("setup_logo",))]),
        ({"fees": Fees(licence_plain=10**13)}, [("fee_too_high", ("licence_plain",))]),
        ({"currency": "", "tiers": ()}, [("unknown_currency", ("",)), ("no_tier", ())]),
    ],
)
def test_a_book_that_is_wrong_says_all_that_is(change: dict[str, object], problems: list[object]) -> None:
    with pytest.raises(BookError) as refused:
        replace(DEFAULT_BOOK, **change)  # type: ignore[arg-type]
    assert refused.value.problems == problems


@pytest.mark.parametrize(
    "change",
    [
        {"currency": None},
        {"tiers": [[1000, 200]]},
        {"tiers": [[1000, 200, 20.5]]},
        {"tiers": [[True, 200, 2000]]},
        {"tiers": ["abc"]},
        {"ladder": [[2, "500"]]},
        {"fees": {}},
        {"fees": {"setup_logo": 1.5, "setup_plain": None, "licence_logo": None, "licence_plain": None}},
    ],
)
def test_what_is_no_book_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BookError, match="malformed"):
        PriceBook.from_json(DEFAULT_BOOK.to_json() | change)
    with pytest.raises(BookError, match="malformed"):
        PriceBook.from_json(None)
