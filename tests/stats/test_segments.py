"""The groups of filters that people make: what they mean, and how they are kept."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stats import worlds
from tests.stats.reference import World
from tests.stats.reference_segments import fits
from tests.stats.test_answers import _numbers, check, drawn, insert
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.stats import patterns, segments
from trailhouse.stats.answer import ask
from trailhouse.stats.filters import And, Contains, HasDone, HasNotDone, InSegment, Is, IsEmpty, Not, Or
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports.properties import Property, properties
from trailhouse.stats.segments import CASES, HOWS, OPERATORS, WITHOUT_VALUE, Line, Lines

STORED = {
    1: (Lines((Line("is", "visit:source", ("Google",)), Line("is", "event:goal", ("Signup",)))),),
    2: (Lines((Line("is", "event:page", ("/", "/abc")),)), Lines((Line("is", "segment", ("1",)),), "done")),
}
PATTERNS = ("^/blog", "o+", "(?:abc|x)$", ".")
# Made once: to make a strategy takes longer than to draw from it.
DIMENSIONS = st.sampled_from((*worlds.USUAL, *worlds.TESTABLE))
VALUES, MATCHED = (
    st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True) for pool in (worlds.TEXTS, PATTERNS)
)
GOALS = st.lists(st.sampled_from([g.name for g in worlds.GOALS]), min_size=1, max_size=2, unique=True)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """One condition of any kind."""
    kind = draw(st.sampled_from(("value", "value", "value", "goal", "segment")))
    case = draw(st.sampled_from(CASES))
    if kind == "segment":
        return Line(draw(st.sampled_from(("is", "is_not"))), "segment", draw(st.sampled_from((("1",), ("2", "1")))))
    if kind == "goal":
        operator = draw(st.sampled_from(("is", "is_not", "contains", "contains_not")))
        return Line(operator, "event:goal", tuple(draw(GOALS)), case)
    operator = draw(st.sampled_from(OPERATORS))
    dimension = draw(DIMENSIONS)
    if operator in WITHOUT_VALUE:
        return Line(operator, dimension)
    values = draw(MATCHED if operator.startswith("matches") else VALUES)
    if operator in ("is", "is_not") and draw(st.booleans()):
        values.append("")
    return Line(operator, dimension, tuple(values), case)


GROUPS = st.lists(
    st.builds(Lines, st.lists(lines(), min_size=1, max_size=3).map(tuple), st.sampled_from(HOWS)),
    min_size=1,
    max_size=3,
).map(tuple)


@given(st.data())
@drawn()
def test_groups_mean_what_their_words_say(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    kept = segments.known((number, segments.written(groups)) for number, groups in STORED.items())
    site = SiteContext(next(_numbers), zone, goals=worlds.GOALS, segments=kept)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    insert(store, events)
    world = World.of(site, events)
    for _ in range(5):
        groups = data.draw(GROUPS)
        made = segments.filter_of(groups)
        for event in events:
            assert world.holds(made, event) == fits(world, groups, event, STORED), (groups, event)
        period = data.draw(worlds.periods(zone, day, events))
        dimensions = data.draw(worlds.dimension_lists())
        metrics = ("visitors", "visits", "pageviews", "events", "goals_reached")
        question = Question(site, period, metrics, dimensions, made, limit=10_000)
        check(world, question, clock.now_ms(), ask(store, question).rows)


@given(st.data())
@drawn(10)
def test_properties_are_told_with_what_was_sent_of_them(store: Store, data: st.DataObject) -> None:
    site = SiteContext(next(_numbers), "UTC", goals=worlds.GOALS)
    day, events = data.draw(worlds.histories("UTC", site.site_id, 1_800_000))
    insert(store, events)
    world = World.of(site, events)
    filters = data.draw(st.none() | worlds.filters(goals=False).filter(lambda one: "InSegment" not in repr(one)))
    period = data.draw(worlds.periods("UTC", day, events))
    text = data.draw(st.sampled_from(("", "u", "L")))
    question = Question(site, period, ("visitors",), filters=filters)
    sent: dict[str, list[tuple[int, str]]] = {}
    for event in events:
        inside = clock.to_ms(period.start) <= event.ts < clock.to_ms(period.end) and event.name != "engagement"
        for name, value in event.props.items() if inside and world.holds(filters, event) else ():
            if text.lower() in name.lower():
                sent.setdefault(name, []).append((event.visitor_id, value))
    wanted = [
        Property(name, len({who for who, _ in all_of}), len(all_of), len({value for _, value in all_of}))
        for name, all_of in sorted(sent.items(), key=lambda one: (-len(one[1]), one[0]))
    ]
    assert properties(store, question, text) == wanted


@given(GROUPS)
def test_groups_survive_being_kept(groups: tuple[Lines, ...]) -> None:
    assert segments.read(json.loads(json.dumps(segments.written(groups)))) == groups


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        pytest.param(
            Lines((Line("is", "visit:source", ("Google", "")),)),
            Or((Is("visit:source", ("Google",)), IsEmpty("visit:source"))),
            id="an unknown value among others",
        ),
        pytest.param(
            Lines((Line("is_not", "visit:source", ("Google", "")),)),
            And((Is("visit:source", ("Google",), negated=True), IsEmpty("visit:source", negated=True))),
            id="neither an unknown value nor another one",
        ),
        pytest.param(
            Lines((Line("contains", "event:page", ("/a",)),), "done"),
            HasDone(Contains("event:page", ("/a",), case_sensitive=False)),
            id="the whole visit is asked",
        ),
        pytest.param(
            Lines((Line("is", "event:goal", ("Signup",)), Line("is", "visit:device", ("TV",))), "not"),
            Not(Or((HasDone(Is("event:goal", ("Signup",))), Is("visit:device", ("TV",))))),
            id="a goal is turned round as the visit's",
        ),
        pytest.param(
            Lines((Line("is_not", "segment", ("3", "4")),)), HasNotDone(InSegment((3, 4))), id="outside of segments"
        ),
        pytest.param(Lines((Line("is", "segment", ("3",)),), "not"), Not(HasDone(InSegment((3,)))), id="not in one"),
    ],
)
def test_a_group_as_a_filter(group: Lines, expected: Any) -> None:
    assert segments.filter_of([group]) == expected


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param({}, id="no list"),
        pytest.param([{"how": ""}], id="no conditions"),
        pytest.param([{"how": "", "any": []}], id="none at all"),
        pytest.param([{"how": "perhaps", "any": [["is", "visit:source", ["x"]]]}], id="an unknown meaning"),
        pytest.param([{"how": "", "any": [["is", "visit:source", ["x"]]] * 11}], id="too many alternatives"),
        pytest.param([{"how": "", "any": [["is", "visit:source", ["x"]]]}] * 21, id="too many groups"),
        pytest.param([{"how": "", "any": [["eats", "visit:source", ["x"]]]}], id="an unknown operator"),
        pytest.param([{"how": "", "any": [["is", "visit:source", "x"]]}], id="values that are no list"),
        pytest.param([{"how": "", "any": [["is", "visit:source", []]]}], id="no value"),
        pytest.param([{"how": "", "any": [["is_empty", "visit:source", ["x"]]]}], id="a value too many"),
        pytest.param([{"how": "", "any": [["is", "visit:source", [["x"]]]]}], id="a value that is no text"),
        pytest.param([{"how": "", "any": [[["is"], "visit:source", ["x"]]]}], id="an operator that is no text"),
        pytest.param([{"how": "", "any": [["is", "visit:shoe_size", ["44"]]]}], id="a dimension that is gone"),
        pytest.param([{"how": "", "any": [["is", "time:day", ["2026-11-01"]]]}], id="time"),
        pytest.param([{"how": "", "any": [["matches", "event:goal", ["x"]]]}], id="what a goal cannot be asked"),
        pytest.param([{"how": "", "any": [["is", "segment", ["twelve"]]]}], id="a segment without its number"),
    ],
)
def test_what_is_no_segment_is_refused_and_never_asked(stored: Any) -> None:
    with pytest.raises(UserError):
        segments.read(stored)
    assert segments.known([(1, stored)]) == {}


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("^/a(b|c)+$", ""),
        ("[", "bracket"),
        ("(", "parenthesis"),
        ("(a))+", "closing"),
        ("*a", "repeats_nothing"),
        ("a**", "repeats_twice"),
        ("a{1,5000}", "repeats_too_often"),
        ("[z-a]", "range"),
        (r"\y", "escape"),
        ("a\\", "escape"),
        ("a(?=b)", "lookaround"),
        ("(?P<n", "name"),
        (r"(\pL{900}|\pN{900})(\pL{900}|\pN{900})", "too_large"),
        ("x" * 501, "too_large"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_told_by_a_word(store: Store, pattern: str, fault: str) -> None:
    assert patterns.fault(store, pattern) == fault
