"""The made-up traffic is believable, and the same whenever it is made."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from trailhouse.core import clock
from trailhouse.demo.shapes import Campaign, DemoSite
from trailhouse.demo.sites import SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.events.model import COLUMNS, ENGAGEMENT, PAGEVIEW, VISIT_COLUMNS, Event
from trailhouse.events.visits import visit_id

SPRING = datetime(2026, 3, 22, tzinfo=UTC)  # a week with a day of 23 hours in it
TIMEOUT_MS = 30 * 60_000

every_site = pytest.mark.parametrize("site", SITES, ids=lambda site: site.domain)


def _between(site: DemoSite, first: datetime, days: float) -> list[Event]:
    return Traffic(site, 7).between(clock.to_ms(first), clock.to_ms(first + timedelta(days=days)))


def _visits(events: list[Event]) -> dict[int, list[Event]]:
    visits = defaultdict(list)
    for event in events:
        visits[event.visit_id].append(event)
    return visits


@pytest.mark.parametrize("year", [2026, 2027, 2028], ids=["a year", "another", "a leap year"])
def test_a_campaign_over_the_turn_of_the_year_keeps_its_name(year: int) -> None:
    sale = Campaign(0.5, "utm_campaign=winter-{year}", "/sale", 30, (12, 20))
    days = (date(year, 12, 20), date(year, 12, 31), date(year + 1, 1, 1), date(year + 1, 1, 18))
    assert {sale.query_on(day) for day in days} == {f"utm_campaign=winter-{year}"}


@every_site
def test_the_same_span_holds_the_same_events_whenever_it_is_made(site: DemoSite) -> None:
    assert _between(site, SPRING, 2) == _between(site, SPRING, 2)


@every_site
def test_spans_join_without_a_gap_and_without_a_double(site: DemoSite) -> None:
    whole = _between(site, SPRING, 3)
    parts = [*_between(site, SPRING, 1.37), *_between(site, SPRING + timedelta(days=1.37), 1.63)]
    assert sorted(whole, key=_row) == sorted(parts, key=_row)


def _row(event: Event) -> tuple[int, int, str, str]:
    return event.ts, event.visit_id, event.name, event.path


@every_site
def test_every_visit_is_one_that_the_writer_would_have_made(site: DemoSite) -> None:
    traffic = Traffic(site, 7)
    for visit in _visits(traffic.day(date(2026, 3, 29))).values():
        first = visit[0]
        assert first.name == PAGEVIEW
        assert first.entry_path == first.path
        assert {event.visit_id for event in visit} == {visit_id(7, first.visitor_id, first.ts)}
        assert {event.visit_started for event in visit} == {first.ts}
        assert len({tuple(getattr(event, name) for name in VISIT_COLUMNS) for event in visit}) == 1
        moments = [event.ts for event in visit]
        assert all(0 <= after - before < TIMEOUT_MS for before, after in pairwise(moments))


@every_site
def test_a_visitor_has_one_visit_at_a_time(site: DemoSite) -> None:
    visits: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for visit in _visits(Traffic(site, 7).day(date(2026, 6, 20))).values():
        visits[visit[0].visitor_id].append((visit[0].ts, visit[-1].ts))
    for spans in visits.values():
        ordered = sorted(spans)
        assert all(b[0] - a[1] > TIMEOUT_MS for a, b in pairwise(ordered))


@every_site
def test_a_month_looks_like_a_site_of_its_kind(site: DemoSite) -> None:
    events = _between(site, SPRING, 28)
    visits = _visits(events)
    bounces = [v for v in visits.values() if sum(e.name == PAGEVIEW for e in v) == 1 and _only_looked(v)]
    assert 0.3 < len(bounces) / len(visits) < 0.65
    assert 1.5 < sum(e.name == PAGEVIEW for e in events) / len(visits) < 4
    assert len({e.source for e in events}) > 12
    assert len({e.channel for e in events}) >= 6
    assert len({e.country for e in events}) > 7
    assert {"Mobile", "Desktop", "Tablet"} == {e.device for e in events}
    assert any(e.utm_campaign for e in events)
    assert len({e.visitor_id for e in events}) < len(visits)
    reached = {e.name for e in events} | {e.path for e in events}
    assert {goal.pattern.rstrip("*") for goal in site.goals} <= reached


def _only_looked(visit: list[Event]) -> bool:
    return all(event.name in (PAGEVIEW, ENGAGEMENT) for event in visit)


@every_site
def test_people_return_on_other_days_where_they_are_recognised_and_only_there(site: DemoSite) -> None:
    days = defaultdict(set)
    for event in _between(site, SPRING, 14):
        days[event.visitor_id].add(clock.from_ms(event.visit_started).date())
    assert any(len(there) > 1 for there in days.values()) == (site.privacy == "recognised")


@every_site
def test_every_link_of_a_made_up_page_leads_to_one(site: DemoSite) -> None:
    paths = {page.path for page in site.pages}
    ways = [lead for page in site.pages for lead in page.leads]
    ways += [arrival.landing for arrival in site.arrivals] + [campaign.landing for campaign in site.campaigns]
    ways += [path for action in site.actions for path in (action.path, action.then)]
    assert set(ways) - {""} <= paths


def test_the_week_and_the_day_have_their_rhythm() -> None:
    law = next(site for site in SITES if site.domain == "vanleer-law.example")
    starts = [clock.from_ms(v[0].ts) for v in _visits(_between(law, datetime(2026, 1, 12, tzinfo=UTC), 28)).values()]
    by_day = [sum(start.weekday() == day for start in starts) for day in range(7)]
    assert min(by_day[:5]) > max(by_day[5:])
    assert sum(9 <= start.hour < 17 for start in starts) > 3 * sum(start.hour < 6 for start in starts)


def test_a_row_has_a_value_for_each_column() -> None:
    event = _between(SITES[0], SPRING, 1)[0]
    assert [type(getattr(event, name)) for name in COLUMNS] == [
        dict if name == "props" else bool if name in ("interactive", "by_key") else _type(name) for name in COLUMNS
    ]


def _type(name: str) -> type:
    numbers = "site_id batch ts visitor_id visit_id visit_started revenue revenue_amount scroll_depth engaged_ms"
    return int if name in (*numbers.split(), "person", "first_seen") else str
