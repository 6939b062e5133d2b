"""The figures of all sites at once: those that each site's own questions and a slow computation give."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.makers import event
from tests.stats import worlds
from tests.stats.figures import Figures as Slow
from tests.stats.reference import World
from tests.stats.test_answers import drawn, insert
from trailhouse.core import clock
from trailhouse.core.periods import Period, between
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask, ask_all
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports.all_sites import (
    DAYS,
    NOTHING,
    Series,
    added,
    all_sites,
    current_visitors,
    statement,
)
from trailhouse.stats.reports.live import live

METRICS = ("visitors", "visits", "pageviews")
_numbers = count(500_000)


def spans(zone: str, now: datetime) -> tuple[Period, Period, Period]:
    """The 60 days, the last 30 of them, and the 30 before up to the same time of day."""
    today = now.astimezone(ZoneInfo(zone)).date()
    period = between(today - timedelta(29), today, ZoneInfo(zone))
    return between(today - timedelta(59), today, ZoneInfo(zone)), period, period.previous().like(period, now)


def slowly(world: World, zone: str, now: datetime) -> dict[str, Series]:
    """The figures by the slow and obvious way."""
    whole, period, before = spans(zone, now)
    question = Question(world.site, whole, METRICS)
    now_ms = clock.to_ms(now)
    lines = Slow(world, replace(question, dimensions=("time:day",)), whole, now_ms).table()
    days = [(whole.first_day + timedelta(n)).isoformat() for n in range(2 * DAYS)]
    totals = [Slow(world, question, span, now_ms).table()[()] for span in (period, before)]
    return {
        name: Series(
            tuple(int(lines.get((day,), {}).get(name) or 0) for day in days),
            *(int(total.get(name) or 0) for total in totals),
        )
        for name in METRICS
    }


def singly(store: Store, site: SiteContext, now: datetime) -> dict[str, Series]:
    """The figures by the questions that the site's own overview asks."""
    whole, period, before = spans(site.timezone, now)
    by_day = Question(site, whole, METRICS, dimensions=("time:day",), limit=2 * DAYS)
    with clock.frozen(now):
        totals, lines = ask_all(store, (Question(site, period, METRICS, comparison=before), by_day))
    found = {str(line.dimensions[0])[:10]: line.metrics for line in lines.rows}
    days = [found.get((whole.first_day + timedelta(n)).isoformat(), (0,) * 3) for n in range(2 * DAYS)]
    assert totals.first.comparison
    return {
        name: Series(
            tuple(int(day[place] or 0) for day in days),
            int(totals.first.metrics[place] or 0),
            int(totals.first.comparison[place] or 0),
        )
        for place, name in enumerate(METRICS)
    }


@st.composite
def sites(draw: st.DrawFn) -> tuple[str, datetime, list[Event]]:
    """A zone, a moment up to 60 days after its clocks changed, and visits around that change and around the moment."""
    zone = draw(st.sampled_from(sorted(worlds.DAYS)))
    number = next(_numbers)
    day, events = draw(worlds.histories(zone, number, 1_800_000))
    ago = draw(st.sampled_from((0, 1, 28, 29, 30, 31, 58, 59, 60)))
    moment = timedelta(hours=draw(st.integers(0, 23)), minutes=draw(st.sampled_from((0, 29, 30, 59))))
    return zone, datetime.combine(day + timedelta(ago), datetime.min.time(), UTC) + moment, events


@given(st.lists(sites(), min_size=1, max_size=4))
@drawn()
def test_every_figure_is_what_the_definitions_say_of_each_site(
    store: Store, several: list[tuple[str, datetime, list[Event]]]
) -> None:
    zones: dict[int, str] = {}
    histories = {next(_numbers): (zone, events) for zone, _now, events in several}
    for number, (zone, events) in histories.items():
        for one in events:
            one.site_id = number
        for month in {clock.from_ms(one.ts).strftime("%Y%m") for one in events}:
            insert(store, [one for one in events if clock.from_ms(one.ts).strftime("%Y%m") == month])
        zones[number] = zone
    for now in {now for _zone, now, _events in several}:
        found = all_sites(store, zones, now, METRICS)
        for number, (zone, events) in histories.items():
            site, told = SiteContext(number, zone), found.get(number, dict.fromkeys(METRICS, NOTHING))
            assert told == slowly(World.of(site, events), zone, now), zone
        assert told == singly(store, site, now), "the last of them, as its own overview asks"


def pageviews(site_id: int, moments: Iterable[datetime], visitor: int = 7) -> list[Event]:
    """A visit of one page at each of these moments, by one visitor."""
    starts = [clock.to_ms(moment) for moment in moments]
    return [event(ms, site_id=site_id, visitor_id=visitor, visit_id=ms, visit_started=ms) for ms in starts]


CHANGES = [
    pytest.param("Europe/Amsterdam", date(2026, 3, 29), 23, id="a day of 23 hours"),
    pytest.param("Europe/Amsterdam", date(2026, 10, 25), 25, id="a day of 25 hours"),
    pytest.param("Asia/Kolkata", date(2026, 6, 10), 24, id="half an hour off"),
    pytest.param("Asia/Kathmandu", date(2026, 6, 10), 24, id="a quarter of an hour off"),
    pytest.param("Australia/Lord_Howe", date(2026, 4, 5), 24.5, id="a change by half an hour"),
    pytest.param("Pacific/Auckland", date(2026, 9, 27), 23, id="far ahead, on the southern half"),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_day_begins_and_ends_where_the_sites_own_clock_says(store: Store, zone: str, day: date, hours: float) -> None:
    span = between(day, day, ZoneInfo(zone))
    tick = timedelta(milliseconds=1)
    inside = [span.start + timedelta(minutes=30 * n) for n in range(int(2 * hours))]
    insert(store, pageviews(1, [span.start - tick, *inside, span.end - tick, span.end]))
    found = all_sites(store, {1: zone}, span.end + timedelta(hours=3))[1]
    assert found["pageviews"].days[-3:] == (1, 2 * hours + 1, 1)
    assert found["visitors"].days[-3:] == (1, 1, 1)
    assert found["visitors"].period == 1


def test_a_visit_over_midnight_belongs_to_the_day_in_which_it_started(store: Store) -> None:
    midnight = datetime(2026, 6, 10, tzinfo=UTC)
    start = clock.to_ms(midnight) - 1000
    insert(store, [event(start + n * 2000, visit_id=5, visit_started=start) for n in range(2)])
    found = all_sites(store, {1: "UTC"}, midnight + timedelta(hours=1), METRICS)[1]
    assert [found[name].days[-2:] for name in METRICS] == [(1, 1), (1, 0), (1, 1)]


def test_a_running_day_is_compared_with_as_much_of_the_other(store: Store) -> None:
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    then = now - timedelta(30)
    insert(store, pageviews(1, [then - timedelta(hours=1), then + timedelta(hours=1), now - timedelta(hours=1)]))
    found = all_sites(store, {1: "UTC"}, now)[1]["pageviews"]
    assert (found.days[29], found.before, found.period) == (2, 1, 1)


def test_the_figures_are_those_of_the_overview(store: Store) -> None:
    now = datetime(2026, 4, 10, 9, 40, tzinfo=UTC)
    for number, zone in enumerate(worlds.DAYS, 1):
        moments = [now - timedelta(hours=7 * n) for n in range(1, 200)]
        visits = [one for n, at in enumerate(moments) for one in pageviews(number, [at], visitor=n % 50)]
        for month in (1, 2, 3, 4):
            insert(store, [one for one in visits if clock.from_ms(one.ts).month == month])
        _whole, period, before = spans(zone, now)
        question = Question(SiteContext(number, zone), period, METRICS, comparison=before)
        with clock.frozen(now):
            row = ask(store, question).first
        found = all_sites(store, {number: zone}, now, METRICS)[number]
        assert tuple(found[name].period for name in METRICS) == row.metrics
        assert tuple(found[name].before for name in METRICS) == row.comparison


def test_nothing_is_told_of_sites_that_were_not_asked_about(store: Store) -> None:
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    insert(store, pageviews(1, [now]) + pageviews(2, [now]) + pageviews(3, [now]))
    assert all_sites(store, {1: "UTC", 3: "Asia/Kolkata", 4: "UTC"}, now).keys() == {1, 3}
    assert current_visitors(store, [1, 4], now) == {1: 1}
    assert all_sites(store, {}, now) == {}
    assert current_visitors(store, [], now) == {}


def test_all_sites_are_asked_about_in_one_statement_that_grows_by_calendars_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows = store.rows

    def noted(sql: str, *values: Any, **limits: Any) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return rows(sql, *values, **limits)

    monkeypatch.setattr(store, "rows", noted)
    same = ("Europe/Amsterdam", "Europe/Berlin", "Europe/Paris")
    zones = {number: same[number % 3] for number in range(1, 301)} | {301: "Asia/Kolkata"}
    all_sites(store, zones, datetime(2026, 6, 30, 12, tzinfo=UTC))
    assert len(asked) == 1
    assert asked[0].count("FROM events") == 2  # calendars


def test_only_rows_of_these_sites_and_days_are_read(store: Store) -> None:
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    store.command(
        "INSERT INTO events (site_id, ts, visit_started, visitor_id, name)"
        " SELECT number % 40, {now:DateTime64(3)} - INTERVAL number MINUTE AS ts, ts, number, 'pageview'"
        " FROM numbers(120000) SETTINGS max_partitions_per_insert_block = 0",
        {"now": now},
    )
    whole = store.rows("SELECT count() FROM events")[0][0]
    plan = store.rows("EXPLAIN ESTIMATE " + statement({20: "UTC"}, now))
    assert sum(line[3] for line in plan) < whole / 3
    later = store.rows("EXPLAIN ESTIMATE " + statement({20: "UTC"}, now + timedelta(400)))
    assert sum(line[3] for line in later) == 0


def test_who_is_on_each_site_now_is_what_its_own_page_says(store: Store) -> None:
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    for seconds, visitor in ((1, 1), (299, 2), (299, 2), (301, 3)):
        insert(store, pageviews(1, [now - timedelta(seconds=seconds)], visitor))
    insert(store, [event(clock.to_ms(now), site_id=1, visitor_id=4, name="engagement")])
    assert current_visitors(store, [1, 2], now) == {1: live(store, SiteContext(1, "UTC"), now).current} == {1: 2}


def test_sites_are_added_up_and_visitors_are_not_matched_across_them(store: Store) -> None:
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    insert(store, pageviews(1, [now, now - timedelta(31)]) + pageviews(2, [now, now - timedelta(1)]))
    whole = added(one["visitors"] for one in all_sites(store, {1: "UTC", 2: "UTC"}, now).values())
    assert (whole.period, whole.before, whole.days[-2:]) == (2, 1, (1, 2))
    assert added([]) == NOTHING
