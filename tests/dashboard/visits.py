"""Visits to the bakery, always the same: 45 days up to NOW, and a few with hostile texts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.events.makers import event
from trailhouse.core import clock
from trailhouse.events import blocks
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.events.visits import visit_id

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MINUTE = 60_000
DAY = 1440 * MINUTE
SOURCES = (
    {"source": "Google", "channel": "Organic search"},
    {"source": "Direct", "channel": "Direct"},
    {"source": "Instagram", "channel": "Organic social", "referrer": "https://instagram.com/"},
    {"source": "Newsletter", "channel": "E-mail", "utm_campaign": "autumn", "utm_medium": "email"},
)
PLACES: tuple[dict[str, str], ...] = (
    {"country": "NL", "region": "NL/North Holland", "city": "NL/North Holland/Den Helder", "language": "nl"},
    {"country": "DE", "region": "DE/Bavaria", "city": "DE/Bavaria/Munich", "language": "de"},
    {"country": "BR", "language": "pt"},
    {},
)
AGENTS = (
    {"browser": "Firefox", "browser_version": "143", "os": "Linux", "device": "Desktop"},
    {"browser": "Safari", "browser_version": "26", "os": "iOS", "device": "Mobile"},
    {"browser": "Chrome", "browser_version": "150", "os": "Android", "device": "Mobile"},
)
PAGES = (("/",), ("/", "/menu"), ("/menu", "/order", "/order/thanks"), ("/about",), ("/", "/menu", "/contact"))
HOSTILE = '"><img src=x onerror=alert(1)>'


def fill(store: Store, site_id: int) -> None:
    """Put the visits of 45 days into the store."""
    add(store, list(ordinary(site_id)))


def add(store: Store, events: list[Event]) -> None:
    """Put events into the store, a month at a time."""
    months: dict[int, list[Event]] = {}
    for one in events:
        moment = clock.from_ms(one.ts)
        months.setdefault(moment.year * 12 + moment.month, []).append(one)
    for month in months.values():
        store.insert_block("events", blocks.of_events(month))


def ordinary(site_id: int) -> Iterator[Event]:
    """The visits of 45 days; the last one is on the site now."""
    now = clock.to_ms(NOW)
    number = 0
    for day in range(45):
        for _ in range(4 + day % 4):
            number += 1
            start = now - (44 - day) * DAY - (1 + number % 9) * 41 * MINUTE
            yield from visit(site_id, number, start)
    yield from visit(site_id, number + 1, now - 2 * MINUTE)


def visit(site_id: int, number: int, start: int, pages: tuple[str, ...] = (), **values: Any) -> Iterator[Event]:
    """One visit: its pages a minute apart, an order where it thanks for one, an outbound click now and then."""
    pages = pages or PAGES[number % len(PAGES)]
    kept: dict[str, Any] = {**SOURCES[number % 4], **PLACES[number % 7 % 4], **AGENTS[number % 3]}
    kept |= {"site_id": site_id, "batch": 1, "visitor_id": 1000 + number, "screen": "Large", "organisation": ""}
    kept |= {"visit_id": visit_id(site_id, 1000 + number, start), "visit_started": start, "entry_path": pages[0]}
    kept |= values
    for step, path in enumerate(pages):
        yield event(start + step * MINUTE, path=path, **kept)
    last = start + (len(pages) - 1) * MINUTE
    if pages[-1] == "/order/thanks":
        yield event(last + 1000, name="Order", path=pages[-1], props={"plan": "Gold"}, **kept)
    if number % 6 == 0:
        clicked = {"url": "https://maps.example/bakery"}
        yield event(last + 2000, name="Outbound Link: Click", path=pages[-1], props=clicked, **kept)


def hostile(site_id: int) -> Iterator[Event]:
    """A visit whose every text is an attempt at the page."""
    start = clock.to_ms(NOW) - 30 * MINUTE
    texts = ("referrer", "source", "utm_campaign", "search_term", "city", "region", "organisation", "browser", "os")
    values = {name: f"{name}{HOSTILE}" for name in texts} | {"referrer": "javascript:alert(1)", "country": HOSTILE[:9]}
    yield from visit(site_id, 9000, start, ("/" + HOSTILE,), language="<b>", device="<i>", screen="<u>", **values)
    for url in ("javascript:alert(1)", "https://elsewhere.example/?q=" + HOSTILE, "data:text/html,<script>"):
        for name in ("Outbound Link: Click", "File Download"):
            start += 1000
            yield event(
                start, site_id=site_id, name=name, props={"url": url}, visitor_id=9, visit_id=9, visit_started=start
            )
