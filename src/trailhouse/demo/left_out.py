"""What was left out at the made-up sites: by day and reason, as the writer counts it."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from trailhouse.core import clock
from trailhouse.demo.fill import WRITER
from trailhouse.demo.traffic import Traffic
from trailhouse.events import blocks
from trailhouse.events.store import Store

EPOCH = date(1970, 1, 1)
# Reason → events on a day for each ordinary visit.
SHARES = {
    "bot_user_agent": 0.31,
    "bot_datacentre": 0.12,
    "bot_prefetch": 0.06,
    "bot_headless": 0.03,
    "own_visit": 0.04,
    "referrer_spam": 0.02,
    "foreign_hostname": 0.015,
}


def add_left_out(store: Store, traffic: Sequence[Traffic], now_ms: int, span_ms: int) -> int:
    """Add the days (UTC) that are over and not there yet, as far back as `span_ms`; how many rows."""
    sites = [one.site_id for one in traffic]
    within = "site_id IN {sites:Array(UInt32)} AND batch BETWEEN {low:UInt64} AND {high:UInt64}"
    values = {"sites": sites, "low": WRITER << 32, "high": (WRITER + 1 << 32) - 1}
    found = store.rows(f"SELECT toUInt32(max(batch) % 4294967296) FROM drops WHERE {within}", values)
    until = clock.from_ms(now_ms).date()
    day = max(clock.from_ms(now_ms - span_ms).date(), clock.from_ms(int(found[0][0]) * 1000).date())
    rows = []
    number = (WRITER << 32) | clock.to_ms(clock.from_ms(now_ms).replace(hour=0, minute=0, second=0)) // 1000
    while day < until:
        rows += [
            (one.site_id, number, (day - EPOCH).days, reason, n) for one in traffic for reason, n in _of_day(one, day)
        ]
        day += timedelta(days=1)
    if rows:
        store.insert_block("drops", blocks.of_rows("drops", rows))
    return len(rows)


def _of_day(one: Traffic, day: date) -> list[tuple[str, int]]:
    rnd = Random(f"{one.site.domain} left out {day.isoformat()}")
    counts = [(reason, round(rnd.expovariate(1 / (share * one.site.visits)))) for reason, share in SHARES.items()]
    return [(reason, n) for reason, n in counts if n]
