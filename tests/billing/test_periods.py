"""Billing days and the periods between them: they follow the anchor, tile without gap or overlap, and are half-open."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.billing.periods import (
    Span,
    billing_date,
    billing_month,
    days_of_billing_month,
    is_billing_date,
    last_billing_date,
    months_after,
    next_billing_date,
    paid_span,
    started_months,
    stub,
)
from trailhouse.billing.pricing import Interval

MONTHLY, YEARLY = Interval.MONTHLY, Interval.YEARLY
DAY = timedelta(days=1)
anchors = st.integers(1, 31)
starts = st.dates(date(2023, 1, 1), date(2033, 1, 1))


def test_the_31st_is_the_last_day_of_a_short_month_and_comes_back() -> None:
    day, billed = date(2027, 1, 31), []
    for _ in range(4):
        billed.append(day.isoformat())
        day = paid_span(day, MONTHLY, 31).end
    assert billed == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]


@pytest.mark.parametrize(
    ("anchor", "year", "month", "day"), [(31, 2028, 2, 29), (30, 2027, 2, 28), (31, 2027, 4, 30), (15, 2027, 4, 15)]
)
def test_the_billing_day_of_a_month(anchor: int, year: int, month: int, day: int) -> None:
    assert billing_date(anchor, year, month) == date(year, month, day)


@pytest.mark.parametrize("anchor", [0, 32, -1])
def test_no_month_has_such_a_billing_day(anchor: int) -> None:
    with pytest.raises(ValueError, match="1 to 31"):
        billing_date(anchor, 2027, 1)


def test_a_year_from_29_february_ends_on_the_28th_and_the_leap_day_comes_back() -> None:
    first = paid_span(date(2028, 2, 29), YEARLY, 29)
    assert (first.end, first.days) == (date(2029, 2, 28), 365)
    spans = [first]
    for _ in range(3):
        spans.append(paid_span(spans[-1].end, YEARLY, 29))
    assert spans[-1].end == date(2032, 2, 29)


@pytest.mark.parametrize("interval", Interval)
@given(anchor=anchors, start=starts)
def test_periods_tile_ten_years_from_any_anchor(interval: Interval, anchor: int, start: date) -> None:
    first = stub(start, anchor)
    day = first.end if first else start
    spans = [first] if first else []
    for _ in range(120 // interval.months):
        spans.append(paid_span(day, interval, anchor))
        day = spans[-1].end
    assert spans[0].start == start
    assert all(earlier.end == later.start for earlier, later in pairwise(spans))
    assert sum(span.days for span in spans) == (spans[-1].end - start).days
    assert all(
        28 <= span.days <= 31 if interval is MONTHLY else span.days in (365, 366, 364, 367) for span in spans[1:]
    )
    assert all(is_billing_date(anchor, span.end) for span in spans)


@given(anchors, starts)
def test_the_next_billing_day_is_the_first_that_comes_after(anchor: int, day: date) -> None:
    following = day + DAY
    while not is_billing_date(anchor, following):
        following += DAY
    assert next_billing_date(anchor, day) == following
    assert last_billing_date(anchor, following) == following
    assert last_billing_date(anchor, following - DAY) <= day
    assert next_billing_date(anchor, last_billing_date(anchor, day)) == following


def test_an_activation_on_the_billing_day_has_no_stub() -> None:
    assert stub(date(2027, 2, 28), 31) is None
    assert stub(date(2027, 2, 27), 31) == Span(date(2027, 2, 27), date(2027, 2, 28))
    assert stub(date(2027, 3, 1), 31) == Span(date(2027, 3, 1), date(2027, 3, 31))


def test_a_stub_is_priced_by_the_days_of_its_billing_month() -> None:
    assert days_of_billing_month(31, date(2027, 3, 1)) == 31  # 28 February to 30 March
    assert days_of_billing_month(15, date(2027, 2, 20)) == 28
    assert days_of_billing_month(15, date(2027, 2, 14)) == 31


@given(anchors, starts)
def test_a_stub_is_part_of_its_billing_month(anchor: int, day: date) -> None:
    month, part = billing_month(anchor, day), stub(day, anchor)
    assert day in month
    assert month.last_day + DAY == month.end
    assert month.end not in month
    if part is not None:
        assert part.end == month.end
        assert 1 <= part.days < days_of_billing_month(anchor, day)


def test_a_paid_period_begins_on_a_billing_day() -> None:
    with pytest.raises(ValueError, match="no billing day"):
        paid_span(date(2027, 3, 1), MONTHLY, 31)
    with pytest.raises(ValueError, match="ends after it starts"):
        Span(date(2027, 3, 1), date(2027, 3, 1))


def test_months_are_counted_from_the_month_and_back() -> None:
    assert months_after(date(2027, 1, 31), 1, 31) == date(2027, 2, 28)
    assert months_after(date(2027, 2, 28), 11, 31) == date(2028, 1, 31)
    assert months_after(date(2027, 1, 31), -2, 31) == date(2026, 11, 30)


@given(anchors, starts, st.integers(0, 24))
def test_a_month_has_started_from_its_first_day_on(anchor: int, day: date, count: int) -> None:
    start = next_billing_date(anchor, day)
    begun = months_after(start, count, anchor)
    assert started_months(start, begun, anchor) == count + 1
    if count:
        assert started_months(start, begun - DAY, anchor) == count


def test_nothing_has_started_before_its_start() -> None:
    with pytest.raises(ValueError, match="comes before"):
        started_months(date(2027, 3, 31), date(2027, 3, 30), 31)
