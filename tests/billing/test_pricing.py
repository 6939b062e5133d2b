"""The reseller discount: ranks, the sum of an account, the next site, and another book."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.billing.books import START, accounts, books, prices, sized_accounts
from trailhouse.billing.pricing import (
    DEFAULT_BOOK,
    Counted,
    Interval,
    PriceBook,
    Sized,
    Standing,
    Step,
    Tier,
    account_month,
    compare_books,
    counted,
    is_cut,
    line,
    month_lines,
    next_step,
    next_steps,
    ranking,
    tier_for,
)

MONTHLY, YEARLY = Interval.MONTHLY, Interval.YEARLY


def site(number: int, monthly: int = 1900, interval: Interval = MONTHLY, *, age: int = 0) -> Counted:
    return Counted(number, monthly, monthly * 10, interval, START - timedelta(days=age))


def year_of_invoices(book: PriceBook, sites: list[Counted]) -> int:
    """What twelve months of invoices come to, each line rounded as it is billed."""
    standings = ranking(book, sites)
    return sum(
        line(one.yearly, standings[one.site].rate).net
        if one.interval is YEARLY
        else 12 * line(one.monthly, standings[one.site].rate).net
        for one in sites
    )


def test_the_dearest_site_stands_first_and_pays_in_full() -> None:
    standings = ranking(DEFAULT_BOOK, [site(1, 200), site(2, 1900), site(3, 900)])
    assert list(standings.values()) == [Standing(2, 1, 0), Standing(3, 2, 500), Standing(1, 3, 500)]


def test_of_equals_the_older_stands_first_and_then_the_lower_number() -> None:
    assert list(ranking(DEFAULT_BOOK, [site(1), site(3, age=5), site(2)])) == [3, 1, 2]


def test_a_yearly_site_stands_by_a_twelfth_of_its_year() -> None:
    # 190.00 a year is 15.83 a month: before 15.80, after 15.84.
    assert list(ranking(DEFAULT_BOOK, [site(1, 1580), site(2, 1900, YEARLY), site(3, 1584)])) == [3, 2, 1]


def test_a_twelfth_is_compared_exactly() -> None:
    # 12.01 a year and 1.00 a month: a twelfth that were rounded would make them equals.
    dearer = Counted(2, 0, 1201, YEARLY, START)
    assert list(ranking(DEFAULT_BOOK, [site(1, 100, age=9), dearer])) == [2, 1]


def test_a_site_counts_once() -> None:
    with pytest.raises(ValueError, match="comes twice"):
        ranking(DEFAULT_BOOK, [site(1), site(1)])


@pytest.mark.parametrize(
    ("count", "month"),
    [
        pytest.param(0, 0, id="nothing"),
        pytest.param(1, 1900, id="the first in full"),
        pytest.param(4, 1900 + 3 * 1805, id="the second to fourth 5 % off"),
        pytest.param(10, 1900 + 3 * 1805 + 5 * 1710 + 1520, id="the tenth 20 % off"),
        pytest.param(100, 1900 + 3 * 1805 + 5 * 1710 + 15 * 1520 + 25 * 1425 + 50 * 1330 + 1140, id="a hundred"),
    ],
)
def test_a_month_of_an_account(count: int, month: int) -> None:
    assert account_month(DEFAULT_BOOK, [site(number) for number in range(count)]) == month


@given(books(), accounts(), prices, prices, st.sampled_from(Interval))
def test_adding_a_site_never_lowers_the_total_and_removing_one_never_raises_it(
    book: PriceBook, sites: list[Counted], monthly: int, yearly: int, interval: Interval
) -> None:
    added = Counted(99, monthly, yearly, interval, START + timedelta(days=1))
    assert account_month(book, sites) <= account_month(book, [*sites, added])


@given(books(), st.sampled_from(Interval).flatmap(lambda interval: accounts(st.just(interval))), st.data())
def test_nor_does_it_lower_what_is_invoiced(book: PriceBook, sites: list[Counted], data: st.DataObject) -> None:
    removed = data.draw(st.sampled_from(sites))
    fewer = [one for one in sites if one is not removed]
    assert year_of_invoices(book, fewer) <= year_of_invoices(book, sites)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(DEFAULT_BOOK.tiers), st.sampled_from(Interval)), min_size=1, max_size=30))
def test_nor_of_monthly_and_yearly_sites_at_the_prices_that_ship(rows: list[tuple[Tier, Interval]]) -> None:
    sites = [
        Counted(number, tier.monthly, tier.yearly, interval, START) for number, (tier, interval) in enumerate(rows)
    ]
    assert year_of_invoices(DEFAULT_BOOK, sites[1:]) <= year_of_invoices(DEFAULT_BOOK, sites)


@settings(max_examples=40)
@given(books(), accounts(), st.data())
def test_nor_of_any_mixture_by_more_than_its_rounding(
    book: PriceBook, sites: list[Counted], data: st.DataObject
) -> None:
    """Twelve monthly lines may round otherwise than the one of a year does: by half a unit each, and no more."""
    removed = data.draw(st.sampled_from(sites))
    fewer = [one for one in sites if one is not removed]
    rounding = sum(Fraction(1 if one.interval is YEARLY else 12, 2) for one in [*fewer, *sites])
    assert year_of_invoices(book, fewer) <= year_of_invoices(book, sites) + rounding


@settings(max_examples=40)
@given(books(), accounts(st.just(MONTHLY)))
def test_what_the_page_says_of_a_month_is_what_is_invoiced(book: PriceBook, sites: list[Counted]) -> None:
    standings = ranking(book, sites)
    invoiced = {one.site: line(one.monthly, standings[one.site].rate) for one in sites}
    assert month_lines(book, sites) == invoiced
    assert account_month(book, sites) == sum(amounts.net for amounts in invoiced.values())


@settings(max_examples=40)
@given(books(), accounts())
def test_a_month_of_each_site_is_exact_to_half_a_cent(book: PriceBook, sites: list[Counted]) -> None:
    standings, lines = ranking(book, sites), month_lines(book, sites)
    for one in sites:
        amounts = lines[one.site]
        exact = Fraction(one.twelve_months * (10_000 - standings[one.site].rate), 120_000)
        assert abs(amounts.net - exact) <= Fraction(1, 2)
        assert amounts.list - amounts.discount == amounts.net
        assert min(amounts.discount, amounts.net) >= 0


@settings(max_examples=40)
@given(books(), accounts(), st.randoms(use_true_random=False))
def test_the_order_in_which_sites_are_named_does_not_matter(
    book: PriceBook, sites: list[Counted], any_: object
) -> None:
    shuffled = sorted(sites, key=lambda _: any_.random())  # type: ignore[attr-defined]
    assert ranking(book, shuffled) == ranking(book, sites)
    assert account_month(book, shuffled) == account_month(book, sites)


def test_what_the_next_site_would_cost() -> None:
    eight = [site(number) for number in range(1, 9)]
    ninth = next_step(DEFAULT_BOOK, eight, site(99))
    assert (ninth.rank, ninth.rate, ninth.net, ninth.change) == (9, 1000, 1710, 1710)
    assert (ninth.step, ninth.more, ninth.saves) == (Step(10, 2000), 2, 190)


def test_a_site_that_reaches_the_next_step_is_told_what_it_saves() -> None:
    tenth = next_step(DEFAULT_BOOK, [site(number) for number in range(1, 10)], site(99))
    assert (tenth.rank, tenth.net) == (10, 1520)
    assert (tenth.step, tenth.more, tenth.saves) == (Step(10, 2000), 1, 190)


def test_the_first_site_is_told_of_the_second() -> None:
    first = next_step(DEFAULT_BOOK, [], site(1))
    assert (first.rank, first.rate, first.net, first.change) == (1, 0, 1900, 1900)
    assert (first.step, first.more, first.saves) == (Step(2, 500), 2, 95)


def test_a_dear_site_moves_the_others_down_the_ladder() -> None:
    dear = next_step(DEFAULT_BOOK, [site(1, 1900)], site(2, 2900))
    assert (dear.rank, dear.rate, dear.net) == (1, 0, 2900)
    assert dear.change == 2900 - 95


def test_several_next_sites_are_each_told_as_if_they_came_alone() -> None:
    there = [site(number, 900 + 100 * (number % 7)) for number in range(1, 30)]
    adding = [site(99, price) for price in (200, 900, 1200, 16_900)]
    assert next_steps(DEFAULT_BOOK, there, adding) == [next_step(DEFAULT_BOOK, there, one) for one in adding]
    with pytest.raises(ValueError, match="comes twice"):
        next_steps(DEFAULT_BOOK, there, [site(1, 200)])


def test_at_the_end_of_the_ladder_there_is_no_next_step() -> None:
    last = next_step(DEFAULT_BOOK, [site(number) for number in range(1, 101)], site(999))
    assert (last.rate, last.step, last.more, last.saves) == (4000, None, 0, 0)


@given(books(), accounts(), prices, st.sampled_from(Interval))
def test_what_the_next_step_saves_is_the_account_with_it_against_without(
    book: PriceBook, sites: list[Counted], price: int, interval: Interval
) -> None:
    adding = Counted(100, price, price * 10, interval, START + timedelta(days=9))
    coming = next_step(book, sites, adding)
    assert coming.change == account_month(book, [*sites, adding]) - account_month(book, sites)
    assert coming.change <= coming.net
    if coming.step is None:
        return
    full = [*sites, *(replace(adding, site=100 + more) for more in range(coming.more))]
    without = replace(book, ladder=tuple(step for step in book.ladder if step.rank < coming.step.rank))
    assert coming.saves == account_month(without, full) - account_month(book, full)


def sized(number: int, pageviews: int, interval: Interval = MONTHLY) -> Sized:
    return Sized(number, pageviews, interval, START)


def test_a_dearer_book_shows_each_site_before_and_after() -> None:
    dearer = replace(DEFAULT_BOOK, tiers=(Tier(1_000, 200, 2000), Tier(100_000, 2100, 21_000)))
    changes = compare_books(DEFAULT_BOOK, dearer, [sized(1, 900), sized(2, 50_000), sized(3, 50_000, YEARLY)])
    assert [(change.site, change.before.net, change.after.net) for change in changes] == [
        (1, 190, 190),
        (2, 1900, 2100),
        (3, 18_050, 19_950),
    ]
    assert (changes[2].before.month, changes[2].after.month) == (1504, 1663)
    assert changes[1].after.tier.pageviews == 100_000
    assert changes[0].after.rate == 500
    assert not is_cut(changes)


def test_a_cut_makes_no_site_dearer() -> None:
    cheaper = replace(DEFAULT_BOOK, ladder=(Step(2, 1000),))
    sites = [sized(1, 900), sized(2, 50_000)]
    assert is_cut(compare_books(DEFAULT_BOOK, cheaper, sites))
    assert not is_cut(compare_books(cheaper, DEFAULT_BOOK, sites))


def test_a_cent_more_a_year_is_no_cut() -> None:
    dearer = replace(DEFAULT_BOOK, tiers=(Tier(1000, 200, 2001),))
    changes = compare_books(replace(dearer, tiers=(Tier(1000, 200, 2000),)), dearer, [sized(1, 1, YEARLY)])
    assert changes[0].before.month == changes[0].after.month
    assert not is_cut(changes)


def test_currencies_do_not_compare() -> None:
    with pytest.raises(ValueError, match="EUR and USD"):
        compare_books(DEFAULT_BOOK, replace(DEFAULT_BOOK, currency="USD"), [])


@settings(max_examples=40)
@given(books(), sized_accounts())
def test_a_book_against_itself_changes_nothing(book: PriceBook, sites: list[Sized]) -> None:
    changes = compare_books(book, book, sites)
    assert all(change.before == change.after for change in changes)
    assert is_cut(changes)
    assert sum(change.after.month for change in changes) == account_month(book, [counted(book, one) for one in sites])
    assert [change.before.tier for change in changes] == [tier_for(book, one.pageviews) for one in sites]
