"""Counts of many sites in a few spans, asked by one statement, against a slow computation over the same events."""

from itertools import count as numbers
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.makers import NOON, event
from tests.stats import worlds
from tests.stats.reference_windows import count
from tests.stats.test_answers import drawn, insert
from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.stats.question import Goal
from trailhouse.stats.reports import windows
from trailhouse.stats.reports.windows import Asked, Span, counts

_sites = numbers(700_000)
WHATS = ("visitors", "pageviews", "events", "not_found", *worlds.GOALS)


@given(st.data())
@drawn(25)
def test_each_count_is_what_the_definitions_say(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    known = {}
    for _ in range(data.draw(st.integers(1, 3))):
        site = next(_sites)
        _day, known[site] = data.draw(worlds.histories(zone, site, 1_800_000))
        insert(store, known[site])
    moments = sorted({one.ts for events in known.values() for one in events}) or [NOON]
    edge = st.tuples(st.sampled_from(moments), st.sampled_from((-3_600_000, -1, 0, 1, 3_600_000))).map(sum)
    span: st.SearchStrategy[Span] = st.tuples(edge, edge).map(lambda pair: (min(pair), max(pair) + 1))
    sites = st.lists(st.sampled_from(sorted(known)), min_size=1, unique=True).map(tuple)
    asked = data.draw(
        st.lists(
            st.builds(Asked, sites, st.lists(span, min_size=1, max_size=5).map(tuple), st.sampled_from(WHATS)),
            min_size=1,
            max_size=6,
        )
    )
    found = counts(store, asked)
    for place, one in enumerate(asked):
        for site in known:
            wanted = tuple(count(known[site], one.what, span) for span in one.spans) if site in one.sites else None
            if wanted is None:
                assert (place, site) not in found
            else:
                assert found.get((place, site), (0,) * len(one.spans)) == wanted


def test_all_that_is_asked_goes_into_one_statement(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    rows = store.rows

    def noted(sql: str, *rest: Any) -> list[tuple[Any, ...]]:
        told.append(sql)
        return rows(sql, *rest)

    monkeypatch.setattr(store, "rows", noted)
    asked = [Asked((site, site + 1), ((0, 10), (20, 30)), "visitors") for site in range(1, 90, 2)]
    assert counts(store, asked) == {}
    assert len(told) == 1
    assert counts(store, []) == {}
    assert counts(store, [Asked((), ((0, 1),), "events")]) == {}
    counts(store, [asked[0]] * (windows.MOST_PARTS + 1))
    assert len(told) == 3


def test_what_is_found_keeps_its_place_when_there_are_many(store: Store) -> None:
    insert(store, [event(NOON, site_id=5, visitor_id=1, visit_id=1, visit_started=NOON)])
    spans = ((NOON, NOON + 1), (NOON + 1, NOON + 2))
    asked = [Asked((4,), spans, "events")] * windows.MOST_PARTS + [Asked((4, 5), spans, "events")]
    assert counts(store, asked) == {(windows.MOST_PARTS, 5): (1, 0)}


def test_a_goal_whose_text_is_hostile_is_a_text(store: Store) -> None:
    goal = Goal(1, "x", "event", "x') OR 1=1 --")
    insert(store, [event(NOON, site_id=6, visitor_id=1, visit_id=1, visit_started=NOON)])
    assert counts(store, [Asked((6,), ((NOON, NOON + 1),), goal)]) == {(0, 6): (0,)}
    with pytest.raises(UserError, match="no whole number"):
        counts(store, [Asked((6,), ((NOON, NOON + 1),), Goal(1, "x", "duration", "1; DROP TABLE events"))])
