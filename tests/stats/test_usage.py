"""Billable pageviews by site and local day: live ones alone, each site by its own days, also where clocks change."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.events.makers import event
from tests.stats.test_answers import insert
from trailhouse.core.clock import to_ms
from trailhouse.events.store import Store
from trailhouse.stats.reports.usage import billable

ZONES = {1: "Europe/Amsterdam", 2: "America/Sao_Paulo", 3: "Pacific/Chatham", 4: "Europe/Amsterdam", 5: "UTC"}


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 10, 1), date(2026, 10, 31))]
)
def test_each_pageview_counts_on_the_local_day_of_its_site(store: Store, first: date, last: date) -> None:
    begin = datetime(first.year, first.month, 1, tzinfo=UTC) - timedelta(days=2)
    moments = [begin + timedelta(minutes=30 * step) for step in range(48 * 36)]
    rows, expected = [], {}
    for site, zone in ZONES.items():
        for at in moments if site != 5 else []:
            ms = to_ms(at)
            rows.append(event(ms, site_id=site, visitor_id=site, visit_id=site, visit_started=ms))
        days = Counter(at.astimezone(ZoneInfo(zone)).date() for at in moments)
        if site != 5:
            expected[site] = {day: n for day, n in days.items() if first <= day <= last}
    for part in range(0, len(rows), 500):
        insert(store, rows[part : part + 500])
    assert billable(store, ZONES, first, last) == expected


def test_only_live_pageviews_are_billable(store: Store) -> None:
    noon = to_ms(datetime(2026, 3, 5, 12, tzinfo=UTC))
    own = {"visitor_id": 1, "visit_id": 1, "visit_started": noon, "site_id": 1}
    insert(
        store,
        [
            event(noon, **own),
            event(noon, **own, name="Order"),
            event(noon, **own, name="engagement"),
            event(noon, **own, origin="import"),
            event(noon, **{**own, "site_id": 2}),
        ],
    )
    day = date(2026, 3, 5)
    assert billable(store, {1: "UTC"}, day, day) == {1: {day: 1}}
    assert billable(store, {}, day, day) == {}
