"""Made-up traffic: a site and a span of time in, its events out. Pure: the same in, the same out.

Each day of a site has its own random numbers, drawn from its date alone, so that any span can be made at any time and
joins the ones before it without a seam.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from trailhouse.collector.geo import network_kind
from trailhouse.collector.pipeline import SITE_SEARCH
from trailhouse.collector.sources import Source, find_source
from trailhouse.core import clock
from trailhouse.demo.people import AGENTS, PROFILES, name_of, profiles, versions_on
from trailhouse.demo.shapes import Action, Arrival, Campaign, DemoSite, Page
from trailhouse.events.model import ENGAGEMENT, IDENTIFY, PAGEVIEW, VISIT_COLUMNS, Event
from trailhouse.events.salts import day_of
from trailhouse.events.visits import visit_id

FIRST_DAY = date(2026, 1, 1)  # where `DemoSite.growth` is 1
MOST_GROWTH = 3.0
LONGEST_READ_S = 900  # below any visit timeout, so that a visit never falls apart
MOST_PAGES = 14
SECOND_VISITS = 0.16  # share of the visits by somebody who was here on the same day
APART_MS = 5 * 3_600_000  # longer than any visit
DEAD_LINKS = 0.004  # share of the visits that end on one
_ORGANISATION = VISIT_COLUMNS.index("organisation")
_PERSON_DAYS = 1 << 16  # people who come for the first time on one day

T = TypeVar("T")


class Wheel(Generic[T]):
    """Draws items by weight."""

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        self._items = list(items)
        self._bounds = list(accumulate(weights))
        self._total = self._bounds[-1]

    def at(self, where: float) -> T:
        """The item at `where`, 0 to 1 (not included)."""
        return self._items[bisect(self._bounds, where * self._total)]


class Traffic:
    """The traffic of one site. `scale` multiplies its visits."""

    def __init__(self, site: DemoSite, site_id: int, scale: float = 1.0) -> None:
        self.site = site
        self.site_id = site_id
        self._scale = scale
        self._zone = ZoneInfo(site.timezone)
        self._profiles = profiles(site)
        self._pages = {page.path: page for page in site.pages}
        self._entries = Wheel(site.pages, [page.entry for page in site.pages])
        self._views = Wheel(site.pages, [page.views or page.entry for page in site.pages])
        self._hours = Wheel(range(24), site.hours)
        self._arrivals = Wheel(site.arrivals, [arrival.weight for arrival in site.arrivals])
        self._actions: dict[str, list[Action]] = {page.path: [] for page in site.pages}
        for action in site.actions:
            for path in self._actions if not action.path else [action.path]:
                self._actions[path].append(action)

    def between(self, after_ms: int, until_ms: int) -> list[Event]:
        """The events of [after_ms, until_ms), in milliseconds since 1970; `batch` is 0."""
        day = clock.from_ms(after_ms).astimezone(self._zone).date() - timedelta(days=1)
        last = clock.from_ms(until_ms).astimezone(self._zone).date()
        found: list[Event] = []
        while day <= last:
            found += [event for event in self.day(day) if after_ms <= event.ts < until_ms]
            day += timedelta(days=1)
        return found

    def day(self, day: date) -> list[Event]:
        """The events of all visits that begin on `day` in the site's time zone."""
        rnd = Random(f"{self.site.domain} {day.isoformat()}")
        midnight, length_ms = _day_bounds(day, self._zone)
        seen: dict[int, int] = {}
        events: list[Event] = []
        for _ in range(self._how_many(day, 1.0, rnd)):
            events += self._visit(
                self._begin(midnight, length_ms, rnd), day, seen, self._arrivals.at(rnd.random()), rnd
            )
        for campaign, strength in self._running(day):
            arrival = Arrival(1, campaign.referrer, campaign.query_on(day), campaign.landing)
            for _ in range(self._how_many(day, strength, rnd)):
                events += self._visit(self._begin(midnight, length_ms, rnd), day, seen, arrival, rnd)
        return events

    def _begin(self, midnight: int, length_ms: int, rnd: Random) -> int:
        hour = self._hours.at(rnd.random()) + rnd.random()
        return midnight + int(hour / 24 * length_ms)

    def _running(self, day: date) -> Iterator[tuple[Campaign, float]]:
        for campaign in self.site.campaigns:
            if strength := campaign.strength(day):
                yield campaign, campaign.extra * strength

    def _how_many(self, day: date, share: float, rnd: Random) -> int:
        site = self.site
        years = (day - FIRST_DAY).days / 365.25
        after_months = day.month - 1 + (day.day - 1) / 31  # from the middle of a month to the middle of the next
        here, there = site.months[int(after_months - 0.5) % 12], site.months[int(after_months + 0.5) % 12]
        season = here + (there - here) * ((after_months + 0.5) % 1)
        usual = site.visits * min(site.growth**years, MOST_GROWTH) * site.weekdays[day.weekday()] * season
        expected = usual * share * self._scale * rnd.lognormvariate(0, 0.1)
        return max(0, round(rnd.gauss(expected, expected**0.5)))

    def _person(self, started: int, day: date, seen: dict[int, int], rnd: Random) -> int:
        """Somebody new, somebody who first came some days ago, or somebody who was here hours ago."""
        person = day.toordinal() * _PERSON_DAYS + len(seen)
        draw = rnd.random()
        if draw < self.site.returning:
            back = 1 + int(rnd.expovariate(1 / 18))
            number = int(rnd.random() * self.site.visits * self._scale * 0.5)
            known = (day.toordinal() - back) * _PERSON_DAYS + number
            person = person if known in seen else known
        elif draw < self.site.returning + SECOND_VISITS and seen:
            known = list(seen)[int(rnd.random() * len(seen))]
            if abs(seen[known] - started) > APART_MS:
                person = known
        seen[person] = started
        return person

    def _visit(self, started: int, day: date, seen: dict[int, int], arrival: Arrival, rnd: Random) -> list[Event]:
        page = self._pages[arrival.landing] if arrival.landing else self._entries.at(rnd.random())
        person = self._person(started, day, seen, rnd)
        source = _source(arrival.referrer, arrival.query, self.site.domain)
        attributes = (*_source_columns(source), page.path, *self._technology(person, day))
        walk = Walk(self.site, self.site_id, _visitor_id(self.site, self.site_id, person, started), started, attributes)
        for _ in range(MOST_PAGES):
            following = walk.read(page, self._actions[page.path], rnd)
            if following:
                page = self._pages[following]
            elif rnd.random() < self.site.stay:
                page = self._follow(page, rnd)
            else:
                break
        if self.site.privacy == "recognised" and (name := name_of(person)):
            walk.name(page, name)
        if rnd.random() < DEAD_LINKS:
            walk.miss(rnd)
        return walk.events

    def _follow(self, page: Page, rnd: Random) -> Page:
        if page.leads and rnd.random() < 0.8:
            return self._pages[page.leads[int(rnd.random() * len(page.leads))]]
        return self._views.at(rnd.random())

    def _technology(self, person: int, day: date) -> tuple[str, ...]:
        profile = self._profiles[(person * 2_654_435_761 >> 7) & (PROFILES - 1)]
        country, region, city, organisation, agent, system_version, screen, language, behind = profile
        _, browser, _, pace, system, _, device, _ = AGENTS[agent]
        version = versions_on(day)[agent][behind]
        if not pace and system != "macOS":  # the browser and the system carry one version; only desks hide theirs
            version = system_version = system_version or version
        return (
            country, region, city, organisation, browser, version, system, system_version, device, screen, language,
        )  # fmt: skip


class Walk:
    """One visit being made: its events so far and the moment it has reached."""

    def __init__(self, site: DemoSite, site_id: int, visitor: int, started: int, attributes: tuple[str, ...]) -> None:
        self.events: list[Event] = []
        self._site = site
        self._now = started
        self._head = (visitor, visit_id(site_id, visitor, started), started)
        self._site_id = site_id
        self._attributes = attributes
        kind = network_kind(attributes[_ORGANISATION])
        self._tail = (kind, visitor if site.privacy == "recognised" else 0, 0, True)

    def _add(
        self, name: str, path: str, props: dict[str, str], revenue: int = 0, scroll: int = 0, engaged_ms: int = 0
    ) -> None:
        currency = self._site.currency if revenue else ""
        acts = name not in (ENGAGEMENT, IDENTIFY)
        row: tuple[Any, ...] = (
            self._site_id, 0, "live", self._now, *self._head, name, acts, self._site.domain, path,
            *self._attributes, props, revenue, revenue, currency, scroll, engaged_ms, *self._tail,
        )  # fmt: skip
        self.events.append(Event(*row))

    def read(self, page: Page, actions: Sequence[Action], rnd: Random) -> str:
        """Show `page`, do what people do there, leave it; the path that an action led to, or ""."""
        found = {SITE_SEARCH: page.searches[int(rnd.random() * len(page.searches))]} if page.searches else {}
        self._add(PAGEVIEW, page.path, found)
        patience = rnd.lognormvariate(-0.25, 0.9)
        read_ms = int(min(page.seconds * patience, LONGEST_READ_S) * 1000)
        following = ""
        for action in actions:
            if rnd.random() < action.chance:
                self._now += read_ms // 2 + 800
                props = action.props[int(rnd.random() * len(action.props))]
                revenue = _price(action.price, rnd) if action.price else 0
                self._add(action.name, page.path, props, revenue)
                following = following or action.then
        self._now += read_ms + 400
        if rnd.random() < 0.94:
            scroll = min(100, 10 + int(patience * 45 + rnd.random() * 35))
            self._add(ENGAGEMENT, page.path, {}, 0, scroll, int(read_ms * (0.55 + 0.45 * rnd.random())))
        self._now += 200 + int(rnd.random() * 1800)
        return following

    def name(self, page: Page, name: str) -> None:
        """Say who it is, as a page does for somebody who has signed in."""
        self._add(IDENTIFY, page.path, {"name": name})
        self._now += 1

    def miss(self, rnd: Random) -> None:
        """Follow a dead link."""
        path = ("/old-menu", "/index.php", "/wp-content/uploads/2019/flyer.pdf", "/news/2022")[int(rnd.random() * 4)]
        self._add(PAGEVIEW, path, {})
        self._now += 50
        self._add("404", path, {"path": path})


def _price(bounds: tuple[int, int], rnd: Random) -> int:
    """An amount in minor units within `bounds`, low ones more often, that ends as prices do."""
    low, high = bounds
    return low + int((high - low) * rnd.random() ** 2) // 25 * 25


@lru_cache(maxsize=4096)
def _source(referrer: str, query: str, domain: str) -> Source:
    return find_source(dict(parse_qsl(query)), referrer, lambda host: host.endswith(domain))


def _source_columns(source: Source) -> tuple[str, ...]:
    return (
        source.referrer, source.name, source.channel, source.utm_source, source.utm_medium, source.utm_campaign,
        source.utm_term, source.utm_content, source.click_id, source.search_term,
    )  # fmt: skip


def _visitor_id(site: DemoSite, site_id: int, person: int, started: int) -> int:
    day = 0 if site.privacy == "recognised" else day_of(started)
    digest = blake2b(b"%d %d %d" % (site_id, person, day), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _day_bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """The first moment of a day and its length, both in milliseconds."""
    first = datetime.combine(day, time(), zone).astimezone(UTC)
    after = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return clock.to_ms(first), clock.to_ms(after) - clock.to_ms(first)
