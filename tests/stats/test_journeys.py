"""Ways through a site, pages that were not found, and the figures of pages, against plain Python."""

from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.makers import MINUTE, NOON, event
from tests.stats import reference_journeys as reference
from tests.stats import test_answers as answers
from tests.stats import worlds
from tests.stats.figures import Figures
from tests.stats.reference import Visit, World
from trailhouse.core import clock
from trailhouse.core.periods import Period, between
from trailhouse.events import blocks
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask
from trailhouse.stats.filters import Filter, Is
from trailhouse.stats.page_groups import PageGroup
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports import journeys
from trailhouse.stats.reports.journeys import EDGE, OTHER, Kind, Step, broken, titles, ways

_numbers = count(50_000)
HYPOTHESIS = answers.drawn()
DAY = between(clock.from_ms(NOON).date(), clock.from_ms(NOON).date(), ZoneInfo("UTC"))


def world_of(store: Store, data: st.DataObject) -> tuple[World, Period]:
    """A random site in the store, and a period to ask about."""
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    site = SiteContext(
        next(_numbers), zone, goals=worlds.GOALS, segments=answers.SEGMENTS, page_groups=worlds.PAGE_GROUPS
    )
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    answers.insert(store, events)
    return World.of(site, events), data.draw(worlds.periods(zone, day, events))


def counted(world: World, period: Period, filters: object) -> Figures:
    return Figures(world, Question(world.site, period, ("visits",), filters=filters), period, clock.now_ms())  # type: ignore[arg-type]


def visits_of(figures: Figures) -> list[Visit]:
    """The visits that started in the period and have an event that fulfils the filters."""
    return [
        visit
        for visit in figures.world.visits.values()
        if figures.start <= visit.started < figures.end and any(map(figures.counts, visit.events))
    ]


@given(st.data())
@HYPOTHESIS
def test_ways_are_what_plain_python_walks(store: Store, data: st.DataObject) -> None:
    world, period = world_of(store, data)
    for _ in range(4):
        filters = data.draw(st.none() | worlds.filters())
        named = st.sampled_from(["/", "/blog/x", "/abc"]).map(lambda name: Step(Kind.PAGE, name))
        centre = data.draw(named | st.sampled_from(["404", "Signup"]).map(lambda name: Step(Kind.EVENT, name)))
        found = ways(store, world.site, period, filters, centre)
        total, links = reference.ways(visits_of(counted(world, period, filters)), (str(centre.kind), centre.name))
        told = {(n.place, *((str(s.kind), s.name) for s in (n.start, n.end))): n.visits for n in found.links}
        assert (found.visits, told) == (total, dict(links))
        for place in (-1, 1):
            assert sum(node.visits for node in found.column(place)) == total
        strict = ways(store, world.site, period, filters, centre, strict=True)
        assert (strict.visits, strict.withheld) == ((total, False) if total >= 5 else (0, total > 0))
        assert strict.links == tuple(link for link in found.links if link.visits >= 5 and total >= 5)


@given(st.data())
@HYPOTHESIS
def test_pages_that_were_not_found_are_told_with_what_led_there(store: Store, data: st.DataObject) -> None:
    world, period = world_of(store, data)
    for _ in range(4):
        filters = data.draw(st.none() | worlds.filters())
        found, lines = broken(store, world.site, period, filters)
        figures = counted(world, period, filters)
        wanted = reference.broken(world.visits.values(), figures)
        assert {(b.missing, b.page, b.referrer): (b.visits, b.times) for b in found} == wanted
        assert (lines, len(found)) == (len(wanted), len(wanted))


@given(st.data())
@HYPOTHESIS
def test_figures_of_pages_are_what_the_definitions_say(store: Store, data: st.DataObject) -> None:
    world, period = world_of(store, data)
    split = (
        "event:page",
        "event:page_group",
        "visit:exit_page",
        "visit:source",
        "event:name",
        "event:goal",
        "time:day",
    )
    for _ in range(6):
        dimensions = tuple(data.draw(st.lists(st.sampled_from(split), max_size=3, unique=True)))
        metrics = data.draw(st.permutations(["entry_bounce_rate", "exit_rate", "visits"]))
        filters = data.draw(st.none() | worlds.filters())
        compared = data.draw(st.sampled_from((None, period.previous())))
        question = Question(
            world.site, period, tuple(metrics[: data.draw(st.integers(1, 3))]), dimensions, filters, compared,
            limit=10_000,
        )  # fmt: skip
        now_ms = clock.to_ms(period.end) + data.draw(st.sampled_from((0, 10**9)))
        with clock.frozen(clock.from_ms(now_ms)):
            answer = ask(store, question)
        answers.check(world, question, now_ms, answer.rows)


def walk(store: Store, site_id: int, *visits: str, repeat: int = 1) -> None:
    """Visits of these pages, each a letter, a minute apart; `repeat` of each."""
    events = []
    for number, path in enumerate([pages for pages in visits for _ in range(repeat)]):
        start = NOON + number
        own: dict[str, object] = {"site_id": site_id, "visitor_id": number + 1, "visit_id": number + 1}
        own |= {"visit_started": start, "entry_path": f"/{path[0]}"}
        events += [event(start + i * MINUTE, path=f"/{page}", **own) for i, page in enumerate(path)]
    store.insert_block("events", blocks.of_events(events))


def test_a_visit_counts_once_at_its_first_step_and_a_reload_is_no_step(store: Store) -> None:
    site = SiteContext(next(_numbers))
    walk(store, site.site_id, "abbcb", "bc", "xyz")
    found = ways(store, site, DAY, None, Step(Kind.PAGE, "/b"))
    assert found.visits == 2
    assert [(n.step.name, n.visits) for n in found.column(-1)] == [("/a", 1), ("", 1)]
    assert [(n.step.name, n.visits) for n in found.column(1)] == [("/c", 2)]
    assert [(n.step, n.visits) for n in found.column(2)] == [(Step(Kind.PAGE, "/b"), 1), (EDGE, 1)]
    assert found.column(0) == (journeys.Node(Step(Kind.PAGE, "/b"), 2),)


def test_an_event_comes_after_the_page_that_sent_it_at_once(store: Store) -> None:
    site = SiteContext(next(_numbers))
    own = {"site_id": site.site_id, "visit_id": 1, "visit_started": NOON}
    events = [event(NOON, path=path, **own, name=name) for path, name in (("/gone", "404"), ("/gone", "pageview"))]
    store.insert_block("events", blocks.of_events(events))
    before = ways(store, site, DAY, None, Step(Kind.EVENT, "404")).column(-1)
    assert [node.step.name for node in before] == ["/gone"]


def test_a_column_names_the_most_visited_pages_and_sums_up_the_others(store: Store) -> None:
    site = SiteContext(next(_numbers))
    walk(store, site.site_id, *(f"m{page}" for page in "abcdefghij"), "ma", "mj")
    after = ways(store, site, DAY, None, Step(Kind.PAGE, "/m")).column(1)
    assert [(n.step.name, n.visits) for n in after[:2]] == [("/a", 2), ("/j", 2)]
    assert len(after) == journeys.MOST_PAGES + 1
    assert (after[-1].step, sum(n.visits for n in after)) == (OTHER, 12)


@pytest.mark.parametrize(("repeat", "told"), [(4, False), (5, True)])
def test_a_strict_site_tells_of_ways_that_five_visits_took(store: Store, repeat: int, told: bool) -> None:
    site = SiteContext(next(_numbers))
    walk(store, site.site_id, "ab", repeat=repeat)
    walk(store, site.site_id + 500_000, "ab", repeat=9)  # of another site: never counted
    found = ways(store, site, DAY, None, Step(Kind.PAGE, "/b"), strict=True)
    assert (found.visits > 0, bool(found.links), found.withheld) == (told, told, not told)


def rows(
    store: Store, site: SiteContext, metric: str, *dimensions: str, filters: Filter | None = None
) -> dict[str, object]:
    """One metric by dimensions, long after all visits have ended."""
    with clock.frozen(clock.from_ms(NOON + 1_000 * MINUTE)):
        answer = ask(store, Question(site, DAY, (metric,), dimensions, filters))
    return {" ".join(row.dimensions): row.metrics[0] and round(row.metrics[0], 1) for row in answer.rows}


def test_a_page_bounces_with_the_visits_that_began_there(store: Store) -> None:
    site = SiteContext(next(_numbers), page_groups=(PageGroup("A", ("/a",)), PageGroup("B", ("/b",))))
    walk(store, site.site_id, "a", "ab", "b", "ba", "bca")
    assert rows(store, site, "entry_bounce_rate", "event:page") == {"/a": 50, "/b": 33.3}
    assert rows(store, site, "entry_bounce_rate", "event:page_group") == {"A": 50, "B": 33.3}
    only = Is("event:page", ("/b",))
    assert rows(store, site, "entry_bounce_rate", "event:page", filters=only) == {"/b": 33.3}
    assert rows(store, site, "entry_bounce_rate", "event:page_group", filters=only) == {"B": 33.3}
    assert rows(store, site, "entry_bounce_rate") == {"": 40}


def test_what_happened_on_a_later_page_is_no_matter_of_the_first_one(store: Store) -> None:
    site = SiteContext(next(_numbers))
    own = {"site_id": site.site_id, "visit_id": 1, "visit_started": NOON, "entry_path": "/a"}
    steps = (("/a", "pageview"), ("/b", "pageview"), ("/b", "Signup"))
    events = [event(NOON + i * MINUTE, path=path, name=name, **own) for i, (path, name) in enumerate(steps)]
    store.insert_block("events", blocks.of_events(events))
    found = rows(store, site, "entry_bounce_rate", "event:page", "event:name")
    assert found == {"/a pageview": 0}


def test_a_page_is_left_by_the_visits_that_end_there(store: Store) -> None:
    site = SiteContext(next(_numbers))
    walk(store, site.site_id, "a", "ab", "bab", "ca")
    assert rows(store, site, "exit_rate", "visit:exit_page") == {"/a": 50, "/b": 66.7}
    assert rows(store, site, "exit_rate", "event:page") == {"/a": 50, "/b": 66.7, "/c": 0}
    assert rows(store, site, "exit_rate") == {"": 50}


def miss(at: int, number: int, path: str, **values: object) -> list[Event]:
    """A page that was not found, as the script tells it: shown, then an event."""
    own = {"visit_id": number, "visitor_id": number, "visit_started": NOON, "path": path, **values}
    told = {"name": "404", "props": {"path": path}, "interactive": False}
    return [event(at, **own), event(at, **own | told)]


def test_what_led_to_a_missing_page_is_the_page_before_it_or_else_the_referrer(store: Store) -> None:
    site = SiteContext(next(_numbers))
    of, came = {"site_id": site.site_id}, "https://news.example/a"
    events = [
        *miss(NOON, 1, "/gone", referrer=came, **of),  # at once
        event(NOON, path="/menu", visit_id=2, visitor_id=2, visit_started=NOON, **of),
        *miss(NOON + 5, 2, "/gone", referrer=came, **of),
        *miss(NOON + 6, 2, "/gone", referrer=came, **of),  # again: not led there by itself
        *miss(NOON + 7, 2, "/also-gone", **of),
        *miss(NOON + 1440 * MINUTE, 1, "/gone", referrer=came, **of),  # on another day
    ]
    store.insert_block("events", blocks.of_events(events))
    found, lines = broken(store, site, DAY, None)
    told = {(b.missing, b.page, b.referrer): (b.visits, b.times) for b in found}
    assert told == {
        ("/gone", "", came): (1, 1),
        ("/gone", "/menu", ""): (1, 2),
        ("/also-gone", "/gone", ""): (1, 1),
    }
    assert lines == 3
    second, lines = broken(store, site, DAY, None, limit=1, offset=1)
    assert (second, lines) == (found[1:2], 3)
    assert broken(store, site, DAY, None, strict=True) == ((), 0)
    only = broken(store, site, DAY, Is("event:not_found", ("/also-gone",)))[0]
    assert [b.missing for b in only] == ["/also-gone"]


def test_the_name_of_a_page_is_a_value_and_never_part_of_the_statement(store: Store) -> None:
    site = SiteContext(next(_numbers))
    hostile = "') OR 1=1 --\\{p0:String}\"\n"
    walk(store, site.site_id, "a" + "b")
    assert ways(store, site, DAY, None, Step(Kind.PAGE, hostile)).visits == 0
    assert ways(store, site, DAY, Is("event:page", (hostile,)), Step(Kind.EVENT, hostile)).visits == 0
    assert titles(store, site.site_id, [hostile]) == {}


def test_pages_are_told_by_their_last_title(store: Store) -> None:
    rows = [(7, 1, NOON, "/a", "Old"), (7, 1, NOON + 5, "/a", "New"), (7, 1, NOON, "/b", ""), (8, 1, NOON, "/c", "Not")]
    for row in rows:
        store.insert_block("titles", blocks.of_rows("titles", [row]))
    assert titles(store, 7, ["/a", "/b", "/c"]) == {"/a": "New"}
    assert titles(store, 7, []) == {}


def test_the_first_group_that_a_page_fits_is_its_own(store: Store) -> None:
    groups = (PageGroup("Posts", ("/b", "/x*")), PageGroup("All", ("/*",)), PageGroup("Empty", ()))
    site = SiteContext(next(_numbers), page_groups=groups)
    walk(store, site.site_id, "b", "c", "c")
    asked = Question(site, DAY, ("visitors",), ("event:page_group",))
    assert [(row.dimensions[0], row.metrics[0]) for row in ask(store, asked).rows] == [("All", 2), ("Posts", 1)]
    narrowed = Question(site, DAY, ("visitors",), filters=Is("event:page_group", ("Posts",)))
    assert ask(store, narrowed).first.metrics == (1,)
    assert ask(store, Question(SiteContext(site.site_id), DAY, ("visitors",), ("event:page_group",))).rows[
        0
    ].dimensions == ("",)


def test_groups_of_nobody_have_no_rows(store: Store) -> None:
    asked = Question(SiteContext(next(_numbers)), DAY, ("visitors",), ("event:page_group",))
    assert ask(store, asked).rows == ()
