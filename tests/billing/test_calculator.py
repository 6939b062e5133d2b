"""The calculator of the price page: the same figures as invoices."""

import pytest

from trailhouse.billing import calculator, pricing
from trailhouse.billing.book import DEFAULT_BOOK, Interval, PriceBook, Step, Tier, tier_for

UP_TO_100K = tier_for(DEFAULT_BOOK, 100_000)


def test_twelve_sites_cost_what_the_design_shows() -> None:
    found = calculator.offer(DEFAULT_BOOK, 12, UP_TO_100K, Interval.MONTHLY)
    assert [(one.first, one.last, one.rate, one.net) for one in found.parts] == [
        (1, 1, 0, 19_00), (2, 4, 500, 54_15), (5, 9, 1_000, 85_50), (10, 12, 2_000, 45_60),
    ]  # fmt: skip
    assert (found.total, found.per_site, found.month) == (204_25, 17_02, 204_25)
    assert (found.next.net, found.next.step) == (15_20, Step(25, 2_500))
    assert calculator.kept(39_00, 12, found, Interval.MONTHLY) == 263_75


def test_a_year_is_billed_line_by_line_and_told_by_the_month_too() -> None:
    found = calculator.offer(DEFAULT_BOOK, 2, UP_TO_100K, Interval.YEARLY)
    assert [one.net for one in found.parts] == [190_00, 180_50]
    assert (found.total, found.month) == (370_50, 15_83 + 15_04)
    assert calculator.kept(39_00, 2, found, Interval.YEARLY) == 39_00 * 24 - 370_50


@pytest.mark.parametrize("interval", Interval)
@pytest.mark.parametrize("sites", [1, 2, 9, 10, 99, 100, 1_000])
def test_the_parts_add_up_and_cover_every_site(sites: int, interval: Interval) -> None:
    for tier in (DEFAULT_BOOK.tiers[0], DEFAULT_BOOK.tiers[-1]):
        found = calculator.offer(DEFAULT_BOOK, sites, tier, interval)
        assert sum(one.net for one in found.parts) == found.total
        ranks = [rank for one in found.parts for rank in range(one.first, one.last + 1)]
        assert ranks == list(range(1, sites + 1))
        assert all(pricing.rate_at(DEFAULT_BOOK, one.last) == one.rate for one in found.parts)


def test_nobody_asks_for_no_site_or_for_more_than_are_shown() -> None:
    for sites in (0, calculator.MOST_SITES + 1):
        with pytest.raises(ValueError, match="sites"):
            calculator.offer(DEFAULT_BOOK, sites, UP_TO_100K, Interval.MONTHLY)


@pytest.mark.parametrize(
    ("tiers", "free"),
    [
        pytest.param(((1, 200, 2_000), (2, 900, 9_000)), 2, id="ten months throughout"),
        pytest.param(((1, 200, 2_000), (2, 900, 9_900)), 0, id="two in one tier, one in another"),
        pytest.param(((1, 200, 2_150),), 0, id="a part of a month"),
        pytest.param(((1, 200, 2_400),), 0, id="a year costs twelve months"),
        pytest.param(((1, 0, 0), (2, 900, 9_000)), 2, id="a tier that is free says nothing"),
    ],
)
def test_months_that_are_free_in_a_year(tiers: tuple[tuple[int, int, int], ...], free: int) -> None:
    assert calculator.months_free(PriceBook("EUR", tuple(Tier(*row) for row in tiers))) == free
