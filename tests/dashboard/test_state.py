"""The state of a report and its address."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.dashboard import state as states
from trailhouse.dashboard.state import Condition, Group, State, condition, parse
from trailhouse.stats.segments import CASES, HOWS

texts = st.text(max_size=40).filter(lambda text: "\x00" not in text)
dates = st.dates(states.FIRST_DATE, states.LAST_DATE)
dimensions = st.sampled_from(["source", "page", "country", "goal"]) | st.from_regex(
    r"prop\.[^\x00-\x1f]{1,30}", fullmatch=True
)
# Texts that look like the grammar itself are the ones to get wrong.
tricky = texts | st.lists(
    st.sampled_from(["|", "||", "\\", ":", "is:", "is,case:x:", "not:", "a", ""]), max_size=6
).map("".join)
conditions = st.builds(
    states.make_condition,
    dimensions,
    st.sampled_from(states.OPERATORS),
    st.lists(tricky, min_size=1, max_size=4),
    st.sampled_from(CASES),
).filter(lambda made: made is not None)
parts = st.builds(states.make_part, st.lists(conditions, min_size=1, max_size=4), st.sampled_from(HOWS))


@st.composite
def all_states(draw: st.DrawFn) -> State:
    period = draw(st.sampled_from((*states.PERIODS, states.CUSTOM)))
    compare = draw(st.sampled_from(states.COMPARISONS))
    days = sorted(draw(st.tuples(dates, dates)))
    others = sorted(draw(st.tuples(dates, dates)))
    tabs = draw(st.dictionaries(st.sampled_from(["sources", "pages", "events"]), st.sampled_from(["exit", "map"])))
    found = [made for made in draw(st.lists(parts, max_size=5)) if made]
    return State(
        period=period,
        first=days[0] if period == states.CUSTOM else None,
        last=days[1] if period == states.CUSTOM else None,
        compare=compare,
        compare_first=others[0] if compare == states.CUSTOM else None,
        compare_last=others[1] if compare == states.CUSTOM else None,
        metric=draw(st.sampled_from(["visitors", "visits", "bounce_rate"])),
        filters=tuple(dict.fromkeys(found)),
        tabs=tuple(sorted(tabs.items())),
        search=draw(texts),
        page=draw(st.integers(1, states.LAST_PAGE)),
    )


@given(all_states())
def test_a_state_survives_its_own_address(state: State) -> None:
    assert parse(state.url()) == state


@given(st.text(max_size=200))
def test_any_address_gives_a_state_that_has_an_address(query: str) -> None:
    state = parse(query)
    assert parse(state.query()) == state


def test_the_default_state_has_an_empty_address() -> None:
    assert State().query() == ""
    assert State().url() == "?"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("period=eternity", State(), id="an unknown period is the default"),
        pytest.param("metric=DROP TABLE", State(), id="an unknown figure is the default"),
        pytest.param("f=is:source", State(), id="a filter without value is left out"),
        pytest.param("f=eats:source:Google", State(), id="an unknown operator is left out"),
        pytest.param("f=contains:page:", State(), id="nothing can be contained"),
        pytest.param("page=-1", State(), id="a page below one is the first"),
        pytest.param("page=99999999", State(), id="a page too far is the first"),
        pytest.param("compare=custom", State(), id="a custom comparison needs its days"),
        pytest.param("from=2026-02-30&to=x", State(), id="days that do not exist are left out"),
        pytest.param(
            "to=2026-11-01&from=2026-11-09",
            State(period="custom", first=date(2026, 11, 1), last=date(2026, 11, 9)),
            id="swapped days are put in order",
        ),
        pytest.param(
            "from=2026-11-09",
            State(period="custom", first=date(2026, 11, 9), last=date(2026, 11, 9)),
            id="one day alone is that day",
        ),
        pytest.param(
            r"f=is:page:/a\|b|/c&f=is:page:/a\|b|/c",
            State(filters=(Condition("page", "is", ("/a|b", "/c")),)),
            id="a filter counts once, and a bar may be part of a value",
        ),
        pytest.param(
            "f=is:source:Google||is:device:Mobile",
            State(filters=(Group((Condition("source", "is", ("Google",)), Condition("device", "is", ("Mobile",)))),)),
            id="two bars before a further condition are an or",
        ),
        pytest.param(
            "f=is:source:Google||Bing",
            State(filters=(Condition("source", "is", ("Google", "", "Bing")),)),
            id="two bars before anything else part values, one of which is unknown, as they ever did",
        ),
        pytest.param(
            "f=is:source:Google|||is:device:Mobile",
            State(
                filters=(Group((Condition("source", "is", ("Google", "")), Condition("device", "is", ("Mobile",)))),)
            ),
            id="an unknown value may stand before an or",
        ),
        pytest.param(
            "f=is:referrer:https://news.example/a",
            State(filters=(Condition("referrer", "is", ("https://news.example/a",)),)),
            id="colons of a value need no backslash",
        ),
        pytest.param(
            "f=done_not:is,nocase:event:order",
            State(filters=(Group((Condition("event", "is", ("order",), "nocase"),), "done_not"),)),
            id="a word says how a filter is meant, another one that capitals do not matter",
        ),
        pytest.param(
            "f=contains,nocase:page:/a&f=is_empty:campaign&f=is_not_empty:prop.a\\:b",
            State(
                filters=(
                    Condition("page", "contains", ("/a",)),
                    Condition("campaign", "is_empty", ()),
                    Condition("prop.a:b", "is_not_empty", ()),
                )
            ),
            id="what is as usual leaves the address, and an empty field needs no value",
        ),
        pytest.param(
            "f=is:source:Google||eats:x:y",
            State(filters=(Condition("source", "is", ("Google", "", "eats:x:y")),)),
            id="an or needs a condition",
        ),
        pytest.param("f=not:not:is:source:Google", State(), id="not is said once"),
    ],
)
def test_a_wrong_address_still_shows_a_report(query: str, expected: State) -> None:
    assert parse(query, metrics=("visitors", "visits")) == expected


def test_a_click_adds_a_filter_and_a_second_one_takes_it_away() -> None:
    once = State(page=3, search="goo").toggled("source", "Google")
    assert once.filters == (Condition("source", "is", ("Google",)),)
    assert (once.page, once.search) == (1, "")
    assert once.toggled("source", "Google").filters == ()


def test_another_value_of_the_same_dimension_replaces_the_first() -> None:
    state = State().toggled("source", "Google").toggled("device", "Mobile").toggled("source", "Bing")
    assert [c.text() for c in state.filters] == ["is:device:Mobile", "is:source:Bing"]


def test_filters_are_limited_in_number_and_length() -> None:
    many = "&".join(f"f=is:page:/{n}" for n in range(100))
    assert len(parse(many).filters) == states.MOST_FILTERS
    assert condition("is:page:" + "x" * 501) is None
    assert parse("&".join("a=b" for _ in range(500))) == State()


def test_a_filter_that_is_left_out_is_remembered_and_no_part_of_the_state() -> None:
    state = parse("f=is:source:Google||is:page:/x&f=eats:x:y&f=is:device:TV", known=lambda one: one.dimension != "page")
    assert [part.text() for part in state.filters] == ["is:device:TV"]
    assert state.left_out == ("is:source:Google||is:page:/x", "eats:x:y")
    assert state == parse("f=is:device:TV")


def test_one_filter_takes_the_place_of_another() -> None:
    google, tv, page = (condition(text) for text in ("is:source:Google", "is:device:TV", "is:page:/"))
    assert google
    assert tv
    assert page
    state = State(filters=(google, tv), page=3)
    assert state.exchanged(google, page).filters == (page, tv)
    assert state.exchanged(google, page, tv).filters == (page, tv)
    assert state.exchanged(None, page).filters == (google, tv, page)
    assert state.exchanged(google, page).page == 1


def test_an_alternative_too_many_is_no_filter() -> None:
    many = [Condition("page", "is", (f"/{number}",)) for number in range(11)]
    assert states.make_part(many) is None
    assert states.make_part(many[:10]) is not None
    assert states.make_part(many[:1]) == many[0]


def test_the_first_tab_of_a_panel_leaves_the_address() -> None:
    state = State().with_tab("sources", "channels")
    assert state.query() == "tab_sources=channels"
    assert state.with_tab("sources", "").query() == ""
