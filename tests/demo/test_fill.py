"""The store is filled once, topped up, and kept going: each moment of the made-up traffic is in it once."""

from datetime import UTC, datetime, timedelta

import pytest

from trailhouse.core import clock
from trailhouse.demo.fill import WRITER, Live, fill
from trailhouse.demo.sites import SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.events.store import Store

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
SPAN_MS = 40 * 86_400_000  # parts of three months


@pytest.fixture
def traffic() -> list[Traffic]:
    return [Traffic(site, number, scale=0.2) for number, site in enumerate(SITES, 1)]


def _made(traffic: list[Traffic], until: datetime) -> int:
    since = clock.to_ms(NOW) - SPAN_MS
    return sum(len(one.between(since, clock.to_ms(until))) for one in traffic)


def _stored(store: Store) -> int:
    return int(store.rows("SELECT count() FROM events")[0][0])


def test_a_second_start_adds_nothing_and_a_later_one_what_happened_since(store: Store, traffic: list[Traffic]) -> None:
    first = fill(store, traffic, clock.to_ms(NOW), SPAN_MS)
    assert first == _stored(store) == _made(traffic, NOW)
    assert fill(store, traffic, clock.to_ms(NOW), SPAN_MS) == 0
    later = NOW + timedelta(days=31)
    assert fill(store, traffic, clock.to_ms(later), SPAN_MS) == _made(traffic, later) - first
    assert _stored(store) == _made(traffic, later)
    assert store.rows("SELECT count() FROM titles")[0][0] == sum(len(one.site.pages) for one in traffic)


def test_the_batches_are_the_demo_s_own_and_of_one_month_each(store: Store, traffic: list[Traffic]) -> None:
    fill(store, traffic, clock.to_ms(NOW), SPAN_MS)
    rows = store.rows("SELECT batch, uniqExact(toYYYYMM(ts)) FROM events GROUP BY batch")
    assert len(rows) == 3
    assert all(batch >> 32 == WRITER and months == 1 for batch, months in rows)


def test_the_traffic_goes_on_while_the_product_runs(store: Store, traffic: list[Traffic]) -> None:
    with clock.frozen(NOW):
        fill(store, traffic, clock.to_ms(NOW), SPAN_MS)
        live = Live(store, traffic)
        assert live.step() == 0
    for minutes in (1, 30, 200):
        moment = NOW + timedelta(minutes=minutes)
        with clock.frozen(moment):
            live.step()
            assert live.step() == 0
            assert _stored(store) == _made(traffic, moment)
    later = NOW + timedelta(minutes=300)
    fill(store, traffic, clock.to_ms(later), SPAN_MS)
    assert _stored(store) == _made(traffic, later)
