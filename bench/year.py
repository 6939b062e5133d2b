"""23 million events of 2,000 sites over a year, built once and kept in a scratch directory."""

import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bench import product
from bench.realism import varied
from trailhouse.demo.sites import SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.events import blocks
from trailhouse.events.store import Store

VERSION = "2"  # of what is built; another one builds anew
FIRST, LAST = date(2026, 10, 2), date(2026, 10, 31)  # the 30 days that are asked for
DAYS = 30
OTHERS = 1_996
COPIES, MONTHS = 62, 12  # of the big site's template, spread over the other sites and the year


@dataclass(frozen=True)
class Measured:
    """A site that is asked: its number, its events in 30 days, how much its visitors stay."""

    site_id: int
    events: int
    stay: float
    copies: int = 1

    @property
    def domain(self) -> str:
        """Its domain."""
        return f"measured-{self.site_id}.example"


SMALL, MIDDLE, BIG = Measured(1, 50_000, 0.5), Measured(2, 250_000, 0.5), Measured(3, 2_000_000, 0.4, copies=8)
MEASURED = (SMALL, MIDDLE, BIG)
YEARLY = Measured(
    OTHERS + 4, 3_000_000, 0.4, copies=12
)  # events in the year: a copy of the big site's template a month

_COPY = """
INSERT INTO events SELECT * REPLACE (
    {site} AS site_id,
    cityHash64(visitor_id, {{copy:UInt64}}) AS visitor_id,
    cityHash64(visit_id, {{copy:UInt64}}) AS visit_id,
    ts - INTERVAL {{shift:UInt32}} SECOND AS ts,
    visit_started - INTERVAL {{shift:UInt32}} SECOND AS visit_started,
    batch + {{copy:UInt64}} AS batch
) FROM (
    SELECT * FROM events
    WHERE site_id = {{template:UInt32}} AND batch < 1000000 AND ts >= {{since:DateTime64(3, 'UTC')}}
)
"""
# Few sites have many visitors, most have few.
_OTHER_SITE = f"toUInt32(4 + floor(pow(cityHash64(visitor_id, {{copy:UInt64}}) % 1000000 / 1e6, 3) * {OTHERS}))"
_SAME_SITE = "{template:UInt32}"
_YEARLY = f"toUInt32({YEARLY.site_id})"


def ensure(directory: Path) -> Path:
    """The data directory of the year, built where it is missing (some minutes)."""
    target = directory / f"year-{VERSION}"
    if not target.exists():
        building = directory / f"year-{VERSION}.building"
        shutil.rmtree(building, ignore_errors=True)
        product.use_data(building)
        _add_sites()
        store = Store(f"chdb://{(building / 'store').absolute()}", memory_bytes=4_000_000_000)
        store.migrate()
        _fill(store)
        store.close()
        building.rename(target)
    product.use_data(target)
    return target


def _add_sites() -> None:
    from trailhouse.sites.services import add_goal

    for site in product.add_sites([one.domain for one in MEASURED]):
        add_goal(site, "event", "Order")
        add_goal(site, "page", "/contact")
    product.add_sites([f"other-{number}.example" for number in range(OTHERS)])
    (yearly,) = product.add_sites([YEARLY.domain])
    assert yearly.pk == YEARLY.site_id
    add_goal(yearly, "event", "Order")


def _fill(store: Store) -> None:
    for one in MEASURED:
        _generate(store, one)
        for copy in range(1, one.copies):
            _copy(store, one, _SAME_SITE, copy, shift=copy * 97, since=FIRST - timedelta(days=DAYS))
    for copy in range(COPIES):
        back = copy % MONTHS * DAYS * 86_400
        _copy(store, BIG, _OTHER_SITE, copy + 100, shift=back, since=FIRST)
    for month in range(YEARLY.copies):
        _copy(store, BIG, _YEARLY, month + 500, shift=month * DAYS * 86_400, since=FIRST)
    store.command("OPTIMIZE TABLE events FINAL")


def _generate(store: Store, one: Measured) -> None:
    """Make the 30 days and the 30 before them, with which they are compared."""
    base = replace(varied(SITES[0], one.site_id, 2000), months=(1.0,) * 12, stay=one.stay, domain=one.domain)
    tenth = Traffic(base, one.site_id, scale=0.1)
    whole = 10 * sum(len(tenth.day(FIRST + timedelta(days=number))) for number in range(DAYS))
    traffic = Traffic(base, one.site_id, scale=one.events / one.copies / whole)
    for number in range(-DAYS, DAYS):
        day = FIRST + timedelta(days=number)
        events = traffic.day(day)
        for event in events:
            event.batch = number + DAYS + 1
        for month in {_month(event.ts) for event in events}:
            block = blocks.of_events([event for event in events if _month(event.ts) == month])
            store.insert_block("events", block)


def _month(ms: int) -> bool:
    return ms >= 1_790_812_800_000  # 2026-10-01: the only month that begins within


def _copy(store: Store, one: Measured, site: str, copy: int, shift: int, since: date) -> None:
    statement = _COPY.format(site=site)
    values = {"copy": copy * 1_000_000, "shift": shift, "template": one.site_id, "since": f"{since} 00:00:00.000"}
    store.command(statement, values)


def default_directory() -> Path:
    """Where it is kept between two runs: never in the repository."""
    return Path.home() / ".cache" / "trailhouse-bench"
