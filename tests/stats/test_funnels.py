"""Funnels against a slow and obvious computation over the same events, and their edges one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.events.makers import MINUTE, NOON
from tests.events.makers import event as made
from tests.stats import worlds
from tests.stats.reference import World
from tests.stats.reference_funnels import next_pages, steps_of
from tests.stats.test_answers import SEGMENTS, drawn, insert
from trailhouse.core.errors import UserError
from trailhouse.core.periods import between
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats.filters import Is
from trailhouse.stats.question import Goal, Question, SiteContext
from trailhouse.stats.reports.funnels import DAY_MS, Funnel, Onward, instead, reached

_numbers = count(50_000)
STEPS = (
    *worlds.GOALS,
    Goal(0, "/", "page", "/"),
    Goal(0, "any", "page", "*"),
    Goal(0, "view", "event", "pageview"),
    Goal(0, "404", "event", "404"),
)


@given(st.data())
@drawn()
def test_every_funnel_is_what_the_definition_says(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    site = SiteContext(next(_numbers), zone, goals=worlds.GOALS, segments=SEGMENTS)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    insert(store, events)
    world = World.of(site, events)
    periods = worlds.periods(zone, day, events)
    for _ in range(5):
        steps = data.draw(st.lists(st.sampled_from(STEPS), min_size=2, max_size=5))
        funnel = Funnel(tuple(steps), data.draw(st.sampled_from((None, 1, 2, 30))))
        filters = data.draw(st.none() | worlds.filters())
        question = Question(site, data.draw(periods), ("visitors",), filters=filters)
        found = reached(store, question, funnel)
        event(f"depth {sum(step.count > 0 for step in found)}, {'no ' if filters is None else ''}filter")
        wanted = steps_of(world, question, funnel, question.period)
        assert [step.count for step in found] == [number for number, _ in wanted]
        assert [step.median_s for step in found] == pytest.approx([seconds for _, seconds in wanted])
        for own, pages in zip(
            instead(store, question, funnel, found, 3), next_pages(world, question, funnel), strict=True
        ):
            assert own.left == pages.pop("", 0)
            first = sorted(pages.items(), key=lambda pair: (-pair[1], pair[0].encode()))[:3]
            assert own.pages == tuple(Onward(path, number) for path, number in first)
            assert own.others == pages.total() - sum(number for _, number in first)


# -- by hand

SITE = SiteContext(1)
QUESTION = Question(SITE, between(date(2026, 3, 14), date(2026, 3, 14), ZoneInfo("UTC")), ("visitors",))
MENU, ORDER, THANKS = (Goal(0, path, "page", path) for path in ("/menu", "/order", "/thanks"))
BOUGHT = Goal(0, "Order", "event", "Order")


def visit(*seen: tuple[int, str], visitor: int = 7, number: int = 0) -> list[Event]:
    """A visit of pages and events (by a capital) at these milliseconds after noon."""
    own = {"visitor_id": visitor, "visit_id": number or visitor, "visit_started": NOON + seen[0][0]}
    return [made(NOON + at, **({"name": what} if what[0].isupper() else {"path": what}), **own) for at, what in seen]


def counts(store: Store, steps: Sequence[Goal], days: int | None = None, question: Question = QUESTION) -> list[int]:
    return [step.count for step in reached(store, question, Funnel(tuple(steps), days))]


def test_steps_count_in_their_order_whatever_happens_in_between(store: Store) -> None:
    insert(store, visit((0, "/menu"), (1, "/"), (2, "/order"), (3, "/"), (4, "/thanks"), visitor=1))
    insert(store, visit((0, "/order"), (1, "/menu"), (2, "/thanks"), visitor=2))
    insert(store, visit((0, "/order"), (1, "/thanks"), visitor=3))
    assert counts(store, (MENU, ORDER, THANKS)) == [2, 1, 1]


def test_one_event_is_one_step(store: Store) -> None:
    insert(store, visit((0, "/menu"), visitor=1))
    insert(store, visit((0, "/menu"), (1, "/menu"), visitor=2))
    assert counts(store, (MENU, MENU)) == [2, 1]
    assert counts(store, (Goal(0, "any", "page", "*"), MENU)) == [2, 1]


def test_events_of_one_millisecond_come_in_the_order_of_the_steps(store: Store) -> None:
    insert(store, [*visit((0, "Order"), (0, "/order"), visitor=1), *visit((0, "/thanks"), (0, "Order"), visitor=2)])
    assert counts(store, (ORDER, BOUGHT)) == [1, 1]
    assert counts(store, (THANKS, BOUGHT)) == [1, 1]


def test_the_median_is_of_those_who_reached_the_step(store: Store) -> None:
    for visitor, minutes in ((1, 1), (2, 2), (3, 6), (4, 7)):
        insert(store, visit((0, "/menu"), (minutes * MINUTE, "/order"), visitor=visitor))
    insert(store, visit((0, "/menu"), visitor=5))
    first, second = reached(store, QUESTION, Funnel((MENU, ORDER)))
    assert (first.median_s, second.median_s) == (None, 4 * 60)


def test_across_visits_a_funnel_takes_so_many_days_and_no_longer(store: Store) -> None:
    insert(store, visit((0, "/menu"), visitor=1, number=11))
    insert(store, visit((3 * DAY_MS, "/order"), visitor=1, number=12))
    insert(store, visit((0, "/menu"), visitor=2, number=21))
    insert(store, visit((3 * DAY_MS + 1, "/order"), visitor=2, number=22))
    assert counts(store, (MENU, ORDER), 3) == [2, 1]
    assert counts(store, (MENU, ORDER)) == [2, 0]


def test_the_try_that_gets_furthest_counts(store: Store) -> None:
    insert(store, visit((0, "/menu"), (MINUTE, "/menu"), visitor=1, number=11))
    insert(store, visit((DAY_MS + MINUTE, "/order"), visitor=1, number=12))
    assert counts(store, (MENU, ORDER), 1) == [1, 1]
    assert reached(store, QUESTION, Funnel((MENU, ORDER), 1))[1].median_s == DAY_MS / 1000


def test_where_they_went_instead_is_the_next_page_or_none(store: Store) -> None:
    for visitor in (1, 2):
        insert(store, visit((0, "/menu"), (1, "/about"), (2, "/contact"), visitor=visitor))
    insert(store, visit((0, "/menu"), (1, "/contact"), visitor=3))
    insert(store, visit((0, "/menu"), (1, "/order"), visitor=4))
    insert(store, visit((0, "/menu"), visitor=5))
    funnel = Funnel((MENU, ORDER))
    steps = reached(store, QUESTION, funnel)
    (told,) = instead(store, QUESTION, funnel, steps, 5)
    assert (told.pages, told.others, told.left) == ((Onward("/about", 2), Onward("/contact", 1)), 0, 1)
    (few,) = instead(store, QUESTION, funnel, steps, 5, least=2)
    assert (few.pages, few.others, few.left) == ((Onward("/about", 2),), 1, 1)


def test_a_filter_narrows_the_visits_not_the_events(store: Store) -> None:
    insert(store, visit((0, "/menu"), (1, "/order"), visitor=1))
    insert(store, visit((0, "/menu"), (1, "/order"), (2, "/thanks"), visitor=2))
    thankful = replace(QUESTION, filters=Is("event:page", ("/thanks",)))
    assert counts(store, (MENU, ORDER), question=thankful) == [1, 1]
    assert counts(store, (MENU, ORDER), 1, thankful) == [1, 1]


def test_nothing_of_another_site_is_told(store: Store) -> None:
    insert(store, visit((0, "/menu"), (1, "/order")))
    other = replace(QUESTION, site=SiteContext(2))
    assert counts(store, (MENU, ORDER), question=other) == [0, 0]
    funnel = Funnel((MENU, ORDER))
    assert instead(store, other, funnel, reached(store, other, funnel), 5)[0].left == 0


def test_a_funnel_has_two_to_eight_steps_and_one_to_ninety_days() -> None:
    for steps, days in ((1, None), (9, None), (2, 0), (2, 91)):
        with pytest.raises(UserError, match="A funnel"):
            Funnel((MENU,) * steps, days)
