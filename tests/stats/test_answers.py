"""Every figure against a slow and obvious computation over the same events."""

import os
from collections.abc import Sequence
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from tests.stats import worlds
from tests.stats.figures import Figures, Number, Table
from tests.stats.reference import World
from trailhouse.core import clock
from trailhouse.events import blocks, visitors
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats import answer as answers
from trailhouse.stats.answer import Row, ask, ask_all
from trailhouse.stats.check import check as checked
from trailhouse.stats.filters import And, Filter, Is, Or
from trailhouse.stats.goals import mentions_goal
from trailhouse.stats.metrics import METRICS, Over
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.together import bundles

SEGMENTS: dict[int, Filter] = {
    1: Or((Is("visit:source", ("Google",)), Is("event:name", ("Signup",)))),
    2: And((Is("event:page", ("/", "/abc")),)),
}
# More by hand: EXAMPLES=2000 pytest tests/stats; then without making a failing one smaller, which takes minutes.
EXAMPLES = int(os.environ.get("EXAMPLES", "30"))
PHASES = [phase for phase in Phase if phase is not Phase.shrink or "EXAMPLES" not in os.environ]


def drawn(examples: int = EXAMPLES) -> settings:
    """The settings of a test that draws a world: a store for each would be slow, and making a world is."""
    unchecked = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, phases=PHASES, deadline=None, suppress_health_check=unchecked)


_numbers = count(1_000)


def insert(store: Store, events: Sequence[Event]) -> None:
    """Put events into the store as the writer does."""
    if events:
        visitors.note(store, events, 1)
        store.insert_block("events", blocks.of_events(events))


def same(found: tuple[Number, ...], wanted: dict[str, Number] | None, names: tuple[str, ...], *, told: bool) -> None:
    """Compare one line. `told`: the question has a line there; else nothing is said of its share of others."""
    line = dict(zip(names, found, strict=True))
    if not told:
        line = {name: value for name, value in line.items() if METRICS[name].over is not Over.SHARES}
    assert line == pytest.approx({name: (wanted or {}).get(name, METRICS[name].zero) for name in line})


@given(st.data())
@drawn()
def test_every_figure_is_what_the_definitions_say(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    timeout_s = data.draw(st.sampled_from((1_800, 300)))
    site = SiteContext(
        next(_numbers), zone, timeout_s, goals=worlds.GOALS, segments=SEGMENTS, page_groups=worlds.PAGE_GROUPS
    )
    day, events = data.draw(worlds.histories(zone, site.site_id, timeout_s * 1000))
    insert(store, events)
    world = World.of(site, events)
    periods = worlds.periods(zone, day, events)
    for _ in range(6):
        period = data.draw(periods)
        filters = data.draw(st.none() | worlds.filters())
        dimensions = data.draw(worlds.dimension_lists())
        compared = data.draw(st.sampled_from((None, None, period.previous(), period.year_ago())) | periods)
        goal = "event:goal" in dimensions or mentions_goal(filters)
        able = [name for name, m in METRICS.items() if goal or not m.needs_goal]
        able += [name for name, m in METRICS.items() if goal and m.over is Over.SHARES] * 2
        metrics = data.draw(st.lists(st.sampled_from(able), min_size=1, max_size=5, unique=True))
        question = Question(site, period, tuple(metrics), dimensions, filters, compared, limit=10_000)
        now_ms = max((e.ts for e in events), default=clock.to_ms(period.end)) + data.draw(
            st.sampled_from((0, timeout_s * 1000 - 1, timeout_s * 1000, 10**9))
        )
        with clock.frozen(clock.from_ms(now_ms)):
            answer = ask(store, question)
        event(f"{len(dimensions)} dimensions, {'no ' if filters is None else ''}filter")
        check(world, question, now_ms, answer.rows)


@given(st.data())
@drawn()
def test_lists_that_share_a_statement_are_what_the_definitions_say(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    site = SiteContext(next(_numbers), zone, goals=worlds.GOALS, segments=SEGMENTS, page_groups=worlds.PAGE_GROUPS)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    insert(store, events)
    world = World.of(site, events)
    for _ in range(4):
        period = data.draw(worlds.periods(zone, day, events))
        filters = data.draw(st.none() | worlds.filters())
        over_events = [name for name, m in METRICS.items() if m.over is Over.EVENTS]
        metrics = data.draw(st.lists(st.sampled_from(over_events), min_size=1, max_size=3, unique=True))
        split = data.draw(st.lists(worlds.dimension_lists(), min_size=2, max_size=6))
        asked = [Question(site, period, tuple(metrics), dims, filters, limit=10_000, total_rows=True) for dims in split]
        event(f"{len(asked)} questions in {len(bundles([checked(one) for one in asked]))} statements")
        for question, answer in zip(asked, ask_all(store, asked), strict=True):
            check(world, question, clock.now_ms(), answer.rows)
            assert (answer.question, answer.total_rows) == (question, len(answer.rows))
            assert answer.rows == ask(store, question).rows  # in the same order, too


def check(world: World, question: Question, now_ms: int, rows: Sequence[Row]) -> None:
    """Compare an answer with the reference, line by line."""
    wanted = Figures(world, question, question.period, now_ms).table()
    names = question.metrics
    lines = {row.dimensions: row for row in rows}
    assert len(lines) == len(rows)
    expected = told_in(wanted, names)
    assert expected - lines.keys() == set()
    before = Figures(world, question, question.comparison, now_ms).table() if question.comparison else {}
    told_before = told_in(before, names)
    for key, row in lines.items():
        same(row.metrics, wanted.get(key), names, told=key in expected)
        assert (row.comparison is None) == (question.comparison is None)
        if row.comparison is not None and all(not name.startswith("time") for name in question.dimensions):
            same(row.comparison, before.get(key), names, told=key in told_before)
        if row.comparison is not None and row.bucket is not None:
            place = 0 if row.comparison_bucket is None else row.comparison_bucket.label
            time = next(i for i, name in enumerate(question.dimensions) if name.startswith("time"))
            moved = tuple(str(place) if i == time else value for i, value in enumerate(key))
            same(row.comparison, before.get(moved), names, told=moved in told_before)


def told_in(table: Table, names: Sequence[str]) -> set[tuple[str, ...]]:
    """The lines that a question for these metrics has: those with something of what the metrics are over.

    Shares are of visitors, so they are told where an event was counted, not where a page was only read on.
    """
    over = {METRICS[name].over for name in names}
    if Over.SHARES in over:
        over = over - {Over.SHARES} | {Over.EVENTS}
    return {key for key, line in table.items() if any(METRICS[name].over in over for name in line)}


def test_zones_of_the_worlds_exist() -> None:
    assert all(ZoneInfo(name) for name in worlds.DAYS)


@given(st.data())
@drawn(EXAMPLES // 2)
def test_sides_put_together_here_are_what_the_store_puts_together(store: Store, data: st.DataObject) -> None:
    site = SiteContext(next(_numbers), "UTC", goals=worlds.GOALS)
    day, events = data.draw(worlds.histories("UTC", site.site_id, 1_800_000))
    insert(store, events)
    period = data.draw(worlds.periods("UTC", day, events))
    dimensions = data.draw(st.sampled_from((("event:page",), ("visit:source", "event:name"), ("visit:exit_page",))))
    metrics = ("visitors", "bounce_rate", "time_on_page", "visits")
    order: Any = data.draw(
        st.lists(
            st.tuples(st.sampled_from((*metrics, *dimensions)), st.sampled_from(("asc", "desc"))),
            max_size=3,
            unique_by=lambda one: one[0],
        )
    )
    limit, offset = data.draw(st.integers(1, 6)), data.draw(st.integers(0, 3))
    question = Question(
        site, period, metrics, dimensions, order_by=tuple(order), limit=limit, offset=offset, total_rows=True
    )
    here = ask(store, question)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "MOST_APART", -1)
        there = ask(store, question)
    assert here.total_rows == (there.total_rows if there.rows else here.total_rows)
    assert [row.dimensions for row in here.rows] == [row.dimensions for row in there.rows]
    for one, other in zip(here.rows, there.rows, strict=True):
        assert one.metrics == pytest.approx(other.metrics)
