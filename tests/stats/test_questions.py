"""What questions may ask, how long lists page, and that a site sees its own rows alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.events.makers import MINUTE, NOON, event
from tests.stats.test_answers import insert
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period, between, named
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats.answer import Change, ChangeKind, ask, ask_all, change
from trailhouse.stats.check import check
from trailhouse.stats.dimensions import DIMENSIONS
from trailhouse.stats.filters import And, Contains, Filter, HasNotDone, InSegment, Is, Matches, Not, Or
from trailhouse.stats.metrics import METRICS, Unit
from trailhouse.stats.question import Goal, Question, SiteContext
from trailhouse.stats.reports.live import Live, live
from trailhouse.stats.sql import statement
from trailhouse.stats.strict import ask_strictly
from trailhouse.stats.together import bundles

UTC_ZONE = ZoneInfo("UTC")
DAY = between(date(2026, 3, 14), date(2026, 3, 14), UTC_ZONE)
YEAR = named("year", UTC_ZONE, datetime(2026, 3, 1, tzinfo=UTC))
SITE = SiteContext(1, goals=(Goal(1, "Bread", "page", "/bread*"),))
FIGURES = Path(__file__).parents[2] / "docs" / "figures.md"


def question(*metrics: str, **values: Any) -> Question:
    """A question about 14 March 2026."""
    return Question(SITE, values.pop("period", DAY), metrics or ("visitors",), **values)


def pages(count: int, site_id: int = 1) -> list[Event]:
    """Visits of one page each; page n is seen by n visitors."""
    return [
        event(NOON, site_id=site_id, visitor_id=v + 1, visit_id=n * 1_000 + v, visit_started=NOON, path=f"/{n:02}")
        for n in range(1, count + 1)
        for v in range(n)
    ]


def paths(store: Store, **values: Any) -> list[str]:
    """The pages that an answer lists."""
    return [row.dimensions[0] for row in ask(store, question(dimensions=("event:page",), **values)).rows]


def test_a_list_pages_without_gap_or_overlap(store: Store) -> None:
    insert(store, pages(7) + pages(7))
    found = [paths(store, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert found == [["/07", "/06", "/05"], ["/04", "/03", "/02"], ["/01"]]
    assert paths(store, order_by=(("event:page", "asc"),), limit=2) == ["/01", "/02"]


def test_an_answer_tells_how_many_rows_there_are_and_what_they_sum_to(store: Store) -> None:
    insert(store, pages(7))
    answer = ask(
        store, question("visitors", "visits", dimensions=("event:page",), limit=2, totals=True, total_rows=True)
    )
    assert answer.total_rows == 7
    assert answer.totals is not None
    assert answer.totals.metrics == (7, 28)
    assert answer.column("visits") == (7, 6)
    assert answer.units == {"visitors": Unit.COUNT, "visits": Unit.COUNT}


def test_every_interval_has_a_row_also_where_nothing_happened(store: Store) -> None:
    insert(store, pages(1))
    answer = ask(store, question("visits", "bounce_rate", dimensions=("time:hour",), comparison=DAY.previous()))
    assert len(answer.rows) == 24
    assert [row.metrics for row in answer.rows if row.metrics != (0, None)] == [(1, 100.0)]
    assert answer.rows[0].comparison == (0, None)
    assert answer.rows[12].bucket is not None
    assert answer.rows[12].bucket.label == "2026-03-14T12:00:00+00:00"
    backwards = ask(store, question("visits", dimensions=("time:hour",), order_by=(("time:hour", "desc"),)))
    assert backwards.rows[0].dimensions == ("2026-03-14T23:00:00+00:00",)


def test_hours_sum_to_the_day_when_a_clock_is_put_back(store: Store) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    day = between(date(2026, 10, 25), date(2026, 10, 25), zone)
    start = clock.to_ms(day.start)
    insert(
        store,
        [
            event(start + h * 3_600_000, visitor_id=1, visit_id=h + 1, visit_started=start + h * 3_600_000)
            for h in range(-1, 26)
        ],
    )
    hours = ask(store, question("visits", "pageviews", period=day, dimensions=("time:hour",)))
    assert hours.column("visits") == (1,) * 25
    assert ask(store, question("visits", "pageviews", period=day)).first.metrics == (25, 25)


def test_a_visit_is_whole_also_where_its_events_lie_on_both_sides_of_the_period(store: Store) -> None:
    start, end = clock.to_ms(DAY.start), clock.to_ms(DAY.end)
    late = [start + MINUTE, start - 30 * MINUTE]  # the second came late: the visit had begun without it
    long = [end - MINUTE, end + 23 * 60 * MINUTE]
    insert(store, [event(ts, visitor_id=1, visit_id=1, visit_started=late[0]) for ts in late])
    insert(store, [event(ts, visitor_id=2, visit_id=2, visit_started=long[0]) for ts in long])
    answer = ask(store, question("visits", "views_per_visit", "pageviews"))
    assert answer.first.metrics == (2, 2.0, 2)
    assert ask(store, question("visits", period=DAY.previous())).first.metrics == (0,)


def test_a_period_that_is_compared_with_itself_agrees(store: Store) -> None:
    insert(store, pages(5))
    answer = ask(store, question("visitors", "visits", "scroll_depth", dimensions=("event:page",), comparison=DAY))
    assert [row.metrics for row in answer.rows] == [row.comparison for row in answer.rows]


def test_answers_come_in_the_order_of_their_questions(store: Store) -> None:
    insert(store, pages(9))
    asked = [question(filters=Is("event:page", (f"/{n:02}",))) for n in range(1, 10)]
    assert [answer.first.metrics for answer in ask_all(store, asked)] == [(n,) for n in range(1, 10)]


def test_lists_of_a_page_share_a_statement_and_stay_apart(store: Store) -> None:
    events = pages(12)
    for n, own in enumerate(events):
        own.source, own.country, own.browser = f"source {n % 11}", "NL" if n % 2 else "", "Firefox"
    insert(store, events)
    asked = [
        question(dimensions=dimensions, limit=limit, total_rows=True)
        for dimensions in (("event:page",), ("visit:source",), ("visit:country", "visit:browser"), ("visit:browser",))
        for limit in (3, 100)
    ]
    asked += [question(dimensions=("time",)), question(), question("visits", dimensions=("visit:source",))]
    assert [len(bundle) for bundle in bundles([check(one) for one in asked])] == [3, 3, 1, 1, 1, 1, 1]
    assert ask_all(store, asked) == [ask(store, one) for one in asked]


def test_lists_that_need_too_much_memory_together_are_answered_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(store, pages(5))
    asked = [question(dimensions=(name,)) for name in ("event:page", "visit:source", "visit:country")]
    wanted = [ask(store, one) for one in asked]
    answered = store.columns

    def sparing(sql: str, *arguments: Any, **settings: Any) -> Any:
        if "GROUPING SETS" in sql:
            raise RuntimeError("Code: 241. DB::Exception: Query memory limit exceeded")
        return answered(sql, *arguments, **settings)

    monkeypatch.setattr(store, "columns", sparing)
    assert ask_all(store, asked) == wanted


def test_questions_of_two_sites_share_nothing(store: Store) -> None:
    insert(store, pages(3) + pages(2, site_id=2))
    asked = [question(dimensions=("event:page",)), replace(question(dimensions=("visit:source",)), site=SiteContext(2))]
    assert [len(bundle) for bundle in bundles(asked)] == [1, 1]
    assert [answer.first.metrics for answer in ask_all(store, asked)] == [(3,), (2,)]


def test_who_is_on_the_site_now(store: Store) -> None:
    seen = [(1, 0, "pageview"), (2, 4, "Signup"), (3, 6, "pageview"), (4, 31, "pageview"), (5, 1, "engagement")]
    insert(store, [event(NOON - minutes * MINUTE, visitor_id=v, name=name) for v, minutes, name in seen])
    assert live(store, SITE, clock.from_ms(NOON)) == Live(current=2, recent=3)


# -- one site's rows alone


@pytest.mark.parametrize(
    "condition",
    [
        None,
        Not(Is("event:page", ("/nowhere",))),
        Or((Is("event:page", ("/nowhere",)), Not(Is("visit:source", ("x",))))),
        HasNotDone(Is("event:page", ("/nowhere",))),
        Not(Is("visit:exit_page", ("/nowhere",))),
    ],
)
def test_no_filter_shows_another_sites_rows(store: Store, condition: Filter | None) -> None:
    insert(store, pages(3) + pages(5, site_id=2))
    for metrics in (("visitors",), ("visits",), ("visitors", "visits", "percentage")):
        assert ask(store, question(*metrics, filters=condition)).first.metrics[0] in (3, 6)


def test_every_read_begins_with_the_site_and_the_time() -> None:
    condition = And((HasNotDone(Is("event:page", ("/",))), Is("visit:exit_page", ("/",)), Is("event:goal", ("Bread",))))
    for dimension in [name for name in DIMENSIONS if name not in ("time", "time:minute")]:
        asked = question(*METRICS, dimensions=(dimension,), filters=condition, comparison=DAY.year_ago())
        text = statement(check(asked)).texts[0]
        reads = text.split("FROM events WHERE ")[1:]
        assert reads
        assert all(read.startswith(("site_id = 1 AND ts >= ", "site_id = 1 AND ((ts >= ")) for read in reads)


def test_no_text_of_a_filter_is_in_the_statement() -> None:
    secret = "s3cr3t"
    goal = Goal(2, secret, "page", f"/{secret}*")
    site = replace(SITE, goals=(goal,), segments={1: Contains(f"event:props:{secret}", (secret,))})
    condition = And(
        (
            Is("event:goal", (secret,)),
            InSegment((1,)),
            Matches("visit:exit_page", (secret,), case_sensitive=False),
            Is("event:page", (secret, secret), case_sensitive=False),
        )
    )
    asked = Question(site, DAY, tuple(METRICS), ("event:goal", f"event:props:{secret}"), condition)
    assert secret not in "".join(statement(check(asked)).texts)


# -- what is refused


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"metrics": ("nonsense",)}, "unknown_metric"),
        ({"metrics": ()}, "wrong_question"),
        ({"metrics": ("visitors", "visitors")}, "wrong_question"),
        ({"metrics": ("conversion_rate",)}, "needs_goal"),
        ({"dimensions": ("visit:nonsense",)}, "unknown_dimension"),
        ({"dimensions": ("event:props:",)}, "unknown_dimension"),
        ({"dimensions": ("time:day", "time:hour")}, "wrong_question"),
        ({"dimensions": ("time:minute",), "period": YEAR}, "too_many_intervals"),
        ({"limit": 0}, "wrong_page"),
        ({"limit": 100_001}, "wrong_page"),
        ({"offset": -1}, "wrong_page"),
        ({"order_by": (("visits", "asc"),)}, "wrong_order"),
        ({"filters": Is("time:day", ("2026-03-14",))}, "wrong_filter"),
        ({"filters": Is("event:page", ())}, "wrong_filter"),
        ({"filters": Is("event:page", ("x" * 2_001,))}, "wrong_filter"),
        ({"filters": Is("event:page", ("x",) * 1_001)}, "wrong_filter"),
        ({"filters": Is("event:page", ("\ud800",))}, "wrong_filter"),
        ({"filters": Contains("event:page", ("",))}, "wrong_filter"),
        ({"filters": Matches("event:page", ("x" * 501,))}, "wrong_filter"),
        ({"filters": And(tuple(Is("event:page", ("/",)) for _ in range(101)))}, "filter_too_large"),
        ({"filters": InSegment((5,))}, "unknown_segment"),
        ({"filters": InSegment((9,))}, "filter_too_large"),
        ({"filters": Is("event:goal", ("Nobody's",))}, "unknown_goal"),
        ({"filters": Not(Is("event:goal", ("Bread",)))}, "wrong_filter"),
        ({"filters": Is("event:goal", ("Bread",), negated=True)}, "wrong_filter"),
        ({"filters": Matches("event:goal", ("Bread",))}, "wrong_filter"),
        ({"filters": Matches("event:page", ("(",))}, "wrong_pattern"),
    ],
)  # fmt: skip
def test_a_question_without_an_answer_is_refused_by_what_is_wrong(
    store: Store, values: dict[str, Any], code: str
) -> None:
    insert(store, pages(1))
    site = replace(SITE, segments={9: InSegment((9,))})
    given: dict[str, Any] = {"site": site, "period": DAY, "metrics": ("visitors",)} | values
    asked = Question(**given)
    with pytest.raises(UserError) as refused:
        ask(store, asked)
    assert refused.value.code == code


def test_a_filter_nested_without_end_is_refused(store: Store) -> None:
    condition: Filter = Is("event:page", ("/",))
    for _ in range(5_000):
        condition = Not(condition)
    with pytest.raises(UserError) as refused:
        ask(store, question(filters=condition))
    assert refused.value.code == "filter_too_large"


@pytest.mark.parametrize(
    "text", ["'", "\\", "\\'", "a\x00b", "{p0:String}", "🐟", "\n\t\r\b", "%_*", "${x}", "]", "\\N", "NULL"]
)
def test_any_text_is_found_as_it_is(store: Store, text: str) -> None:
    insert(store, [event(NOON, path=text, visit_id=1, visit_started=NOON), event(NOON, visitor_id=8)])
    assert ask(store, question(filters=Is("event:page", (text,)))).first.metrics == (1,)
    assert ask(store, question(filters=Is("event:page", (text, "/x", text)))).first.metrics == (1,)
    assert ask(store, question(filters=Contains("event:page", (text,), case_sensitive=False))).first.metrics == (1,)
    assert text in paths(store)


# -- change


@pytest.mark.parametrize(
    ("now", "then", "unit", "found"),
    [
        (120, 100, Unit.COUNT, Change(20.0, ChangeKind.PERCENT)),
        (40.5, 42.5, Unit.PERCENT, Change(-2.0, ChangeKind.POINTS)),
        (5, 0, Unit.COUNT, None),
        (0, 0, Unit.COUNT, Change(0.0, ChangeKind.PERCENT)),
        (None, 3, Unit.SECONDS, None),
        (3, None, Unit.PERCENT, None),
    ],
)
def test_change(now: float | None, then: float | None, unit: Unit, found: Change | None) -> None:
    assert change(now, then, unit) == found


# -- documentation


@pytest.mark.parametrize("names", [METRICS, DIMENSIONS])
def test_every_metric_and_dimension_is_documented(names: Sequence[str]) -> None:
    text = FIGURES.read_text()
    assert [name for name in names if f"`{name}`" not in text] == []


def test_periods_of_a_minute_are_answered(store: Store) -> None:
    insert(store, pages(2))
    moment = clock.from_ms(NOON)
    period = Period(moment - timedelta(minutes=1), moment + timedelta(minutes=1), UTC_ZONE)
    assert ask(store, question("visitors", period=period, dimensions=("time",))).column("visitors") == (0, 2)


def test_a_year_by_the_hour_beside_the_year_before_is_answered(store: Store) -> None:
    insert(store, pages(2))
    year = between(date(2025, 3, 15), date(2026, 3, 14), UTC_ZONE)
    answer = ask(store, question(period=year, dimensions=("time:hour",), comparison=year.previous()))
    assert len(answer.rows) == 365 * 24
    assert sum(row.metrics[0] or 0 for row in answer.rows) == 2


def test_each_refusal_is_an_error_of_its_own(store: Store) -> None:
    insert(store, pages(1))
    wrong = question(filters=Matches("event:page", ("[",)))
    found = []
    for _ in range(2):
        with pytest.raises(UserError) as refused:
            ask(store, wrong)
        found.append(refused.value)
    assert [error.code for error in found] == ["wrong_pattern"] * 2
    assert found[0] is not found[1]


def test_a_strict_site_tells_of_no_organisation_of_fewer_than_five_visitors(store: Store) -> None:
    by = ("visit:organisation",)
    few, many = pages(4)[-4:], pages(5)[-5:]
    for own in few:
        own.organisation = "Few Ltd"
    for own in many:
        own.organisation = "Many Ltd"
    insert(store, few + many)
    asked = question("visits", "pageviews", dimensions=by, total_rows=True)
    assert [row.dimensions for row in ask(store, asked).rows] == [("Many Ltd",), ("Few Ltd",)]
    told = ask_strictly(store, asked)
    assert [(row.dimensions, row.metrics) for row in told.rows] == [(("Many Ltd",), (5, 5))]
    assert (told.question, told.total_rows, set(told.units)) == (asked, 1, {"visits", "pageviews"})
    single = replace(SITE, segments={1: Is(by[0], ("Few Ltd",))})
    for condition in (Is(by[0], ("Few Ltd",)), Not(Or((Contains(by[0], ("F",)),))), InSegment((1,))):
        with pytest.raises(UserError, match="not open at a strict site"):
            ask_strictly(store, replace(question(filters=condition), site=single))
    assert ask_strictly(store, question(filters=Is("event:page", ("/05",)))).first.metrics == (5,)
