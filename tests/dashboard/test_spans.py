"""Which days a report is about, and which it is compared with."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from trailhouse.core.periods import Period
from trailhouse.dashboard.spans import span_of
from trailhouse.dashboard.state import State, parse

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)  # 31 March, 00:30 in Amsterdam


def days(period: Period | None) -> tuple[str, str] | None:
    return (period.first_day.isoformat(), period.last_day.isoformat()) if period else None


@pytest.mark.parametrize(
    ("query", "period", "compared"),
    [
        pytest.param("", ("2026-03-02", "2026-03-31"), ("2026-01-31", "2026-03-01"), id="thirty days end with today"),
        pytest.param("period=today", ("2026-03-31", "2026-03-31"), ("2026-03-30", "2026-03-30"), id="today"),
        pytest.param("period=7d", ("2026-03-25", "2026-03-31"), ("2026-03-18", "2026-03-24"), id="seven days"),
        pytest.param("period=month", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28"), id="this month"),
        pytest.param("period=last_month", ("2026-02-01", "2026-02-28"), ("2026-01-01", "2026-01-31"), id="last month"),
        pytest.param("period=12mo", ("2025-04-01", "2026-03-31"), ("2024-04-01", "2025-03-31"), id="twelve months"),
        pytest.param(
            "period=year&compare=year", ("2026-01-01", "2026-03-31"), ("2025-01-01", "2025-03-31"), id="a year ago"
        ),
        pytest.param("period=all", ("2026-01-20", "2026-03-31"), None, id="all time has nothing before it"),
        pytest.param("compare=none", ("2026-03-02", "2026-03-31"), None, id="no comparison"),
        pytest.param(
            "from=2026-03-10&to=2026-03-11&compare=custom&compare_from=2026-01-01&compare_to=2026-01-02",
            ("2026-03-10", "2026-03-11"),
            ("2026-01-01", "2026-01-02"),
            id="days of one's own",
        ),
    ],
)
def test_days_of_a_report(query: str, period: tuple[str, str], compared: tuple[str, str] | None) -> None:
    span = span_of(parse(query), AMSTERDAM, NOW, first=date(2026, 1, 20))
    assert days(span.period) == period
    assert days(span.drawn) == compared


def test_a_running_period_is_compared_with_as_much_of_the_other() -> None:
    span = span_of(State(period="today"), AMSTERDAM, NOW)
    assert span.comparison is not None
    assert (span.comparison.end - span.comparison.start).total_seconds() == 30 * 60
    assert span.drawn is not None
    assert span.drawn.end == span.period.start


def test_a_year_of_twelve_months_begins_with_a_month() -> None:
    december = datetime(2026, 12, 5, tzinfo=UTC)
    assert days(span_of(State(period="12mo"), AMSTERDAM, december).period) == ("2026-01-01", "2026-12-05")
