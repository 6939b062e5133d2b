"""Names that a page's address or its script gives: kept with consent alone, and cut out of every address."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tests.collector.fields import Fields
from tests.collector.test_pipeline import NOON, USUAL, world
from trailhouse.collector import app, pipeline
from trailhouse.collector.draft import Drop, World
from trailhouse.collector.geo import network_kind
from trailhouse.collector.hit import Hit
from trailhouse.collector.protocols import plausible
from trailhouse.collector.request import Request
from trailhouse.collector.urls import clean_url, without_person
from trailhouse.core import clock
from trailhouse.events.model import Spooled

__all__ = ["world"]

HOTEL = "https://dune-hotel.example"
NAMED = f"{HOTEL}/room?ot_name=Ann+B%C3%B8rg&OT_Email=ann%40example.org&ot_id=42&ot_=x&ot_plan="

ELSEWHERE = NAMED.replace("dune-hotel", "harbour-bakery")


def outcomes(world: World, **changes: Any) -> list[Spooled | Drop]:
    given: dict[str, Any] = {"site": "hotel", "name": "pageview", "url": NAMED} | USUAL | changes
    address, user_agent, received_ms, headers = (given.pop(name) for name in USUAL)
    fields = Fields(*({"user-agent": user_agent} | headers).items())
    return list(pipeline.outcomes(Hit(request=Request(fields, address, world.senders, received_ms), **given), world))


def test_an_address_names_a_visitor_who_agreed_to_it(world: World) -> None:
    page, naming = outcomes(world, person="f00d")
    assert isinstance(page, Spooled)
    assert isinstance(naming, Spooled)
    assert (page.event.name, page.event.path, page.event.props) == ("pageview", "/room", {})
    assert (naming.event.name, naming.event.path, naming.event.interactive) == ("identify", "/room", False)
    assert naming.event.props == {"name": "Ann Børg", "email": "ann@example.org", "id": "42"}
    assert page.event.person == naming.event.person == page.event.visitor_id == naming.event.visitor_id


@pytest.mark.parametrize("changes", [
    pytest.param({}, id="without consent"),
    pytest.param({"site": "bakery1", "url": ELSEWHERE, "person": "f00d"}, id="on a lower level"),
])  # fmt: skip
def test_without_consent_or_level_the_page_counts_and_no_name_is_kept(changes: dict[str, Any], world: World) -> None:
    [page] = outcomes(world, **changes)
    assert isinstance(page, Spooled)
    assert page.event.path == "/room"
    assert page.event.person == 0
    for secret in ("Ann", "example.org", "42"):
        assert secret not in repr(page.event.props) + page.event.path


def test_a_page_that_is_left_out_names_nobody(world: World) -> None:
    assert [type(o) for o in outcomes(world, person="f00d", own_visit=True)] == [Drop]
    assert [type(o) for o in outcomes(world, person="f00d", user_agent="Googlebot/2.1")] == [Drop]


def test_no_other_event_names_by_its_pages_address(world: World) -> None:
    assert [o.event.name for o in outcomes(world, person="f00d", name="Signup") if isinstance(o, Spooled)] == ["Signup"]


def test_a_naming_event_keeps_what_it_says_and_other_events_do_not(world: World) -> None:
    props = {"name": "Ann\n B", "email": "ann@example.org"}
    [naming] = outcomes(world, url=HOTEL, name="identify", person="f00d", props=props)
    assert isinstance(naming, Spooled)
    assert naming.event.props == {"name": "Ann B", "email": "ann@example.org"}
    [other] = outcomes(world, url=HOTEL, name="Signup", person="f00d", props=props)
    assert isinstance(other, Spooled)
    assert other.event.props["email"] == "(email)"


def test_naming_parameters_leave_every_address_that_is_kept() -> None:
    allow = ("ot_name", "page")
    kept = clean_url(f"{HOTEL}/a?page=2&ot_name=Ann#/b?ot_email=x&page=3", query_allow=allow, hash_mode=True)
    assert kept.path == "/a?page=2#/b?page=3"
    assert dict(kept.person) == {"name": "Ann", "email": "x"}
    assert "Ann" not in repr(dict(kept.query))
    assert clean_url(f"{HOTEL}/a?ot_q=rye", search_param="ot_q").site_search_term == ""


@pytest.mark.parametrize(("before", "after"), [
    ("https://a.example/?x=1&ot_name=Ann&y=2", "https://a.example/?x=1&y=2"),
    ("https://a.example/p?OT_name=Ann", "https://a.example/p"),
    ("https://a.example/p?q=ot_name", "https://a.example/p?q=ot_name"),
    ("robot_name=5", "robot_name=5"),
])  # fmt: skip
def test_a_clicked_link_is_kept_without_them(before: str, after: str) -> None:
    assert without_person(before) == after


@pytest.mark.parametrize(("organisation", "kind"), [
    ("", ""),
    ("Vodafone Libertel B.V.", "provider"),
    ("Hetzner Online GmbH", "hosting"),
    ("Van Dijk Makelaars BV", "company"),
])  # fmt: skip
def test_a_network_has_a_kind(organisation: str, kind: str) -> None:
    assert network_kind(organisation) == kind


def test_a_request_that_names_by_its_pages_address_brings_both_events(world: World) -> None:
    body = msgspec.json.encode({"n": "pageview", "d": "hotel", "u": NAMED, "c": "f00d"})
    fields = Fields(("user-agent", str(USUAL["user_agent"])), ("accept-language", "nl"))
    scope = SimpleNamespace(headers=fields, client="145.53.0.1:4711")
    with clock.frozen(clock.from_ms(NOON)):
        kept = app.events_of(app.Arrival(plausible.hits, scope, body), world)
    assert [one.event.name for one in kept if isinstance(one, Spooled)] == ["pageview", "identify"]
