"""A report is due once its days are over, at the hour of the clock that was chosen."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailhouse.digests.schedule import EVERY, following, newest

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AUCKLAND = ZoneInfo("Pacific/Auckland")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
ZONES = (AMSTERDAM, AUCKLAND, LOS_ANGELES, KATHMANDU, ZoneInfo("UTC"), ZoneInfo("America/Sao_Paulo"))


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, zone: ZoneInfo = AMSTERDAM) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("every", "now", "first", "last"),
    [
        pytest.param("day", at(2026, 11, 24, 8), date(2026, 11, 23), date(2026, 11, 23), id="yesterday at eight"),
        pytest.param("day", at(2026, 11, 24, 7, 59), date(2026, 11, 22), date(2026, 11, 22), id="not before eight"),
        pytest.param("week", at(2026, 11, 23, 8), date(2026, 11, 16), date(2026, 11, 22), id="Monday at eight"),
        pytest.param("week", at(2026, 11, 23, 7, 59), date(2026, 11, 9), date(2026, 11, 15), id="Monday before eight"),
        pytest.param("week", at(2026, 11, 29, 23), date(2026, 11, 16), date(2026, 11, 22), id="Sunday night"),
        pytest.param("month", at(2026, 12, 1, 8), date(2026, 11, 1), date(2026, 11, 30), id="the 1st at eight"),
        pytest.param("month", at(2026, 12, 1, 7), date(2026, 10, 1), date(2026, 10, 31), id="the 1st before eight"),
        pytest.param("month", at(2027, 1, 15), date(2026, 12, 1), date(2026, 12, 31), id="across the year"),
        pytest.param("month", at(2028, 3, 2), date(2028, 2, 1), date(2028, 2, 29), id="a leap year's February"),
    ],
)
def test_the_newest_report_is_of_the_days_that_are_just_over(
    every: str, now: datetime, first: date, last: date
) -> None:
    due = newest(every, 8, AMSTERDAM, [AMSTERDAM], now)
    assert (due.first, due.last) == (first, last)
    assert due.at <= now


def test_an_hour_that_the_clock_leaves_out_is_told_when_it_would_have_been() -> None:
    """On 29 March 2026 the clock of Amsterdam goes from 2:00 to 3:00."""
    due = newest("day", 2, AMSTERDAM, [AMSTERDAM], at(2026, 3, 29, 12))
    assert (due.last, due.at) == (date(2026, 3, 28), datetime(2026, 3, 29, 1, tzinfo=UTC))


def test_an_hour_that_comes_twice_is_told_the_first_time_alone() -> None:
    """On 25 October 2026 the clock of Amsterdam shows 2:30 twice."""
    first = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    assert newest("day", 2, AMSTERDAM, [AMSTERDAM], first).at == first
    assert newest("day", 2, AMSTERDAM, [AMSTERDAM], first + timedelta(hours=1)).at == first
    assert following("day", 2, AMSTERDAM, [AMSTERDAM], first) == datetime(2026, 10, 26, 1, tzinfo=UTC)


def test_the_local_hour_stays_when_summer_time_begins_and_ends() -> None:
    for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30), date(2026, 10, 25), date(2026, 10, 26)):
        now = datetime(day.year, day.month, day.day, 12, tzinfo=AMSTERDAM).astimezone(UTC)
        sent = newest("day", 8, AMSTERDAM, [AMSTERDAM], now).at.astimezone(AMSTERDAM)
        assert (sent.date(), sent.hour) == (day, 8)


def test_a_reader_elsewhere_gets_it_at_their_own_hour_once_the_days_of_the_site_are_over() -> None:
    """A week in Los Angeles is over on Monday evening in Auckland, so its report comes on Tuesday morning."""
    due = newest("week", 8, AUCKLAND, [LOS_ANGELES], at(2026, 11, 24, 9, zone=AUCKLAND))
    assert (due.last, due.at) == (date(2026, 11, 22), at(2026, 11, 24, 8, zone=AUCKLAND))


def test_a_report_on_many_sites_waits_for_the_last_of_them() -> None:
    due = newest("day", 8, AMSTERDAM, [AMSTERDAM, LOS_ANGELES], at(2026, 11, 24, 12))
    assert (due.last, due.at) == (date(2026, 11, 22), at(2026, 11, 24, 8))


def test_a_whole_month_is_compared_with_the_month_before_and_other_days_with_as_many() -> None:
    month = newest("month", 8, AMSTERDAM, [AMSTERDAM], at(2026, 12, 2)).period(AMSTERDAM)
    assert (month.previous().first_day, month.previous().last_day) == (date(2026, 10, 1), date(2026, 10, 31))
    week = newest("week", 8, AMSTERDAM, [AMSTERDAM], at(2026, 11, 23, 9)).period(AMSTERDAM)
    assert (week.previous().first_day, week.previous().last_day) == (date(2026, 11, 9), date(2026, 11, 15))


@settings(max_examples=80)
@given(
    every=st.sampled_from(EVERY),
    hour=st.integers(0, 23),
    clock=st.sampled_from(ZONES),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
    now=st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
)
def test_periods_follow_one_another_without_gap_or_overlap(
    every: str, hour: int, clock: ZoneInfo, zones: list[ZoneInfo], now: datetime
) -> None:
    due = newest(every, hour, clock, zones, now)
    after = following(every, hour, clock, zones, now)
    assert due.at <= now < after
    then = newest(every, hour, clock, zones, after)
    assert then.at == after
    assert then.first == due.last + timedelta(days=1)
    assert newest(every, hour, clock, zones, after - timedelta(seconds=1)) == due
    for zone in zones:
        assert due.at >= datetime(due.last.year, due.last.month, due.last.day, 23, 59, tzinfo=zone)
