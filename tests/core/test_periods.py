"""Periods, their predecessors and their intervals, in zones whose clocks misbehave."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailhouse.core.periods import MOST_BUCKETS, Period, Unit, between, named, start_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = [
    "Europe/Amsterdam", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Africa/Cairo", "Africa/Casablanca", "America/Havana", "Atlantic/Azores", "America/Sao_Paulo", "Asia/Beirut",
    "Pacific/Apia", "Pacific/Chatham", "America/Santiago", "UTC",
]  # fmt: skip
NOW = datetime(2026, 3, 14, 12, 30, tzinfo=UTC)


def days(period: Period) -> tuple[str, str]:
    """First and last local day."""
    return period.first_day.isoformat(), period.last_day.isoformat()


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-03-14", "2026-03-14"),
        ("day", "2026-03-14", "2026-03-14"),
        ("yesterday", "2026-03-13", "2026-03-13"),
        ("7d", "2026-03-07", "2026-03-13"),
        ("28d", "2026-02-14", "2026-03-13"),
        ("30d", "2026-02-12", "2026-03-13"),
        ("91d", "2025-12-13", "2026-03-13"),
        ("month", "2026-03-01", "2026-03-31"),
        ("6mo", "2025-09-01", "2026-02-28"),
        ("12mo", "2025-03-01", "2026-02-28"),
        ("year", "2026-01-01", "2026-12-31"),
        ("all", "2024-02-29", "2026-03-14"),
    ],
)
def test_a_named_period_is_whole_days_of_the_zone(name: str, first: str, last: str) -> None:
    period = named(name, AMSTERDAM, NOW, first=date(2024, 2, 29))
    assert days(period) == (first, last)
    assert period.whole_days
    assert period.name == name


def test_today_is_the_zones_day_not_utcs() -> None:
    late = datetime(2026, 3, 14, 23, 30, tzinfo=UTC)
    assert days(named("today", AMSTERDAM, late)) == ("2026-03-15", "2026-03-15")


def test_rolling_periods_end_now() -> None:
    assert named("24h", AMSTERDAM, NOW).start == NOW - timedelta(hours=24)
    assert named("realtime", AMSTERDAM, NOW).start == NOW - timedelta(minutes=5)
    assert NOW < named("realtime", AMSTERDAM, NOW).end <= NOW + timedelta(seconds=5)


@pytest.mark.parametrize("name", ["", "0d", "-1d", "07d", "7D", "7d ", "100mo", "10000d", "week"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        named(name, AMSTERDAM, NOW)


def test_swapped_days_are_refused() -> None:
    with pytest.raises(ValueError, match="before the first"):
        between(date(2026, 3, 2), date(2026, 3, 1), AMSTERDAM)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-03-13", "2026-03-13"),
        ("7d", "2026-02-28", "2026-03-06"),
        ("month", "2026-02-01", "2026-02-28"),
        ("year", "2025-01-01", "2025-12-31"),
        ("12mo", "2024-03-01", "2025-02-28"),
    ],
)
def test_the_previous_period_lies_just_before(name: str, first: str, last: str) -> None:
    period = named(name, AMSTERDAM, NOW)
    assert days(period.previous()) == (first, last)
    assert period.previous().end == period.start


def test_a_year_ago_is_the_same_days_also_after_29_february() -> None:
    assert days(between(date(2024, 2, 29), date(2024, 3, 1), AMSTERDAM).year_ago()) == ("2023-02-28", "2023-03-01")
    assert days(named("7d", AMSTERDAM, NOW).year_ago()) == ("2025-03-07", "2025-03-13")


def test_a_running_period_is_compared_with_as_much_of_the_other() -> None:
    month = named("month", AMSTERDAM, NOW)
    compared = month.previous().like(month, NOW)
    assert compared.start == start_of(date(2026, 2, 1), AMSTERDAM)
    assert compared.end == datetime(2026, 2, 14, 12, 30, tzinfo=UTC)
    ended = named("7d", AMSTERDAM, NOW)
    assert ended.previous().like(ended, NOW) == ended.previous()


def test_a_longer_month_is_not_compared_with_days_it_does_not_have() -> None:
    now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    month = named("month", AMSTERDAM, now)
    assert month.previous().like(month, now) == month.previous()


def hours(day: date, zone: ZoneInfo) -> list[tuple[str, float]]:
    """Label and length in hours of the hours of a day."""
    cut = between(day, day, zone).buckets("hour")
    return [(bucket.label[11:], (bucket.end - bucket.start) / timedelta(hours=1)) for bucket in cut]


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    found = hours(date(2026, 10, 25), AMSTERDAM)
    assert len(found) == 25
    assert [label for label, _ in found[1:5]] == [
        "01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00", "03:00:00+01:00",
    ]  # fmt: skip


def test_the_hour_that_is_skipped_is_not_there() -> None:
    found = hours(date(2026, 3, 29), AMSTERDAM)
    assert len(found) == 23
    assert [label for label, _ in found[1:3]] == ["01:00:00+01:00", "03:00:00+02:00"]


def test_a_clock_that_moves_by_half_an_hour_makes_a_short_hour() -> None:
    assert ("01:00:00+10:30", 0.5) in hours(date(2026, 4, 5), LORD_HOWE)
    assert ("02:00:00+11:00", 0.5) in hours(date(2026, 10, 4), LORD_HOWE)


def test_a_day_without_midnight_begins_when_the_clock_jumps() -> None:
    assert start_of(date(2026, 4, 24), ZoneInfo("Africa/Cairo")) == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_a_day_that_a_zone_left_out_is_no_interval() -> None:
    cut = between(date(2011, 12, 29), date(2011, 12, 31), ZoneInfo("Pacific/Apia")).buckets("day")
    assert [bucket.label for bucket in cut] == ["2011-12-29", "2011-12-31"]


def test_weeks_begin_on_monday_and_are_cut_at_the_period() -> None:
    cut = between(date(2026, 3, 1), date(2026, 3, 10), AMSTERDAM).buckets("week")
    assert [bucket.label for bucket in cut] == ["2026-02-23", "2026-03-02", "2026-03-09"]
    assert cut[0].end - cut[0].start == timedelta(days=1)


def test_too_many_intervals_are_refused() -> None:
    with pytest.raises(ValueError, match=str(MOST_BUCKETS)):
        named("year", AMSTERDAM, NOW).buckets("minute")


@pytest.mark.parametrize(
    ("name", "unit"), [("realtime", "minute"), ("today", "hour"), ("91d", "day"), ("6mo", "week"), ("year", "month")]
)
def test_a_period_has_an_interval_that_draws_it_well(name: str, unit: str) -> None:
    assert named(name, AMSTERDAM, NOW).unit() == unit


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2000, 1, 1), date(2037, 1, 1)),
    more=st.integers(0, 40),
    unit=st.sampled_from(["hour", "day", "week", "month"]),
    shift=st.sampled_from([0, 1, 1_234_567]),
)
@settings(max_examples=150, deadline=None)
def test_intervals_cover_the_period_once_and_keep_their_label(
    zone: str, day: date, more: int, unit: Unit, shift: int
) -> None:
    tz = ZoneInfo(zone)
    whole = between(day, day + timedelta(days=more), tz)
    period = Period(whole.start + timedelta(milliseconds=shift), whole.end + timedelta(milliseconds=shift), tz)
    cut = period.buckets(unit)
    assert (cut[0].start, cut[-1].end) == (period.start, period.end)
    assert all(one.end == other.start for one, other in pairwise(cut))
    assert all(bucket.start < bucket.end for bucket in cut)
    assert len({bucket.label for bucket in cut}) == len(cut)
    for bucket in cut:
        for moment in (bucket.start, bucket.end - timedelta(milliseconds=1)):
            assert label(moment, unit, tz) == bucket.label


def label(moment: datetime, unit: Unit, zone: ZoneInfo) -> str:
    """The label of the interval that holds a moment, read off the local clock."""
    local = moment.astimezone(zone)
    begins = {
        "day": local.date(),
        "week": local.date() - timedelta(days=local.weekday()),
        "month": local.date().replace(day=1),
    }
    if unit in begins:
        return begins[unit].isoformat()
    fixed = timezone(local.utcoffset() or timedelta())
    return local.replace(tzinfo=fixed, minute=0, second=0, microsecond=0).isoformat()
