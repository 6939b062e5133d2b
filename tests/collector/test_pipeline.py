from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.collector.fields import Fields
from trailhouse.collector import pipeline
from trailhouse.collector.address import Proxies
from trailhouse.collector.draft import LIVE_PAST_MS, Drop, World
from trailhouse.collector.geo import Places
from trailhouse.collector.hit import Hit
from trailhouse.collector.limits import Floods
from trailhouse.collector.request import Request
from trailhouse.collector.steps import REASONS
from trailhouse.core import clock
from trailhouse.events.model import Event, Spooled
from trailhouse.events.registry import Registry, ServedSite, Snapshot
from trailhouse.events.salts import DAY_MS, Salt, day_of

NOON = clock.to_ms(datetime(2026, 3, 14, 12, tzinfo=UTC))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

BAKERY = ServedSite(
    site_id=1,
    domain="harbour-bakery.example",
    keys=("bakery1", "bakery0"),
    aliases=("bakery.shop",),
    query_allow=("page",),
    search_param="q",
    exclude_networks=("192.0.2.0/24",),
    exclude_countries=("XK",),
    exclude_paths=("/admin*",),
)
CLOSED = ServedSite(site_id=2, domain="old-shop.example", keys=("old",), counts=False)
RECOGNISED = ServedSite(site_id=3, domain="dune-hotel.example", keys=("hotel",), privacy="recognised")
SHOP = ServedSite(site_id=4, domain="client.example/shop", keys=("shop",))
CAFE = ServedSite(site_id=6, domain="client.example/café", keys=("cafe",))
PRIVATE = ServedSite(
    site_id=7, domain="private.example", keys=("private",), aliases=("client.example", "former.example"),
    tracker={"respect_gpc": True},
)  # fmt: skip
CLIENT = ServedSite(site_id=5, domain="client.example", keys=("client",))


@pytest.fixture
def world(tmp_path: Path) -> World:
    registry = Registry(tmp_path)
    today = day_of(NOON)
    salts = tuple(Salt(day, bytes([day % 251]) * 32) for day in (today - 1, today, today + 1))
    registry.use(Snapshot(1, (BAKERY, CLOSED, RECOGNISED, PRIVATE, SHOP, CAFE, CLIENT), salts, b"secret" * 5))
    return World(registry, Places(tmp_path), Proxies([ip_network("10.0.0.0/8")]), Floods(visitor=50, site=200))


# What of a request is no part of the wire format.
USUAL: dict[str, Any] = {
    "address": "145.53.0.1",
    "user_agent": FIREFOX,
    "received_ms": NOON,
    "headers": {"accept-language": "nl-NL,nl"},
}


def run(world: World, **changes: Any) -> Spooled | Drop:
    given: dict[str, Any] = (
        {"site": "bakery1", "name": "pageview", "url": "https://harbour-bakery.example/menu"} | USUAL | changes
    )
    address, user_agent, received_ms, headers = (given.pop(name) for name in USUAL)
    fields = Fields(*({"user-agent": user_agent} | headers).items())
    return pipeline.run(Hit(request=Request(fields, address, world.senders, received_ms), **given), world)


def kept(world: World, **changes: Any) -> Spooled:
    outcome = run(world, **changes)
    assert isinstance(outcome, Spooled), outcome
    return outcome


def event(world: World, **changes: Any) -> Event:
    return kept(world, **changes).event


def left_out(world: World, **changes: Any) -> Drop:
    outcome = run(world, **changes)
    assert isinstance(outcome, Drop), outcome
    return outcome


def reason(world: World, **changes: Any) -> str:
    return left_out(world, **changes).sample.reason


@pytest.mark.parametrize(("changes", "expected"), [
    pytest.param({"site": "nobody"}, "unknown_site", id="no such key"),
    pytest.param({"site": "other.example"}, "unknown_site", id="no such domain"),
    pytest.param({"site": "old", "url": "https://old-shop.example/"}, "site_closed", id="a closed site"),
    pytest.param({"url": "file:///C:/page.html"}, "bad_url", id="a page on a disk"),
    pytest.param({"url": "https://copy.example/"}, "foreign_hostname", id="a copied page"),
    pytest.param({"url": "https://not-harbour-bakery.example/"}, "foreign_hostname", id="a longer name"),
    pytest.param({"own_visit": True}, "own_visit", id="the owner's own visit"),
    pytest.param({"site": "private", "url": "https://private.example/", "headers": {"sec-gpc": "1"}}, "privacy_control",
                 id="Global Privacy Control"),
    pytest.param({"user_agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}, "bot_user_agent", id="a crawler"),
    pytest.param({"user_agent": ""}, "bot_user_agent", id="no user agent"),
    pytest.param({"headers": {"sec-purpose": "prefetch;prerender"}}, "bot_prefetch", id="loaded ahead"),
    pytest.param({"user_agent": FIREFOX + " HeadlessChrome/120"}, "bot_headless", id="an automated browser"),
    pytest.param({"address": "192.0.2.77"}, "excluded_address", id="an excluded range"),
    pytest.param({"url": "https://harbour-bakery.example/admin/users"}, "excluded_path", id="an excluded path"),
    pytest.param({"referrer": "https://semalt.com/x"}, "referrer_spam", id="referrer spam"),
    pytest.param({"name": "identify"}, "name_without_consent", id="a name where nobody is recognised"),
])  # fmt: skip
def test_what_is_left_out_and_why(changes: dict[str, Any], expected: str, world: World) -> None:
    assert reason(world, **changes) == expected
    assert expected in REASONS


@pytest.mark.parametrize(("site", "url", "site_id"), [
    pytest.param("bakery1", "https://harbour-bakery.example/", 1, id="by its key"),
    pytest.param("bakery0", "https://harbour-bakery.example/", 1, id="by the key before"),
    pytest.param("harbour-bakery.example", "https://harbour-bakery.example/", 1, id="by its domain"),
    pytest.param("www.Harbour-Bakery.example", "https://www.harbour-bakery.example/", 1, id="however it is written"),
    pytest.param("", "https://harbour-bakery.example/", 1, id="by the page alone"),
    pytest.param("bakery1", "https://order.harbour-bakery.example/", 1, id="a sub-domain counts"),
    pytest.param("bakery1", "https://bakery.shop/", 1, id="an alias counts"),
    pytest.param("client.example", "https://client.example/shop/cart", 4, id="the longest path first"),
    pytest.param("client.example", "https://client.example/caf%C3%A9/menu", 6, id="a path as browsers send it"),
    pytest.param("client.example/café", "https://client.example/", 6, id="a path in its own letters"),
    pytest.param("client.example", "https://client.example/caf%C3", 5, id="a path that is cut in a letter"),
    pytest.param("client.example", "https://client.example/about", 5, id="else the domain"),
    pytest.param("client.example/shop", "https://client.example/shop", 4, id="a domain with its path"),
    pytest.param("former.example", "https://former.example/x", 7, id="by a former domain, which is an alias now"),
    pytest.param("", "https://former.example/x", 7, id="by a page of an alias alone"),
    pytest.param("client.example", "https://client.example/", 5, id="who has the domain comes before who has an alias"),
])  # fmt: skip
def test_who_gets_an_event(site: str, url: str, site_id: int, world: World) -> None:
    assert event(world, site=site, url=url).site_id == site_id


@pytest.mark.parametrize(("site", "url", "by_key"), [
    pytest.param("bakery1", "https://harbour-bakery.example/", True, id="its key"),
    pytest.param("bakery0", "https://harbour-bakery.example/", True, id="the key before"),
    pytest.param("bakery1", "https://bakery.shop/", True, id="its key on a page of an alias"),
    pytest.param("harbour-bakery.example", "https://harbour-bakery.example/", False, id="its domain"),
    pytest.param("bakery.shop", "https://bakery.shop/", False, id="an alias"),
    pytest.param("", "https://harbour-bakery.example/", False, id="the page alone"),
])  # fmt: skip
def test_an_event_says_whether_the_key_named_its_site(site: str, url: str, by_key: bool, world: World) -> None:
    assert event(world, site=site, url=url).by_key == by_key


def test_an_event_carries_what_was_found_and_no_address(world: World) -> None:
    found = event(
        world,
        url="https://www.harbour-bakery.example/menu?page=2&token=abc&utm_source=newsletter&utm_medium=email&q=rye",
        screen_width=390,
        props={"plan": "me@example.org"},
    )
    assert (found.hostname, found.path) == ("harbour-bakery.example", "/menu?page=2")
    assert (found.channel, found.utm_source) == ("E-mail", "newsletter")
    assert (found.country, found.browser, found.os, found.language) == ("NL", "Firefox", "Linux", "nl")
    assert found.props["plan"] != "me@example.org"
    assert found.props["site_search"] == "rye"
    assert "145.53" not in repr(msgspec.to_builtins(found))


def test_a_page_of_the_site_itself_is_no_referrer(world: World) -> None:
    assert event(world, referrer="https://order.harbour-bakery.example/cart").source == "Direct"


def test_a_visitor_changes_with_the_day_the_site_and_the_address(world: World) -> None:
    number = event(world).visitor_id
    assert event(world).visitor_id == number
    assert event(world, received_ms=NOON + DAY_MS).visitor_id != number
    assert event(world, address="145.53.0.2").visitor_id != number
    assert event(world, site="client", url="https://client.example/").visitor_id != number


def test_the_visitor_under_the_salt_before_rides_along(world: World) -> None:
    today, tomorrow = kept(world), kept(world, received_ms=NOON + DAY_MS)
    assert tomorrow.other_visitor_id == today.event.visitor_id


def test_a_recognised_visitor_is_the_same_on_every_day_and_at_every_address(world: World) -> None:
    page = {"site": "hotel", "url": "https://dune-hotel.example/", "person": "f00d"}
    first = event(world, **page)
    assert event(world, **page, received_ms=NOON + DAY_MS, address="81.2.69.142").visitor_id == first.visitor_id
    without = event(world, site="hotel", url="https://dune-hotel.example/")
    assert without.visitor_id != first.visitor_id


def test_a_visit_goes_on_when_consent_is_given_in_it(world: World) -> None:
    page = {"site": "hotel", "url": "https://dune-hotel.example/"}
    before, after = event(world, **page), kept(world, **page, person="f00d")
    assert after.other_visitor_id == before.visitor_id


def test_an_id_means_nothing_to_a_site_that_recognises_nobody(world: World) -> None:
    assert event(world, person="f00d").visitor_id == event(world).visitor_id


def test_a_clients_own_clock_is_believed_within_bounds(world: World) -> None:
    assert event(world, sent_ms=NOON - 1000).ts == NOON - 1000
    assert event(world, sent_ms=NOON + DAY_MS).ts == NOON + 5 * 60_000
    world.salts = type(world.salts)([Salt(day_of(NOON - LIVE_PAST_MS), b"x" * 32)])
    assert event(world, sent_ms=1).ts == NOON - LIVE_PAST_MS


def test_a_flood_of_one_visitor_is_left_out(world: World) -> None:
    outcomes = [run(world) for _ in range(60)]
    assert [isinstance(o, Spooled) for o in outcomes] == [True] * 50 + [False] * 10
    assert reason(world) == "visitor_flood"


def test_a_flood_to_one_site_is_left_out(world: World) -> None:
    outcomes = [run(world, address=f"145.53.1.{n % 250}") for n in range(230)]
    assert sum(isinstance(o, Spooled) for o in outcomes) == 200
    assert reason(world, address="145.53.2.1") == "site_flood"


@pytest.mark.parametrize(("revenue", "stored"), [
    pytest.param(("42.00", "EUR"), (4200, "EUR"), id="in the site's currency"),
    pytest.param(("42", "USD"), (0, ""), id="another currency cannot be added up"),
    pytest.param(("19.990000000000002", "EUR"), (1999, "EUR"), id="as a page computes it"),
    pytest.param(("much", "EUR"), (0, ""), id="no number"),
    pytest.param(("inf", "EUR"), (0, ""), id="no end"),
])  # fmt: skip
def test_money_counts_in_the_sites_currency_alone(
    revenue: tuple[str, str], stored: tuple[int, str], world: World
) -> None:
    found = event(world, name="order", revenue=revenue)
    assert (found.revenue, found.revenue_currency) == stored


def test_a_sample_of_what_was_left_out_holds_no_address(world: World) -> None:
    outcome = left_out(world, url="https://copy.example/page?mail=me@example.org")
    assert "145.53" not in outcome.sample.detail
    assert "me@example.org" not in outcome.sample.detail


def test_invented_names_never_push_out_a_pageview(world: World) -> None:
    for n in range(1_100):
        event(world, name=f"invented {n}", address=f"145.53.{n % 200}.{n % 250}", received_ms=NOON + n * 1000)
    assert event(world, name="one more", received_ms=NOON + DAY_MS // 3).name == "(other)"
    assert event(world, received_ms=NOON + DAY_MS // 3).name == "pageview"


def test_a_page_of_a_thousand_directories_finds_its_site_at_once(world: World) -> None:
    url = "https://client.example/shop" + "/a" * 900
    assert event(world, site="client.example", url=url).site_id == SHOP.site_id
