"""From pageviews to a tier: the trial is measured in complete days; windows of 28 days decide afterwards."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.billing.books import books
from trailhouse.billing.periods import Span
from trailhouse.billing.pricing import DEFAULT_BOOK, PriceBook, Tier, tier_for
from trailhouse.billing.quoting import (
    NOTHING_MEASURED,
    Measure,
    Projection,
    Window,
    above_last,
    measure,
    notice_reached,
    per_28,
    projection,
    renewal_tier,
    running_28,
    share_used,
    trial_measure,
    upgrade_due,
    windows,
    yearly_tier,
)

FIRST = date(2026, 3, 2)  # the first visit; the day after it is the first complete one
WHOLE = date(2026, 3, 3)
LAST = date(2026, 3, 30)  # 28 complete days
TINY, SMALL, MIDDLE, LARGE, HUGE = DEFAULT_BOOK.tiers[:5]


def each_day(pageviews: int, first: date = FIRST, days: int = 29) -> dict[date, int]:
    return {first + timedelta(days=count): pageviews for count in range(days)}


def blocks(*sizes: int) -> list[Window]:
    return [
        Window(FIRST + timedelta(days=28 * place), FIRST + timedelta(days=28 * place + 27), 28, size, size)
        for place, size in enumerate(sizes)
    ]


def test_a_whole_trial_is_what_it_counted() -> None:
    found = trial_measure(each_day(100), FIRST, WHOLE, LAST)
    assert found == Measure(WHOLE, LAST, 28, 2800, 2800, provisional=False, struck=0)
    assert tier_for(DEFAULT_BOOK, found.per_28) == SMALL


def test_the_day_of_the_first_visit_is_not_complete_and_does_not_count() -> None:
    assert trial_measure(each_day(100) | {FIRST: 9_999}, FIRST, WHOLE, LAST).per_28 == 2800


def test_a_visit_that_came_after_the_trial_had_begun_is_counted_from_the_next_day_on() -> None:
    found = trial_measure(each_day(100), date(2026, 3, 10), WHOLE, LAST)
    assert (found.first_day, found.days, found.per_28, found.provisional) == (date(2026, 3, 11), 20, 2800, False)


def test_visits_from_before_a_trial_that_began_later_do_not_count() -> None:
    found = trial_measure(each_day(500, FIRST - timedelta(days=50), 50) | each_day(10), date(2026, 1, 1), WHOLE, LAST)
    assert found.pageviews == 280


@pytest.mark.parametrize(("days", "provisional"), [(13, True), (14, False)])
def test_fewer_than_fourteen_days_are_provisional(days: int, provisional: bool) -> None:
    found = trial_measure(each_day(40), LAST - timedelta(days=days), WHOLE, LAST)
    assert (found.days, found.per_28, found.provisional) == (days, 1120, provisional)


def test_scaling_rounds_up_as_no_part_of_a_pageview_fits_a_tier() -> None:
    assert per_28(1000, 28) == 1000
    assert per_28(1000, 27) == 1038  # 1037.04
    assert per_28(0, 1) == 0
    with pytest.raises(ValueError, match="positive"):
        per_28(1, 0)
    with pytest.raises(ValueError, match="-1"):
        per_28(-1, 28)


@pytest.mark.parametrize(
    ("first_visit", "last"),
    [pytest.param(None, LAST, id="no visit at all"), pytest.param(LAST, LAST, id="a visit on the last day")],
)
def test_without_a_complete_day_it_is_the_lowest_tier_for_now(first_visit: date | None, last: date) -> None:
    found = trial_measure({}, first_visit, WHOLE, last)
    assert found == NOTHING_MEASURED
    assert found.provisional
    assert tier_for(DEFAULT_BOOK, found.per_28) == TINY


def test_days_without_visits_count_as_days() -> None:
    assert trial_measure({date(2026, 3, 5): 2800}, FIRST, WHOLE, LAST).per_28 == 2800


def test_a_struck_day_is_left_out_and_the_rest_scaled() -> None:
    spike = date(2026, 3, 20)
    found = trial_measure(each_day(100) | {spike: 90_000}, FIRST, WHOLE, LAST, struck={spike})
    assert (found.days, found.struck, found.pageviews, found.per_28) == (27, 1, 2700, 2800)


def test_a_provisional_quote_is_measured_again_over_28_paid_days() -> None:
    again = measure(each_day(50, LAST, 28), LAST, LAST + timedelta(days=27))
    assert (again.days, again.per_28, again.provisional) == (28, 1400, False)
    assert measure({}, LAST, FIRST) == NOTHING_MEASURED


@given(st.integers(0, 60), st.integers(1, 40), st.integers(0, 10_000))
def test_an_even_trial_measures_alike_however_long_it_was(late: int, days: int, each: int) -> None:
    found = trial_measure(each_day(each, days=110), FIRST + timedelta(days=late), WHOLE, FIRST + timedelta(late + days))
    assert (found.days, found.per_28) == (days, each * 28)


def test_windows_are_blocks_of_28_days_the_trial_first() -> None:
    found = windows(each_day(100, WHOLE, 90), WHOLE, WHOLE + timedelta(days=90))
    assert [(window.first_day, window.days, window.per_28) for window in found] == [
        (WHOLE, 28, 2800),
        (WHOLE + timedelta(days=28), 28, 2800),
        (WHOLE + timedelta(days=56), 28, 2800),
    ]
    assert found[0].last_day == LAST


@pytest.mark.parametrize(("days", "count"), [(0, 0), (27, 0), (28, 1), (55, 1), (56, 2)])
def test_a_window_that_still_runs_is_not_there_yet(days: int, count: int) -> None:
    assert len(windows({}, WHOLE, WHOLE + timedelta(days=days))) == count


def test_paused_days_are_no_part_of_a_window() -> None:
    pause = Span(WHOLE + timedelta(days=10), WHOLE + timedelta(days=50))
    found = windows(each_day(100, WHOLE, 200), WHOLE, WHOLE + timedelta(days=100), paused=[pause])
    assert [(window.first_day, window.last_day) for window in found] == [
        (WHOLE, WHOLE + timedelta(days=67)),
        (WHOLE + timedelta(days=68), WHOLE + timedelta(days=95)),
    ]
    assert [window.per_28 for window in found] == [2800, 2800]


def test_struck_days_are_left_out_of_their_window() -> None:
    struck = {WHOLE + timedelta(days=day) for day in (*range(28), 30)}
    found = windows(each_day(100, WHOLE, 90), WHOLE, WHOLE + timedelta(days=84), struck=struck)
    assert [(window.days, window.pageviews, window.per_28) for window in found] == [(27, 2700, 2800), (28, 2800, 2800)]


@given(st.integers(0, 150), st.sets(st.integers(0, 150)), st.integers(0, 60), st.integers(1, 60))
def test_windows_hold_each_day_once(length: int, struck: set[int], paused_at: int, paused_for: int) -> None:
    pause = Span(WHOLE + timedelta(days=paused_at), WHOLE + timedelta(days=paused_at + paused_for))
    found = windows(
        each_day(1, WHOLE, 200),
        WHOLE,
        WHOLE + timedelta(days=length),
        {WHOLE + timedelta(days=day) for day in struck},
        [pause],
    )
    inside = [day for day in range(length) if not paused_at <= day < paused_at + paused_for]
    inside = inside[: len(inside) // 28 * 28]
    assert sum(window.days for window in found) == len([day for day in inside if day not in struck])
    assert all(earlier.last_day < later.first_day for earlier, later in pairwise(found))
    assert all(window.per_28 == 28 for window in found)


@pytest.mark.parametrize(
    ("sizes", "tier"),
    [
        pytest.param((50_000,), SMALL, id="one window: the quoted tier stays"),
        pytest.param((50_000, 50_000), SMALL, id="two: it still does"),
        pytest.param((500, 50_000, 50_000), LARGE, id="three: up"),
        pytest.param((500, 500, 50_000), TINY, id="or down; one spike changes nothing"),
        pytest.param((50_000, 50_000, 900, 2_000, 5_000), SMALL, id="the last three alone"),
    ],
)
def test_a_monthly_site_is_renewed_by_the_median_of_three_windows(sizes: tuple[int, ...], tier: Tier) -> None:
    assert renewal_tier(DEFAULT_BOOK, blocks(*sizes), SMALL) == tier


@pytest.mark.parametrize(
    ("sizes", "tier"),
    [
        pytest.param((50_000, 50_000), SMALL, id="too few windows"),
        pytest.param((9_000,) * 13, MIDDLE, id="the mean of thirteen"),
        pytest.param((90_000, *(1_000,) * 13), TINY, id="the last thirteen"),
        pytest.param((1_000,) * 12 + (1_001,), SMALL, id="the mean is rounded up"),
        pytest.param((2_000, 2_000, 8_000), MIDDLE, id="of fewer, the mean of those"),
    ],
)
def test_a_yearly_site_is_renewed_by_the_mean_of_its_year(sizes: tuple[int, ...], tier: Tier) -> None:
    assert yearly_tier(DEFAULT_BOOK, blocks(*sizes), SMALL) == tier


@pytest.mark.parametrize(
    ("sizes", "tier"),
    [
        pytest.param((50_000, 50_000), None, id="two windows are too few"),
        pytest.param((9_000,) * 3, None, id="one tier up waits for the renewal"),
        pytest.param((50_000, 2_000, 50_000), LARGE, id="two tiers up do not"),
        pytest.param((150_000,) * 3, HUGE, id="nor do three"),
        pytest.param((10,) * 3, None, id="down never within the year"),
    ],
)
def test_a_yearly_site_moves_up_within_its_year_when_it_has_grown_by_two_tiers(
    sizes: tuple[int, ...], tier: Tier | None
) -> None:
    assert upgrade_due(DEFAULT_BOOK, blocks(*sizes), SMALL) == tier


@settings(max_examples=40)
@given(books(), st.lists(st.integers(0, 60), min_size=3, max_size=14), st.integers(0, 60))
def test_more_pageviews_never_renew_into_a_cheaper_tier(book: PriceBook, sizes: list[int], more: int) -> None:
    quoted, grown = book.tiers[0], [size + more for size in sizes]
    for renewed in (renewal_tier, yearly_tier):
        before, after = renewed(book, blocks(*sizes), quoted), renewed(book, blocks(*grown), quoted)
        assert before.pageviews <= after.pageviews


def test_above_the_last_tier_the_operator_is_told() -> None:
    assert not above_last(DEFAULT_BOOK, 10_000_000)
    assert above_last(DEFAULT_BOOK, 10_000_001)


@pytest.mark.parametrize(
    ("running", "share", "notice"), [(0, 0, None), (799, 79, None), (800, 80, 80), (999, 99, 80), (1000, 100, 100)]
)
def test_notices_come_at_80_and_100_percent(running: int, share: int, notice: int | None) -> None:
    assert (share_used(running, TINY), notice_reached(running, TINY)) == (share, notice)


def test_a_negative_count_is_no_share() -> None:
    with pytest.raises(ValueError, match="-1"):
        share_used(-1, TINY)


def test_the_running_28_days_end_today() -> None:
    assert running_28(each_day(1, FIRST, 100), FIRST + timedelta(days=27)) == 28
    assert running_28({FIRST: 5}, FIRST + timedelta(days=27)) == 5
    assert running_28({FIRST: 5}, FIRST + timedelta(days=28)) == 0


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(0, None, id="nothing before today"),
        pytest.param(3, Projection(3, 30, 280), id="a few days"),
        pytest.param(13, Projection(7, 70, 280), id="one whole week"),
        pytest.param(60, Projection(28, 280, 280), id="four weeks at most"),
    ],
)
def test_the_outlook_goes_on_as_the_last_whole_weeks(known: int, expected: Projection | None) -> None:
    today = date(2026, 6, 15)
    running = {today: 9_999}  # is not complete
    assert projection(each_day(10, today - timedelta(days=known), known) | running, today) == expected
