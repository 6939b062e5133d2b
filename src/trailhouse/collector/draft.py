"""What steps work on: the draft of an event, and the world in which they look things up."""

from collections.abc import Callable

import msgspec

from trailhouse.collector.address import Proxies
from trailhouse.collector.geo import Places
from trailhouse.collector.hit import Hit
from trailhouse.collector.limits import Cardinality, Floods
from trailhouse.collector.senders import Senders
from trailhouse.collector.sources import Source
from trailhouse.collector.urls import PageUrl
from trailhouse.core import clock
from trailhouse.events.registry import Registry, ServedSite
from trailhouse.events.salts import SaltBox, day_of
from trailhouse.events.spool import Sample

LIVE_PAST_MS = 7 * 86_400_000
LIVE_FUTURE_MS = 5 * 60_000

Parameters = tuple[tuple[str, str], ...]  # of a query


class World:
    """What steps look things up in. One a process."""

    def __init__(self, registry: Registry, places: Places, proxies: Proxies, floods: Floods) -> None:
        self.registry = registry
        self.places = places
        self.senders = Senders(places, proxies)
        self.floods = floods
        self.cardinality = Cardinality()
        self.salts = SaltBox(registry.snapshot.salts)
        # What brought a visit, by site, referrer and query of the landing page: see steps.put_source.
        self.sources: dict[tuple[int, str, Parameters], Source | None] = {}

    def refresh(self) -> None:
        """Take over a new snapshot of the sites, a new day and new place databases; called about once a second."""
        if self.cardinality.turn(day_of(clock.now_ms())):
            self.sources.clear()  # they are bounded by what the day before brought
        if self.registry.refresh():
            self.salts = SaltBox(self.registry.snapshot.salts)
            self.sources.clear()
        if self.places.reload_if_changed():
            self.senders.forget()


class Draft:
    """A Hit on its way to becoming an Event; each step adds what it found."""

    __slots__ = ("by_key", "hit", "other_visitor_id", "page", "site", "source", "ts", "visitor_id")

    by_key: bool
    other_visitor_id: int
    page: PageUrl
    site: ServedSite
    source: Source
    visitor_id: int

    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        sent, received = hit.sent_ms, hit.request.received_ms
        # A client's own clock is believed within bounds; older events come by import only.
        self.ts = max(received - LIVE_PAST_MS, min(sent, received + LIVE_FUTURE_MS)) if sent else received

    def left_out(self, reason: str) -> "Drop":
        """This draft as a Drop with a sample that holds no address."""
        site_id = self.site.site_id if hasattr(self, "site") else 0
        page = f"{self.page.hostname}{self.page.path}" if hasattr(self, "page") else ""
        detail = {"name": self.hit.name[:120], "page": page, "user_agent": self.hit.request.sender.user_agent[:300]}
        return Drop(Sample(site_id, self.ts, reason, msgspec.json.encode(detail).decode()))


class Drop(msgspec.Struct, gc=False):
    """An event that is left out: where, when, why, and what it looked like. Site 0: the site is not known."""

    sample: Sample


Step = Callable[[Draft, World], str | None]
