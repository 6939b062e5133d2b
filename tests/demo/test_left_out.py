"""What was left out of the made-up traffic is in the store once, whole days alone."""

from datetime import UTC, datetime, timedelta

from trailhouse.collector.steps import REASONS
from trailhouse.core import clock
from trailhouse.demo.left_out import SHARES, add_left_out
from trailhouse.demo.sites import SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.events.store import Store

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
SPAN_MS = 40 * 86_400_000


def test_each_day_that_is_over_is_there_once_however_often_it_is_started(store: Store) -> None:
    traffic = [Traffic(site, number) for number, site in enumerate(SITES, 1)]
    assert add_left_out(store, traffic, clock.to_ms(NOW), SPAN_MS) > 500
    assert add_left_out(store, traffic, clock.to_ms(NOW), SPAN_MS) == 0
    later = NOW + timedelta(days=3, hours=2)
    assert add_left_out(store, traffic, clock.to_ms(later), SPAN_MS) > 0
    assert add_left_out(store, traffic, clock.to_ms(later), SPAN_MS) == 0
    ((doubles, first, last, days),) = store.rows(
        "SELECT count() - uniqExact(site_id, day, reason), min(day), max(day), uniqExact(day) FROM drops"
    )
    assert doubles == 0
    assert (str(first), str(last), days) == ("2026-01-21", "2026-03-04", 43)


def test_every_reason_is_one_that_the_collector_gives() -> None:
    assert set(SHARES) <= REASONS.keys()
