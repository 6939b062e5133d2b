"""Comparisons and totals of a query, and that everything a report counts can be asked for."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.api.conftest import BAKERY, World, ask, key
from tests.events.makers import NOON, event
from tests.stats.test_answers import insert
from trailhouse.api.comparing import comparison, moved
from trailhouse.core.errors import UserError
from trailhouse.core.periods import between
from trailhouse.events.store import Store
from trailhouse.sites.models import Privacy, Site
from trailhouse.stats.dimensions import DIMENSIONS
from trailhouse.stats.metrics import METRICS, Unit

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Europe/Amsterdam")
DAY_MS = 86_400_000


def query(**more: Any) -> Any:
    """The answer to a query of the bakery's day."""
    body = {"site_id": BAKERY, "metrics": ["visitors", "pageviews"], "date_range": "day"} | more
    return ask("POST", "/api/v2/query", key(), json.dumps(body))


def compared(mode: str = "previous_period", **more: Any) -> dict[str, Any]:
    """What a query includes."""
    return {"comparisons": {"mode": mode} | more}


def test_each_row_tells_what_it_is_compared_with(world: World) -> None:
    told = query(include=compared()).json()
    (row,) = told["results"]
    # The day before counts until the same time of day: 13:04, when Ben had come.
    assert row == {
        "metrics": [2, 4],
        "dimensions": [],
        "comparison": {"metrics": [1, 1], "dimensions": [], "change": [100, 300]},
    }
    assert told["query"]["comparison_date_range"] == ["2026-03-13T00:00:00+01:00", "2026-03-13T13:03:59+01:00"]
    assert told["query"]["include"] == compared()


def test_intervals_are_compared_with_those_at_the_same_place(world: World) -> None:
    told = query(date_range=["2026-03-14", "2026-03-14"], dimensions=["time:hour"], include=compared()).json()
    (row,) = told["results"]
    assert row["dimensions"] == ["2026-03-14 13:00:00"]
    assert row["comparison"]["dimensions"] == ["2026-03-13 13:00:00"]
    assert row["comparison"]["metrics"] == [1, 1]
    custom = compared("custom", date_range=["2026-03-13", "2026-03-13"])
    again = query(date_range=["2026-03-14", "2026-03-14"], dimensions=["time:hour"], include=custom).json()
    assert again["results"] == told["results"]


def test_rows_are_those_of_the_period_alone(world: World, store: Store) -> None:
    own = {"site_id": world.site.pk, "visitor_id": 3}
    insert(store, [event(NOON - n * DAY_MS, visit_id=n, visit_started=NOON - n * DAY_MS, **own) for n in range(10, 20)])
    include = compared("custom", date_range=["2026-02-20", "2026-03-10"])
    for dimensions in (["time:day"], ["time:day", "event:page"]):
        found = query(date_range=["2026-03-13", "2026-03-14"], dimensions=dimensions, include=include)
        assert found.status_code == 200, found.content
        days = {row["dimensions"][0] for row in found.json()["results"]}
        assert days == {"2026-03-13", "2026-03-14"}


def test_totals_are_of_all_rows(world: World) -> None:
    asked = {"dimensions": ["event:page"], "pagination": {"limit": 1}}
    told = query(**asked, include={"totals": True} | compared()).json()
    assert len(told["results"]) == 1
    assert told["meta"]["totals"]["metrics"] == [2, 4]
    assert told["meta"]["totals"]["comparison"]["metrics"] == [1, 1]


def test_totals_of_a_strict_site_have_the_metrics_that_were_asked_for(world: World) -> None:
    Site.objects.filter(pk=world.site.pk).update(privacy=Privacy.STRICT)
    told = query(metrics=["pageviews"], dimensions=["visit:organisation"], include={"totals": True}).json()
    assert (told["results"], told["meta"]["totals"]["metrics"]) == ([], [4])


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_of_a_report_can_be_asked_for(world: World, name: str) -> None:
    goal = [["is", "event:goal", ["Order"]]] if METRICS[name].needs_goal else []
    found = query(metrics=[name], filters=goal, include=compared())
    assert found.status_code == 200, found.content
    assert len(found.json()["results"][0]["metrics"]) == 1


@pytest.mark.parametrize("name", [*DIMENSIONS, "event:props:plan"])
def test_every_dimension_of_a_report_can_be_asked_for(world: World, name: str) -> None:
    found = query(dimensions=[name], date_range="day" if name == "time:minute" else "30d")
    assert found.status_code == 200, found.content
    filters = [["is_not_empty", name], ["not", ["is_empty", name]], ["contains", name, ["a"]]]
    if not name.startswith("time") and name != "event:goal":
        assert query(filters=filters).status_code == 200


def test_pages_are_also_counted_by_their_group(world: World) -> None:
    told = query(dimensions=["event:page_group"], metrics=["pageviews"]).json()["results"]
    assert [(row["dimensions"], row["metrics"]) for row in told] == [(["(not set)"], [2]), (["Shop"], [2])]


@pytest.mark.parametrize(
    "include",
    [
        {"comparisons": "previous_period"},
        {"comparisons": {}},
        {"comparisons": {"mode": "custom"}},
        {"comparisons": {"mode": "custom", "date_range": ["2026-03-01"]}},
        {"comparisons": {"mode": "custom", "date_range": ["2026-03-01", 7]}},
        {"comparisons": {"mode": "previous_period", "date_range": ["2026-03-01", "2026-03-02"]}},
        {"comparisons": {"mode": "last"}},
        {"comparisons": {"mode": "previous_period", "match_day_of_week": True}},
        {"totals": "yes"},
    ],
)
def test_a_comparison_that_cannot_be_read_is_refused(world: World, include: Any) -> None:
    found = query(include=include)
    assert (found.status_code, set(found.json())) == (400, {"error", "code"})


def test_all_time_has_nothing_before_it() -> None:
    day = date(2026, 3, 14)
    now = datetime(2026, 3, 14, 12, tzinfo=UTC)
    period = between(day, day, ZONE)
    assert comparison("year_over_year", None, period, now).first_day == date(2025, 3, 14)
    whole = type(period)(period.start, period.end, ZONE, "all")
    with pytest.raises(UserError, match="all time"):
        comparison("previous_period", None, whole, now)
    assert comparison("custom", ["2026-03-01", "2026-03-02"], whole, now).first_day == date(2026, 3, 1)


def test_the_first_year_has_no_year_before_it() -> None:
    first = between(date(1, 1, 2), date(1, 1, 3), ZoneInfo("UTC"))
    for mode in ("previous_period", "year_over_year"):
        with pytest.raises(UserError, match="comparison"):
            comparison(mode, None, first, datetime(2026, 3, 14, tzinfo=UTC))


def test_a_change_is_whole_where_it_can_be_and_of_shares_in_points() -> None:
    assert moved(3, 2, Unit.COUNT) == 50
    assert moved(1, 3, Unit.COUNT) == -66.7
    assert moved(12.5, 10.0, Unit.PERCENT) == 2.5
    assert (moved(1, 0, Unit.COUNT), moved(0, 0, Unit.COUNT), moved(None, 1, Unit.COUNT)) == (None, 0, None)
