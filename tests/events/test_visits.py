from hypothesis import given
from hypothesis import strategies as st

from tests.events.makers import MINUTE, NOON, completed, event
from trailhouse.events.model import ENGAGEMENT, Event
from trailhouse.events.visits import LONGEST_VISIT_MS, Stitcher, Visit, visit_id

TIMEOUT = 30 * MINUTE


def visit_of(stitcher: Stitcher, one: Event, other_visitor_id: int = 0, timeout: int = TIMEOUT) -> Visit:
    visit = stitcher.stitch(one, other_visitor_id, timeout)
    assert visit is not None
    return visit


def test_events_without_a_longer_gap_are_one_visit() -> None:
    stitcher = Stitcher()
    events = [event(NOON), event(NOON + TIMEOUT), event(NOON + 2 * TIMEOUT)]
    visits = {stitcher.stitch(e, 0, TIMEOUT) for e in events}
    assert [(v.visit_id, v.started) for v in visits if v] == [(visit_id(1, 7, NOON), NOON)]


def test_one_millisecond_more_than_the_timeout_begins_a_new_visit() -> None:
    stitcher = Stitcher()
    first, second = event(NOON), event(NOON + TIMEOUT + 1)
    earlier, later = visit_of(stitcher, first), visit_of(stitcher, second)
    assert later.visit_id != earlier.visit_id
    assert later.started == second.ts


def test_the_source_of_a_visit_is_fixed_at_its_first_event() -> None:
    stitcher = Stitcher()
    first = event(NOON, source="Google", channel="Organic search", path="/menu")
    second = event(NOON + MINUTE, source="Direct", path="/order")
    visit_of(stitcher, first)
    stored = completed(second, visit_of(stitcher, second))
    assert (stored.source, stored.channel, stored.entry_path) == ("Google", "Organic search", "/menu")
    assert stored.path == "/order"


def test_a_visit_goes_on_under_the_salt_of_the_day_before() -> None:
    stitcher = Stitcher()
    before, after = event(NOON, visitor_id=7), event(NOON + MINUTE, visitor_id=8)
    visit = visit_of(stitcher, before)
    assert visit_of(stitcher, after, other_visitor_id=7) is visit
    assert completed(after, visit).visitor_id == 7


def test_engagement_outside_a_running_visit_counts_nowhere() -> None:
    stitcher = Stitcher()
    assert not stitcher.stitch(event(NOON, name=ENGAGEMENT), 0, TIMEOUT)
    assert len(stitcher) == 0


def test_engagement_prolongs_a_running_visit() -> None:
    stitcher = Stitcher()
    stitcher.stitch(event(NOON), 0, TIMEOUT)
    assert stitcher.stitch(event(NOON + TIMEOUT, name=ENGAGEMENT), 0, TIMEOUT)
    assert visit_of(stitcher, event(NOON + 2 * TIMEOUT)).started == NOON


def test_a_visit_ends_after_a_day_however_busy_it_is() -> None:
    stitcher = Stitcher()
    times = range(NOON, NOON + LONGEST_VISIT_MS + TIMEOUT + 1, TIMEOUT)
    assert len({visit_of(stitcher, event(ts)).started for ts in times}) == 2


def test_the_same_visitor_on_two_sites_makes_two_visits() -> None:
    stitcher = Stitcher()
    here, there = event(NOON, site_id=1), event(NOON, site_id=2)
    assert visit_of(stitcher, here).visit_id != visit_of(stitcher, there).visit_id


@given(st.lists(st.integers(0, 5 * 3600 * 1000), min_size=1, max_size=40), st.integers(5, 240))
def test_visits_are_exactly_the_runs_without_a_longer_gap(offsets: list[int], minutes: int) -> None:
    timeout = minutes * MINUTE
    times = sorted(NOON + offset for offset in offsets)
    stitcher, found = Stitcher(), []
    for ts in times:
        found.append(visit_of(stitcher, event(ts), timeout=timeout).started)
    expected, started, last = [], times[0], times[0]
    for ts in times:
        if ts - last > timeout:
            started = ts
        last = ts
        expected.append(started)
    assert found == expected
