"""A site's months of visits, as a test wants them: so many from each source, spread over the days."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.dashboard import visits
from tests.events.makers import event
from trailhouse.core import clock
from trailhouse.digests.monthly.facts import first_of
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.events.visits import visit_id
from trailhouse.sites.models import Site
from trailhouse.sites.services import add_goal

OCTOBER, SEPTEMBER, YEAR_AGO = date(2026, 10, 1), date(2026, 9, 1), date(2025, 10, 1)
SEARCH = {"source": "Google", "channel": "Organic search"}
LETTER = {"source": "Newsletter", "channel": "E-mail", "utm_campaign": "autumn"}
PHOTOS = {"source": "Instagram", "channel": "Organic social"}
DIRECT = {"source": "Direct", "channel": "Direct"}
Brought = tuple[int, Mapping[str, Any], tuple[str, ...]]  # visits, where from, the pages of each
MUCH: Mapping[date, tuple[Brought, ...]] = {
    YEAR_AGO: ((150, SEARCH, ("/", "/menu")), (60, DIRECT, ("/",))),
    SEPTEMBER: (
        (180, SEARCH, ("/", "/menu")),
        (100, PHOTOS, ("/", "/order", "/order/thanks")),
        (60, DIRECT, ("/", "/menu")),
    ),
    OCTOBER: (
        (300, SEARCH, ("/", "/menu")),
        (40, PHOTOS, ("/", "/order", "/order/thanks")),
        (70, DIRECT, ("/", "/menu")),
        (90, LETTER, ("/autumn",)),
    ),
}
LITTLE: Mapping[date, tuple[Brought, ...]] = {OCTOBER: ((9, SEARCH, ("/", "/menu")), (4, DIRECT, ("/",)))}


def fill(store: Store, site: Site, months: Mapping[date, tuple[Brought, ...]] = MUCH, missing: int = 24) -> None:
    """Put the visits of these months into the store, in the last one with `missing` looks at lost pages."""
    events = [one for first, brought in months.items() for one in _month(site.pk, first, brought)]
    events += _missing(site.pk, max(months), missing)
    visits.add(store, events)
    site.first_event_at = clock.from_ms(min(one.ts for one in events))
    site.save(update_fields=["first_event_at"])


def with_goal(site: Site) -> None:
    """The goal that the visits of MUCH reach less often in October."""
    add_goal(site, "page", "/order/thanks", name="Order placed")


def _month(site_id: int, first: date, brought: tuple[Brought, ...]) -> Iterator[Event]:
    days = (first_of(first, 1) - first).days
    number = first.toordinal() * 10_000
    for count, values, pages in brought:
        for place in range(count):
            number += 1
            day = first + timedelta(place * 7 % days if count >= days else place * days // count)
            start = clock.to_ms(datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)) + place * 61_000 % 30_000_000
            yield from visits.visit(site_id, number, start, pages, **_plain(values))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"referrer": "", "utm_campaign": "", "utm_medium": "", **values}


def _missing(site_id: int, first: date, times: int) -> Iterator[Event]:
    for number in range(times):
        start = clock.to_ms(datetime(first.year, first.month, 2 + number % 20, 12, 0, tzinfo=UTC)) + number * 1000
        own: dict[str, Any] = {"site_id": site_id, "batch": 1, "visitor_id": 5 + number, "visit_started": start}
        own |= {"visit_id": visit_id(site_id, 5 + number, start), "entry_path": "/old-menu", **SEARCH}
        props = {"path": "/old-menu" if number % 3 else "/jobs"}
        yield event(start, name="404", path=props["path"], props=props, **own)
