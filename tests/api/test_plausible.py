"""Plausible's query language: what is read, what is refused, and what comes back."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from trailhouse.api.plausible import Parsed, parse, render
from trailhouse.core.errors import UserError
from trailhouse.stats.answer import Answer, Row
from trailhouse.stats.filters import And, Contains, HasDone, HasNotDone, InSegment, Is, IsEmpty, Matches, Not, Or
from trailhouse.stats.metrics import METRICS
from trailhouse.stats.question import SiteContext

SITE = SiteContext(1, "Europe/Amsterdam")
NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def read(**body: Any) -> Parsed:
    """Parse a query that asks for visitors of the last 7 days, changed by `body`."""
    query = {"site_id": "harbour-bakery.example", "metrics": ["visitors"], "date_range": "7d"} | body
    return parse(query, SITE, "harbour-bakery.example", NOW, date(2025, 1, 2))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("day", "2026-03-14T00:00:00+01:00", "2026-03-14T23:59:59+01:00"),
        ("24h", "2026-03-13T13:00:00+01:00", "2026-03-14T13:00:04+01:00"),
        ("7d", "2026-03-07T00:00:00+01:00", "2026-03-13T23:59:59+01:00"),
        ("91d", "2025-12-13T00:00:00+01:00", "2026-03-13T23:59:59+01:00"),
        ("month", "2026-03-01T00:00:00+01:00", "2026-03-31T23:59:59+02:00"),
        ("6mo", "2025-09-01T00:00:00+02:00", "2026-02-28T23:59:59+01:00"),
        ("year", "2026-01-01T00:00:00+01:00", "2026-12-31T23:59:59+01:00"),
        ("all", "2025-01-02T00:00:00+01:00", "2026-03-14T23:59:59+01:00"),
        (["2026-03-29", "2026-03-29"], "2026-03-29T00:00:00+01:00", "2026-03-29T23:59:59+02:00"),
        (
            ["2026-03-14T12:00:00+00:00", "2026-03-14T15:59:59+00:00"],
            "2026-03-14T13:00:00+01:00",
            "2026-03-14T16:59:59+01:00",
        ),
    ],
)
def test_a_date_range_is_echoed_with_its_last_second(asked: Any, first: str, last: str) -> None:
    assert read(date_range=asked).echo["date_range"] == [first, last]


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        (["is", "event:page", ["/", "/a"]], Is("event:page", ("/", "/a"))),
        (["is_not", "visit:source", ["Direct / None"]], Is("visit:source", ("Direct",), negated=True)),
        (["is", "visit:utm_medium", ["(not set)"]], Is("visit:utm_medium", ("",))),
        (["is", "visit:city", [2759794]], Is("visit:city", ("2759794",))),
        (
            ["contains", "visit:country_name", ["united"], {"case_sensitive": False}],
            Contains("visit:country_name", ("united",), case_sensitive=False),
        ),
        (["contains_not", "event:page", ["docs"]], Contains("event:page", ("docs",), negated=True)),
        (["matches", "event:page", [r"^/user/\d+$"]], Matches("event:page", (r"^/user/\d+$",))),
        (["matches_not", "event:props:plan", ["a"]], Matches("event:props:plan", ("a",), negated=True)),
        (["is_empty", "event:props:plan"], IsEmpty("event:props:plan")),
        (["is", "segment", [7]], InSegment((7,))),
        (["is_not", "segment", [7, 8]], HasNotDone(InSegment((7, 8)))),
        (["not", ["is", "event:page", ["/"]]], Not(Is("event:page", ("/",)))),
        (["has_done", ["is", "event:goal", ["Signup"]]], HasDone(Is("event:goal", ("Signup",)))),
        (["has_not_done", ["is", "event:page", ["/"]]], HasNotDone(Is("event:page", ("/",)))),
        (
            ["or", [["is", "event:page", ["/"]], ["and", [["is", "event:page", ["/a"]]]]]],
            Or((Is("event:page", ("/",)), And((Is("event:page", ("/a",)),)))),
        ),
    ],
)
def test_a_filter_is_read(asked: Any, understood: Any) -> None:
    assert read(filters=[asked]).question.filters == And((understood,))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"metrics": []}, "metrics"),
        ({"metrics": "visitors"}, "metrics"),
        ({"date_range": "7x"}, "date_range"),
        ({"date_range": None}, "date_range"),
        ({"date_range": ["2026-02-30", "2026-03-01"]}, "date_range"),
        ({"date_range": ["2026-03-02", "2026-03-01"]}, "date_range"),
        ({"date_range": ["2026-03-02T00:00:00", "2026-03-03T00:00:00"]}, "date_range"),
        ({"date_range": ["0001-01-01", "9999-12-31"]}, "date_range"),
        ({"dimensions": ["visit:nonsense"]}, "visit:nonsense"),
        ({"dimensions": ["event:props:"]}, "event:props:"),
        ({"filters": {"is": 1}}, "filter"),
        ({"filters": [["is", "event:page", []]]}, "filter"),
        ({"filters": [["is", "event:page", [None]]]}, "filter"),
        ({"filters": [["is", "event:page", ["/"], {"colour": 1}]]}, "filter"),
        ({"filters": [["is", "visit:nonsense", ["x"]]]}, "visit:nonsense"),
        ({"filters": [["is", "segment", ["x"]]]}, "segment"),
        ({"filters": [["perhaps", "event:page", ["/"]]]}, "perhaps"),
        ({"filters": [["and", []]]}, "filter"),
        ({"order_by": [["visitors", "down"]]}, "order_by"),
        ({"include": {"colour": True}}, "include"),
        ({"include": {"time_labels": True}}, "time dimension"),
        ({"pagination": {"limit": 10_001}}, "pagination"),
        ({"pagination": {"limit": True}}, "pagination"),
        ({"pagination": {"offset": -1}}, "pagination"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_wrong_query_is_refused_by_what_is_wrong(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as refused:
        read(**wrong)
    assert refused.value.status == 400


def test_a_filter_nested_without_end_is_refused() -> None:
    nested: Any = ["is", "event:page", ["/"]]
    for _ in range(50):
        nested = ["not", nested]
    with pytest.raises(UserError, match="filter"):
        read(filters=[nested])


@pytest.mark.parametrize(
    ("asked", "interval"),
    [
        ("day", "time:hour"),
        ("7d", "time:day"),
        ("91d", "time:week"),
        (["2024-01-01", "2026-01-01"], "time:month"),
    ],
)
def test_plain_time_is_the_interval_that_fits(asked: Any, interval: str) -> None:
    parsed = read(date_range=asked, dimensions=["time"], order_by=[["time", "desc"]])
    assert parsed.question.dimensions == (interval,)
    assert parsed.question.order_by == ((interval, "desc"),)


def test_rows_come_by_time_then_by_the_first_metric() -> None:
    parsed = read(metrics=["visits", "events"], dimensions=["time:day", "visit:source"])
    assert parsed.echo["order_by"] == (("time:day", "asc"), ("visits", "desc"))
    assert parsed.echo["pagination"] == {"offset": 0, "limit": 10_000}


def answered(parsed: Parsed, *rows: Row, total_rows: int | None = None) -> dict[str, Any]:
    """The answer with these rows as JSON."""
    units = {name: METRICS[name].unit for name in parsed.question.metrics}
    return render(Answer(parsed.question, rows, units, None, total_rows), parsed)


def test_figures_are_rounded_as_clients_know_them() -> None:
    metrics = ["visitors", "views_per_visit", "bounce_rate", "visit_duration", "percentage", "scroll_depth"]
    parsed = read(metrics=metrics, dimensions=["visit:source"])
    full = Row(("Google",), (1_201, 2.345678, 39.6, 161.5, 33.33333, 61.7))
    empty = Row(("Direct",), (0, None, None, None, None, None))
    assert answered(parsed, full, empty)["results"] == [
        {"dimensions": ["Google"], "metrics": [1_201, 2.35, 40, 162, 33.33, 62]},
        {"dimensions": ["Direct / None"], "metrics": [0, 0, 0, None, 0, None]},
    ]


def test_revenue_carries_its_currency() -> None:
    parsed = read(metrics=["total_revenue", "average_revenue"])
    assert answered(parsed, Row((), (123_456_789, None)))["results"][0]["metrics"] == [
        {"value": 1_234_567.89, "currency": "EUR", "short": "€1.2M", "long": "€1,234,567.89"},
        None,
    ]


def test_what_is_not_known_has_the_names_that_clients_know() -> None:
    parsed = read(dimensions=["visit:referrer", "visit:utm_term", "event:props:plan"])
    (row,) = answered(parsed, Row(("", "", ""), (1,)))["results"]
    assert row["dimensions"] == ["Direct / None", "(not set)", "(none)"]


def test_time_labels_name_every_interval_also_the_hour_that_comes_twice() -> None:
    parsed = read(
        date_range=["2026-10-25", "2026-10-25"],
        dimensions=["time:hour"],
        include={"time_labels": True, "total_rows": True, "imports": True},
    )
    meta = answered(parsed, total_rows=3)["meta"]
    assert meta["time_labels"][:4] == [f"2026-10-25 0{hour}:00:00" for hour in (0, 1, 2, 2)]
    assert len(meta["time_labels"]) == 25
    assert (meta["total_rows"], meta["imports_included"]) == (3, False)


def test_a_week_that_began_before_the_period_is_named_by_its_first_day_inside() -> None:
    parsed = read(dimensions=["time:week"], include={"time_labels": True})
    assert answered(parsed)["meta"]["time_labels"] == ["2026-03-07", "2026-03-09"]
