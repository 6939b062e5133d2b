"""New and returning visitors, and their habits, against plain Python over the same events."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.events import makers
from tests.events.makers import NOON
from tests.stats import worlds
from tests.stats.reference import World
from tests.stats.reference_returning import DAY_MS, Known
from tests.stats.test_answers import drawn
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period
from trailhouse.events import blocks, visitors
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask
from trailhouse.stats.filters import Contains, Filter, HasDone, Is, Not
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports.returning import DAYS, VISITS, Class, habits

_numbers = count(50_000)
FILTERS: tuple[Filter | None, ...] = (
    None,
    Is("visit:returning", ("returning",)),
    Is("visit:returning", ("new", "")),
    Not(Is("visit:returning", ("new",))),
    Contains("event:page", ("/blog/",)),
    HasDone(Is("event:name", ("Signup",))),
)
RARE = drawn(25)


def insert(store: Store, events: Sequence[Event]) -> None:
    if events:
        visitors.note(store, events, 1)
        visitors.note(store, events[:1], 2)  # a row twice changes nothing
        store.insert_block("events", blocks.of_events(events))


def matching(world: World, period: Period, part: Filter | None) -> set[int]:
    """The visits that started in the period and have an event in it that fulfils the filter."""
    start, end = clock.to_ms(period.start), clock.to_ms(period.end)
    found = set()
    for number, visit in world.visits.items():
        if start <= visit.started < end and any(world.holds(part, e) for e in visit.real):
            found.add(number)
    return found


@given(st.data())
@RARE
def test_new_returning_and_habits_are_what_the_definitions_say(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    after_s = data.draw(st.sampled_from((3_600, 36_000, 86_400)))
    site = SiteContext(next(_numbers), zone, return_after_s=after_s)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    insert(store, events)
    world, known = World.of(site, events), Known.of(events, after_s)
    for _ in range(4):
        period, part = data.draw(worlds.periods(zone, day, events)), data.draw(st.sampled_from(FILTERS))
        wanted = matching(world, period, part)
        kinds = [known.kind(number) for number in wanted]
        event(f"{kinds.count('returning')} returning, {kinds.count('new')} new, {kinds.count('')} not known")
        answer = ask(store, Question(site, period, ("visits",), ("visit:returning",), filters=part))
        told = {row.dimensions[0]: row.metrics[0] for row in answer.rows if row.metrics[0]}
        assert told == {kind: kinds.count(kind) for kind in set(kinds)}
        found = habits(store, site, period, part)
        made, gaps, firsts = known.habits(wanted)
        assert (found.visitors, found.visits, found.first_visits) == (len(made), sum(made.values()), firsts)
        check(found.frequency, VISITS, list(made.values()))
        check(found.gaps, DAYS, gaps)


def check(classes: Sequence[Class], firsts: Sequence[int], values: Sequence[int]) -> None:
    assert [one.first for one in classes] == list(firsts)
    for one in classes:
        assert one.count == sum(one.first <= value and (one.last is None or value <= one.last) for value in values)
    assert sum(one.count for one in classes) == len(values)


def visit(site_id: int, person: int, at: int, number: int) -> Event:
    own = {"site_id": site_id, "visitor_id": person, "person": person, "visit_id": number, "visit_started": at}
    return makers.event(at, **own)


DAY = Period(datetime(2026, 3, 14, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC), ZoneInfo("UTC"))


@pytest.mark.parametrize(("hours", "apart_ms", "kind"), [
    pytest.param(24, DAY_MS, "returning", id="exactly 24 hours ago"),
    pytest.param(24, DAY_MS - 1, "new", id="a millisecond less"),
    pytest.param(1, 3_600_000, "returning", id="as the site sets it"),
    pytest.param(720, 25 * DAY_MS, "new", id="the longest interval"),
    pytest.param(24, 700 * DAY_MS, "returning", id="years ago"),
])  # fmt: skip
def test_when_a_visitor_returns(hours: int, apart_ms: int, kind: str, store: Store) -> None:
    site = SiteContext(next(_numbers), return_after_s=hours * 3600)
    for one in (visit(site.site_id, 5, NOON - apart_ms, 1), visit(site.site_id, 5, NOON, 2)):
        insert(store, [one])
    answer = ask(store, Question(site, DAY, ("visitors",), ("visit:returning",), limit=10))
    there = {row.dimensions[0] for row in answer.rows}
    assert kind in there
    assert there <= {kind, "new"}


def test_a_visitor_of_another_site_is_not_known_here(store: Store) -> None:
    site, other = SiteContext(next(_numbers)), next(_numbers)
    insert(store, [visit(other, 5, NOON - 3 * DAY_MS, 1)])
    insert(store, [visit(site.site_id, 5, NOON, 2)])
    answer = ask(store, Question(site, DAY, ("visits",), ("visit:returning",)))
    assert [(row.dimensions, row.metrics) for row in answer.rows] == [(("new",), (1,))]
    assert habits(store, site, DAY).first_visits == 1


def test_nobody_and_wrong_filters(store: Store) -> None:
    site = SiteContext(next(_numbers))
    found = habits(store, site, DAY)
    assert (found.visitors, found.visits, found.first_visits) == (0, 0, 0)
    assert {one.count for one in (*found.frequency, *found.gaps)} == {0}
    with pytest.raises(UserError):
        habits(store, site, DAY, Is("nonsense", ("x",)))
