"""The dates of a trial: 28 days from the first counted visit, ending at a midnight where the account is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.core.periods import start_of
from trailhouse.sites.trial import trial_days, trial_ends

ADDED = datetime(2026, 3, 1, 10, tzinfo=UTC)
# Clocks that turn at an hour, at midnight, by half an hour, and a day that was left out.
ZONES = [
    "UTC",
    "Europe/Amsterdam",
    "America/New_York",
    "America/Havana",
    "Africa/Cairo",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]

moments = st.datetimes(datetime(2011, 1, 1), datetime(2039, 12, 31), timezones=st.just(UTC))
days = st.timedeltas(timedelta(), timedelta(days=60))


@pytest.mark.parametrize(
    ("visit", "zone", "ends"),
    [
        pytest.param(
            datetime(2026, 3, 2, 9, tzinfo=UTC), "UTC", "2026-03-31T00:00:00+00:00", id="to the next midnight"
        ),
        pytest.param(
            datetime(2026, 3, 2, 0, tzinfo=UTC), "UTC", "2026-03-30T00:00:00+00:00", id="28 days to the moment"
        ),
        pytest.param(None, "UTC", "2026-04-13T00:00:00+00:00", id="no visit: from 14 days after adding"),
        pytest.param(datetime(2026, 3, 20, tzinfo=UTC), "UTC", "2026-04-13T00:00:00+00:00", id="a late visit alike"),
        pytest.param(
            datetime(2026, 3, 2, 9, tzinfo=UTC), "Europe/Amsterdam", "2026-03-30T22:00:00+00:00", id="in summer time"
        ),
        pytest.param(
            datetime(2026, 3, 2, 9, tzinfo=UTC), "Pacific/Auckland", "2026-03-30T11:00:00+00:00", id="ahead of UTC"
        ),
    ],
)
def test_when_a_trial_ends(visit: datetime | None, zone: str, ends: str) -> None:
    assert trial_ends(visit, ADDED, zone).isoformat() == ends


def test_a_trial_is_told_in_days_of_the_account() -> None:
    trial = trial_days(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), ADDED, "Europe/Amsterdam")
    assert (trial.begun, trial.begins, trial.last_day) == (True, date(2026, 3, 2), date(2026, 3, 30))
    assert not trial_days(None, ADDED, "Europe/Amsterdam").begun


@given(moments, st.none() | days, st.sampled_from(ZONES))
def test_a_trial_ends_at_the_first_midnight_after_28_days(added: datetime, later: timedelta | None, zone: str) -> None:
    visit = None if later is None else added + later
    begins = min(added + timedelta(days=14), visit or added + timedelta(days=14))
    ends = trial_ends(visit, added, zone)
    local = ends.astimezone(ZoneInfo(zone))
    assert ends == start_of(local.date(), ZoneInfo(zone)), "a day begins there"
    assert begins + timedelta(days=28) <= ends
    yesterday = (ends - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
    assert start_of(yesterday, ZoneInfo(zone)) < begins + timedelta(days=28), "no midnight before would do"


@given(moments, days, days, st.sampled_from(ZONES))
def test_a_later_first_visit_never_shortens_a_trial(
    added: datetime, one: timedelta, other: timedelta, zone: str
) -> None:
    sooner, later = sorted((added + one, added + other))
    assert trial_ends(sooner, added, zone) <= trial_ends(later, added, zone) <= trial_ends(None, added, zone)
