"""Cost, price and margin: months tile an invoice line, sites tile a price, and every sum agrees to the cent."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.billing import earning
from trailhouse.billing.amounts import half_up
from trailhouse.billing.earning import Charge, Kind, Place, Rate
from trailhouse.billing.periods import Span

DAY = timedelta(days=1)
MARCH = Span(date(2027, 3, 1), date(2027, 4, 1))
EARLY = date(2020, 1, 1)

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
nets = st.integers(-10_000_000, 10_000_000)
spans = st.builds(lambda start, length: Span(start, start + length * DAY), days, st.integers(1, 800))
kinds = st.sampled_from(list(Kind))
rates = st.lists(
    st.builds(lambda kind, value, since: Rate(kind, 0 if kind is Kind.NONE else value, since), kinds,
              st.integers(0, 1_000_000), days),
    max_size=4, unique_by=lambda rate: rate.since,
)  # fmt: skip
places = st.lists(st.builds(Place, st.integers(1, 6), days), max_size=5, unique_by=lambda place: place.site)


def fixed(value: int, since: date = EARLY) -> Rate:
    return Rate(Kind.FIXED, value, since)


def plus(points: int, since: date = EARLY) -> Rate:
    return Rate(Kind.PLUS, points, since)


@given(nets, spans)
def test_the_months_of_a_line_add_up_to_it(net: int, span: Span) -> None:
    assert sum(earning.part(net, month, span) for month in earning.months(span)) == net


@given(nets, spans, st.data())
def test_a_line_cut_at_any_day_adds_up_to_it(net: int, span: Span, data: st.DataObject) -> None:
    cut = data.draw(st.dates(span.start, span.end))
    before, after = Span(date(2000, 1, 1), cut), Span(cut, date(2100, 1, 1))
    assert earning.part(net, before, span) + earning.part(net, after, span) == net


@given(spans)
def test_months_tile_a_span(span: Span) -> None:
    found = earning.months(span)
    assert found[0].start <= span.start < found[0].end
    assert found[-1].start < span.end <= found[-1].end
    assert all(one.end == following.start for one, following in pairwise(found))
    assert all(one.start.day == 1 for one in found)


@given(rates, spans)
def test_the_days_of_rates_do_not_overlap_and_leave_out_only_what_comes_before_the_first(
    ones: list[Rate], span: Span
) -> None:
    found = [days for _rate, days in earning.in_force(ones, span)]
    assert all(one.end == following.start for one, following in pairwise(found))
    first = min((rate.since for rate in ones), default=span.end)
    assert sum(days.days for days in found) == max(0, (span.end - max(first, span.start)).days)


@given(places, rates, spans)
def test_a_fixed_price_is_the_same_however_many_sites_share_it(
    ones: list[Place], found: list[Rate], span: Span
) -> None:
    only_fixed = [rate for rate in found if rate.kind is not Kind.PLUS]
    for month in earning.months(span):
        shared = sum(item.price for item in earning.items(ones, [], only_fixed, month))
        assert shared == sum(item.price for item in earning.items([], [], only_fixed, month))
        assert all(item.price >= 0 for item in earning.items(ones, [], only_fixed, month))


@given(st.integers(0, 1_000_000), st.dates(MARCH.start + DAY, MARCH.end - DAY))
def test_the_same_rate_set_again_within_a_month_changes_nothing(value: int, again: date) -> None:
    ones = [fixed(value), fixed(value, again)]
    assert sum(item.price for item in earning.items([Place(1, EARLY)], [], ones, MARCH)) == value


@given(places, st.lists(st.tuples(st.integers(1, 6), nets, spans), max_size=6), rates, spans)
def test_cells_add_up_to_what_was_invoiced_and_to_what_is_owed(
    ones: list[Place], lines: list[tuple[int, int, Span]], found: list[Rate], span: Span
) -> None:
    own = {place.site for place in ones}
    charges = [Charge(site, net, of) for site, net, of in lines if site in own]
    whole = earning.months(span)
    over = Span(whole[0].start, whole[-1].end)
    cells = earning.cells(ones, charges, found, whole)
    assert sum(cell.cost for cell in cells) == earning.cost_of(charges, over)
    owed = sum(item.price for month in whole for item in earning.items(ones, charges, found, month))
    assert sum(cell.price for cell in cells) == owed
    assert sum(cell.margin for cell in cells) == owed - earning.cost_of(charges, over)


@given(nets, spans, st.integers(0, 20_000))
def test_cost_plus_of_whole_days_is_the_cost_and_its_percentage(net: int, span: Span, points: int) -> None:
    charge = Charge(1, net, span)
    for month in earning.months(span):
        (item,) = earning.items([Place(1, EARLY)], [charge], [plus(points)], month)
        assert item.price == half_up(earning.part(net, month, span) * (10_000 + points), 10_000)


@given(nets, spans)
def test_a_credit_note_over_all_of_a_line_leaves_no_cost(net: int, span: Span) -> None:
    charges = [Charge(1, net, span), Charge(1, -net, span)]
    assert all(cell.cost == 0 for cell in earning.cells([Place(1, EARLY)], charges, [], earning.months(span)))


def test_a_year_is_spread_by_its_days() -> None:
    year = Span(date(2027, 1, 15), date(2028, 1, 15))
    found = {month.start: earning.part(190_00, month, year) for month in earning.months(year)}
    assert found[date(2027, 1, 1)] == 8_85  # 17 of 365 days
    assert len(found) == 13
    assert sum(found.values()) == 190_00


def test_a_rate_that_begins_within_the_month_is_owed_for_its_days() -> None:
    found = earning.items([Place(1, EARLY)], [], [fixed(31_00, date(2027, 3, 22))], MARCH)
    assert [(item.price, item.span.days) for item in found] == [(10_00, 10)]


def test_a_later_rate_ends_the_earlier_one() -> None:
    found = earning.items([Place(1, EARLY)], [], [fixed(62_00, date(2027, 3, 11)), fixed(31_00)], MARCH)
    assert [item.price for item in found] == [10_00, 42_00]


def test_nothing_is_owed_from_the_day_on_which_no_rate_holds_any_more() -> None:
    found = earning.items([], [], [fixed(31_00), Rate(Kind.NONE, 0, date(2027, 3, 11))], MARCH)
    assert [item.price for item in found] == [10_00]


def test_a_fixed_price_is_shared_by_the_days_that_sites_were_there() -> None:
    sites = [Place(1, EARLY), Place(2, date(2027, 3, 22)), Place(3, date(2027, 4, 2))]
    found = earning.items(sites, [], [fixed(41_00)], MARCH)
    assert {item.site: item.price for item in found} == {1: 31_00, 2: 10_00}


def test_the_largest_remainder_gets_the_cent_that_is_left_over() -> None:
    found = earning.items([Place(number, EARLY) for number in (1, 2, 3)], [], [fixed(10_00)], MARCH)
    assert [item.price for item in found] == [3_34, 3_33, 3_33]


def test_a_client_without_a_site_owes_its_fixed_price_all_the_same() -> None:
    assert [(item.site, item.price) for item in earning.items([], [], [fixed(10_00)], MARCH)] == [(None, 10_00)]


def test_cost_plus_is_of_the_days_on_which_it_holds() -> None:
    charge = Charge(1, 31_00, MARCH)
    found = earning.items([Place(1, EARLY)], [charge], [plus(5000, date(2027, 3, 22))], MARCH)
    assert [item.price for item in found] == [15_00]


def test_a_site_that_was_not_billed_owes_nothing_on_top_of_cost() -> None:
    assert earning.items([Place(1, EARLY)], [], [plus(5000)], MARCH) == []


@pytest.mark.parametrize(
    ("price", "margin"), [pytest.param(20_00, 1_00, id="kept"), pytest.param(10_00, -9_00, id="lost")]
)
def test_the_margin_is_what_is_left_of_the_price(price: int, margin: int) -> None:
    (cell,) = earning.cells([Place(1, EARLY)], [Charge(1, 19_00, MARCH)], [fixed(price)], [MARCH])
    assert cell.margin == margin
