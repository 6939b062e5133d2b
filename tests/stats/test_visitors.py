"""The list of visits, the steps of a visitor and who is on the site, against a slow and obvious computation."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.makers import MINUTE, NOON, event
from tests.stats import reference_people, worlds
from tests.stats.figures import Figures
from tests.stats.reference import World
from tests.stats.test_answers import SEGMENTS, drawn, insert
from trailhouse.collector.pipeline import SITE_SEARCH
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import between, named
from trailhouse.events import blocks
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.events.visits import visit_id
from trailhouse.stats.answer import ask
from trailhouse.stats.filters import Is, Matches
from trailhouse.stats.question import Goal, Question, SiteContext
from trailhouse.stats.reports import live, visitor, visitors
from trailhouse.stats.reports.visits import Mark, Visit

ZONE = ZoneInfo("Europe/Amsterdam")
SITE = SiteContext(1, "Europe/Amsterdam", goals=(Goal(1, "Order placed", "event", "Order", 4200),))
DAY = 1440 * MINUTE
_numbers = count(50_000)
RANDOM = drawn(int(os.environ.get("EXAMPLES", "20")))


def visit(visitor_id: int, start: int, *paths: str, site_id: int = 1, **values: object) -> Iterator[Event]:
    """A visit whose pages are a minute apart."""
    kept = {"site_id": site_id, "visitor_id": visitor_id, "visit_started": start, "entry_path": (paths or ("/",))[0]}
    kept |= {"visit_id": visit_id(site_id, visitor_id, start), **values}
    for step, path in enumerate(paths or ("/",)):
        yield event(start + step * MINUTE, path=path, **kept)


def asked(first: int, last: int, site: SiteContext = SITE, **values: object) -> Question:
    """The visits of the days from one moment to another."""
    begin, end = (clock.from_ms(ms).astimezone(ZONE).date() for ms in (first, last))
    return replace(Question(site, between(begin, end, ZONE), ("visits",)), **values)  # type: ignore[arg-type]


def said(found: Visit) -> dict[str, object]:
    """A visit of the list as the reference tells it."""
    same = ("duration_ms", "pageviews", "last", "goal_value", "revenue", "source", "entry_path", "city", "device")
    reached = {one.goal.name: one.times for one in found.reached}
    return {name: getattr(found, name) for name in same} | {"reached": reached, "visitor_id": found.mark.visitor_id}


# -- against the reference


@given(st.data())
@RANDOM
def test_the_list_holds_the_visits_that_are_counted_in_order_at_any_size_of_page(
    store: Store, data: st.DataObject
) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    site = SiteContext(next(_numbers), zone, 1_800, goals=worlds.GOALS, segments=SEGMENTS)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    insert(store, events)
    world = World.of(site, events)
    for _ in range(4):
        period = data.draw(worlds.periods(zone, day, events))
        filters = data.draw(st.none() | worlds.filters())
        question = Question(site, period, ("visits",), filters=filters)
        with clock.frozen(max(period.end, clock.from_ms(max((e.ts for e in events), default=0)))):
            figures = Figures(world, question, period, clock.now_ms())
            wanted = reference_people.listed(figures)
            size = data.draw(st.integers(1, 4))
            pages = _pages_down(store, question, size)
            found = [one for page in pages for one in page.visits]
            assert [said(one) for one in found] == [reference_people.row(figures, one) for one in wanted]
            assert len(found) == ask(store, question).first.metrics[0]
            assert [one for chunk in visitors.every(store, question) for one in chunk] == found
            assert [len(page.visits) for page in pages[:-1]] == [size] * (len(pages) - 1)
            if len(pages) > 1:
                up = visitors.page(store, question, after=pages[-1].visits[0].mark, size=size)
                assert up == replace(pages[-2], older=True)


def _pages_down(store: Store, question: Question, size: int) -> list[visitors.Page]:
    pages = [visitors.page(store, question, size=size)]
    assert not pages[0].newer
    while pages[-1].older:
        pages.append(visitors.page(store, question, before=pages[-1].visits[-1].mark, size=size))
        assert pages[-1].newer
        assert pages[-1].visits
    return pages


@given(st.data())
@RANDOM
def test_every_step_of_a_visitor_is_told_with_its_goals_and_the_time_spent(store: Store, data: st.DataObject) -> None:
    site = SiteContext(next(_numbers), "UTC", 1_800, goals=worlds.GOALS, segments=SEGMENTS)
    day, events = data.draw(worlds.histories("UTC", site.site_id, 1_800_000))
    for one in events:
        one.person = 0  # whose events stand under several numbers: tests/events/test_visitors.py
    insert(store, events)
    world = World.of(site, events)
    question = Question(site, between(day, day, ZoneInfo("UTC")), ("visits",))
    figures = Figures(world, question, question.period, 0)
    for number in {one.visitor_id for one in events}:
        theirs = [one for one in world.visits.values() if one.visitor == number]
        theirs.sort(key=lambda one: (one.started, one.events[0].visit_id), reverse=True)
        told, more = visitor.stories(store, site, [number], clock.from_ms(events[-1].ts))
        assert not more
        for story, wanted in zip(told, theirs, strict=True):
            steps = [
                (clock.to_ms(one.at), one.kind, one.text, one.engaged_ms, [goal.name for goal in one.reached])
                for one in story.steps
            ]
            expected = reference_people.steps(question, wanted)
            assert _unordered(steps) == _unordered([(o.ts, o.kind, o.text, o.read, o.goals) for o in expected])
        found = visitor.profile(store, site, [number])
        assert found is not None
        rows = [reference_people.row(figures, one) for one in theirs]
        assert (found.visits, found.pageviews) == (len(theirs), sum(len(one.pages) for one in theirs))
        assert found.goal_value == sum(int(str(row["goal_value"])) for row in rows)
        assert found.first_seen == clock.from_ms(min(one.started for one in theirs))
        assert said(found.newest) == rows[0]


def _unordered(steps: Sequence[tuple[int, str, str, int | None, list[str]]]) -> list[tuple[object, ...]]:
    return sorted(
        (at, kind, text, -1 if read is None else read, sorted(names)) for at, kind, text, read, names in steps
    )


# -- the list


def test_a_page_in_the_middle_knows_both_sides_and_the_newest_one_is_always_whole(store: Store) -> None:
    insert(store, [one for n in range(10) for one in visit(n + 1, NOON - n * DAY)])
    question = asked(NOON - 9 * DAY, NOON)
    with clock.frozen(clock.from_ms(NOON)):
        first = visitors.page(store, question, size=4)
        second = visitors.page(store, question, before=first.visits[-1].mark, size=4)
        assert [one.mark.visitor_id for one in second.visits] == [5, 6, 7, 8]
        assert (first.newer, first.older, second.newer, second.older) == (False, True, True, True)
        assert visitors.page(store, question, after=second.visits[0].mark, size=4) == first
        assert visitors.page(store, question, after=second.visits[1].mark, size=4).newer
        assert visitors.page(store, question, after=first.visits[2].mark, size=4) == first


class Recording(Store):
    """The store, which remembers what it was asked."""

    def __init__(self, store: Store) -> None:
        self.__dict__ = dict(store.__dict__)
        self.asked: list[str] = []

    def rows(self, sql: str, params: Any = None, **settings: Any) -> list[tuple[Any, ...]]:
        """The rows, as ever."""
        self.asked.append(sql)
        return super().rows(sql, params, **settings)


def test_a_page_deep_in_the_list_reads_a_day_and_the_visits_it_shows(store: Store) -> None:
    insert(store, [one for n in range(200) for one in visit(n + 1, NOON - n * 60 * MINUTE)])
    recording = Recording(store)
    question = asked(NOON - 360 * DAY, NOON)
    with clock.frozen(clock.from_ms(NOON)):
        (mark,) = visitors.marks(store, question, 1, before=Mark(NOON - 4 * DAY, 0))
        for beside in ({"before": mark}, {"after": mark}):
            recording.asked.clear()
            assert len(visitors.page(recording, question, size=5, **beside).visits) == 5
            spans = [[int(ms) for ms in re.findall(r"Milli\((\d+),", text)] for text in recording.asked]
            assert len(spans) == 2
            assert all(max(span) - min(span) <= 3 * DAY for span in spans)


def test_visits_of_the_same_millisecond_are_neither_lost_nor_told_twice(store: Store) -> None:
    insert(store, [one for n in range(7) for one in visit(n + 1, NOON)])
    question = asked(NOON, NOON)
    with clock.frozen(clock.from_ms(NOON)):
        pages = _pages_down(store, question, 2)
    assert sorted(one.mark.visitor_id for page in pages for one in page.visits) == list(range(1, 8))


def test_a_visit_beyond_2_to_the_63_has_its_place(store: Store) -> None:
    big = 2**64 - 1
    insert(store, [event(NOON, visitor_id=big, visit_id=big, visit_started=NOON), *visit(3, NOON)])
    question = asked(NOON, NOON)
    with clock.frozen(clock.from_ms(NOON)):
        first = visitors.page(store, question, size=1)
        assert first.visits[0].mark == Mark(NOON, big, big)
        assert visitors.page(store, question, before=first.visits[0].mark, size=1).visits[0].mark.visitor_id == 3
        assert visitor.profile(store, SITE, [big]) is not None


def test_nothing_of_another_site_is_listed_or_told(store: Store) -> None:
    insert(store, [*visit(5, NOON, "/mine"), *visit(5, NOON, "/theirs", site_id=2), *visit(6, NOON, site_id=2)])
    question = asked(NOON, NOON)
    with clock.frozen(clock.from_ms(NOON)):
        assert [one.entry_path for one in visitors.page(store, question).visits] == ["/mine"]
        assert visitor.profile(store, SITE, [6]) is None
        told, _more = visitor.stories(store, SITE, [5], clock.now())
        assert [step.text for story in told for step in story.steps] == ["/mine"]
        assert [one.visit.mark.visitor_id for one in live.people(store, SITE, clock.now())] == [5]


def test_the_next_visitors_are_others_under_the_same_filter(store: Store) -> None:
    starts = [(1, 0, "Google"), (2, 10, "Google"), (2, 20, "Google"), (3, 30, "Bing"), (4, 40, "Google")]
    insert(store, [one for n, at, source in starts for one in visit(n, NOON + at * MINUTE, source=source)])
    question = asked(NOON, NOON, filters=Is("visit:source", ("Google",)))
    at = Mark(NOON + 10 * MINUTE, visit_id(1, 2, NOON + 10 * MINUTE), 2)
    with clock.frozen(clock.from_ms(NOON + 60 * MINUTE)):
        found = visitors.neighbours(store, question, at)
        assert found.newer is not None
        assert found.older is not None
        assert (found.newer.visitor_id, found.older.visitor_id) == (4, 1)
        assert visitors.neighbours(store, question, found.newer).newer is None
        assert visitors.neighbours(store, question, found.older).older is None


def test_a_wrong_pattern_is_told_as_everywhere(store: Store) -> None:
    insert(store, list(visit(1, NOON)))
    question = asked(NOON, NOON, filters=Matches("event:page", ("(",)))
    with clock.frozen(clock.from_ms(NOON)), pytest.raises(UserError) as refused:
        visitors.page(store, question)
    assert refused.value.code == "wrong_pattern"
    with pytest.raises(UserError):
        live.people(store, SITE, clock.from_ms(NOON), Matches("event:page", ("(",)))


# -- one visitor


def test_the_steps_of_a_visit(store: Store) -> None:
    kept = {"visitor_id": 7, "visit_id": 9, "visit_started": NOON, "entry_path": "/", "source": "Google"}

    def at(seconds: int, name: str, path: str, **values: object) -> Event:
        return event(NOON + seconds * 1000, name=name, path=path, **(kept | values))

    insert(
        store,
        [
            at(0, "pageview", "/", props={"site_search": "bread", "theme": "dark"}),
            at(10, "pageview", "/menu"),
            at(11, "engagement", "/", engaged_ms=9_000),  # comes after the next page has begun
            at(30, "File Download", "/menu", props={"url": "https://x.example/menu.pdf"}),
            at(60, "engagement", "/menu", engaged_ms=48_000),
            at(61, "pageview", "/"),
            at(70, "Order", "/", props={"plan": "Gold"}, revenue=1250, revenue_currency="EUR"),
            at(71, "404", "/gone", props={"path": "/gone"}),
            at(72, "identify", "/", props={"name": "M. de Vries", "plan": "pro"}, interactive=False),
            at(80, "engagement", "/", engaged_ms=500),
            at(90, "Outbound Link: Click", "/", props={"url": "https://maps.example/"}),
        ],
    )
    store.insert_block("titles", blocks.of_rows("titles", [(1, 1, NOON, "/menu", "Our menu"), (2, 1, NOON, "/", "No")]))
    (story,), more = visitor.stories(store, SITE, [7], clock.from_ms(NOON + 100_000))
    assert [one.title for one in story.steps[:2]] == ["", "Our menu"]
    assert [(one.kind, one.text, one.engaged_ms) for one in story.steps] == [
        ("page", "/", 9_000),
        ("page", "/menu", 48_000),
        ("download", "https://x.example/menu.pdf", None),
        ("page", "/", 500),
        ("event", "Order", None),
        ("not_found", "/gone", None),
        ("named", "M. de Vries", None),
        ("outbound", "https://maps.example/", None),
    ]
    assert (story.steps[0].search, story.steps[0].props) == ("bread", (("theme", "dark"),))
    order = story.steps[4]
    assert (order.props, order.revenue) == ((("plan", "Gold"),), 1250)
    assert [goal.name for goal in order.reached] == ["Order placed"]
    assert story.steps[6].props == (("plan", "pro"),)
    assert (story.here, story.cut, more) == (True, False, False)
    (later,), _more = visitor.stories(store, SITE, [7], clock.from_ms(NOON + 90_000 + 5 * MINUTE))
    assert not later.here


def test_searches_stand_where_the_collector_puts_them() -> None:
    assert visitor.SITE_SEARCH == SITE_SEARCH


def test_visits_of_one_visitor_come_by_twenty(store: Store) -> None:
    insert(store, [one for n in range(25) for one in visit(7, NOON - n * 60 * MINUTE)])
    told, more = visitor.stories(store, SITE, [7], clock.from_ms(NOON))
    assert (len(told), more) == (20, True)
    rest, further = visitor.stories(store, SITE, [7], clock.from_ms(NOON), before=told[-1].visit.mark)
    assert (len(rest), further) == (5, False)
    assert {one.visit.mark for one in told} & {one.visit.mark for one in rest} == set()


def test_a_visitor_of_several_numbers_is_told_as_one(store: Store) -> None:
    insert(store, [*visit(7, NOON, "/a"), *visit(8, NOON + 60 * MINUTE, "/b", "/c"), *visit(9, NOON, "/other")])
    found = visitor.profile(store, SITE, [7, 8])
    assert found is not None
    assert (found.visitor_id, found.visits, found.pageviews, found.newest.entry_path) == (7, 2, 3, "/b")
    told, _more = visitor.stories(store, SITE, [7, 8], clock.from_ms(NOON))
    assert [[step.text for step in story.steps] for story in told] == [["/b", "/c"], ["/a"]]


def test_an_endless_visit_is_cut_and_says_so(store: Store) -> None:
    kept = {"visitor_id": 7, "visit_id": 9, "visit_started": NOON}
    insert(store, [event(NOON + n, **kept) for n in range(visitor.MOST_EVENTS + 1)])
    (story,), _more = visitor.stories(store, SITE, [7], clock.from_ms(NOON))
    assert (len(story.steps), story.cut) == (visitor.MOST_EVENTS, True)


# -- live


def test_who_is_here_comes_first_then_who_came_last(store: Store) -> None:
    now = NOON + 60 * MINUTE
    insert(
        store,
        [
            *visit(1, now - 40 * MINUTE, *["/"] * 41),  # still here
            *visit(2, now - 20 * MINUTE, "/", "/gone"),
            *visit(3, now - 2 * MINUTE, "/menu"),
            *visit(4, now - 31 * MINUTE, "/"),  # too long ago
            *visit(5, now - 10 * MINUTE, "/"),
        ],
    )
    found = live.people(store, SITE, clock.from_ms(now))
    assert [(one.visit.mark.visitor_id, one.here) for one in found] == [(3, True), (1, True), (5, False), (2, False)]
    assert (found[1].visit.pageviews, found[3].visit.exit_path) == (41, "/gone")
    assert live.live(store, SITE, clock.from_ms(now)) == live.Live(2, 4)
    narrowed = live.people(store, SITE, clock.from_ms(now), Is("event:page", ("/menu",)))
    assert [one.visit.mark.visitor_id for one in narrowed] == [3]


def test_who_only_pings_is_not_there(store: Store) -> None:
    old = NOON - 50 * MINUTE
    ping = {"visitor_id": 7, "visit_id": visit_id(1, 7, old), "visit_started": old}
    insert(store, [*visit(7, old), event(NOON, name="engagement", **ping)])
    assert live.people(store, SITE, clock.from_ms(NOON)) == []


def test_the_last_minutes_are_thirty_whole_ones() -> None:
    now = clock.from_ms(NOON + 12_345)
    period = live.last_minutes(ZONE, now)
    assert len(period.buckets("minute")) == live.MINUTES
    assert period.start <= now < period.end
    assert named("30m", ZONE, now).start < period.start
