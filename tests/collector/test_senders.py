"""What is known of who sends a request: found out once, forgotten in time, and without an address."""

from ipaddress import ip_network
from pathlib import Path

import msgspec
import pytest

from tests.collector.fields import Fields
from tests.collector.mmdb_writer import write_mmdb
from trailhouse.collector import senders as module
from trailhouse.collector.address import Proxies
from trailhouse.collector.draft import World
from trailhouse.collector.geo import Places, install
from trailhouse.collector.limits import Floods
from trailhouse.collector.request import MOST_HEADER, Refused, Request
from trailhouse.collector.senders import Sender, Senders
from trailhouse.events.registry import Registry

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Registry(tmp_path), Places(tmp_path), Proxies([ip_network("10.0.0.0/8")]), Floods())


def request(world: World, *headers: tuple[str, str], peer: str = "145.53.0.1") -> Request:
    return Request(Fields(("user-agent", FIREFOX), *headers), peer, world.senders, 0)


def test_the_same_headers_from_the_same_address_are_the_same_sender(world: World) -> None:
    first = request(world).sender
    assert request(world, ("cookie", "a=1")).sender is first, "what says nothing of the sender is not looked at"
    assert request(world, peer="145.53.0.2").sender is not first
    assert request(world, ("accept-language", "nl")).sender is not first


def test_a_sender_is_known_by_program_language_and_place(world: World) -> None:
    sender = request(world, ("accept-language", "nl-NL,nl;q=0.9")).sender
    assert (sender.agent.browser, sender.agent.os, sender.language) == ("Firefox", "Linux", "nl")
    assert sender.place.country == "NL"
    assert sender.bot is None


def test_behind_a_trusted_proxy_the_forwarded_address_is_the_senders(world: World) -> None:
    forwarded = request(world, ("x-forwarded-for", "145.53.0.1"), peer="10.0.0.1")
    assert forwarded.address == "145.53.0.1"
    assert forwarded.sender.place.country == "NL"
    several = request(world, ("x-forwarded-for", "145.53.0.1"), ("x-forwarded-for", "10.0.0.2"), peer="10.0.0.1")
    assert several.address == "145.53.0.1", "a list may come as several fields"
    assert several.sender.place.country == "NL"


def test_nothing_that_is_remembered_holds_an_address(world: World) -> None:
    request(world)
    request(world, ("x-forwarded-for", "145.53.0.77"), peer="10.0.0.1")
    for key, sender in world.senders._young.items():
        assert isinstance(key, int)
        assert b"145.53" not in msgspec.msgpack.encode(sender)
    assert len(world.senders._young) == 2


def test_memory_is_bounded_and_the_latest_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 10)
    seen: list[Sender] = [request(world, peer=f"145.53.0.{number}").sender for number in range(35)]
    assert len(world.senders._young) + len(world.senders._old) <= 20
    assert request(world, peer="145.53.0.34").sender is seen[34]
    assert request(world, peer="145.53.0.0").sender is not seen[0]


def test_very_long_headers_are_understood_and_not_remembered(world: World) -> None:
    long = ("accept-language", "nl," * 1000)
    assert request(world, long).sender.language == "nl"
    assert not world.senders._young


def test_another_database_of_places_is_asked_anew(world: World, tmp_path: Path) -> None:
    assert request(world).sender.place.country == "NL"
    install([write_mmdb(tmp_path / "new.mmd", {"145.53.0.0/16": {"country": {"iso_code": "BE"}}}, "Country")], tmp_path)
    world.refresh()
    assert request(world).sender.place.country == "BE"


def test_a_user_agent_that_cannot_be_read_is_a_persons_all_the_same(world: World) -> None:
    unreadable = Request(Fields(("user-agent", "Böttcher/1.0")), "145.53.0.1", world.senders, 0)
    assert unreadable.sender.bot is None
    assert Request(Fields(), "145.53.0.1", world.senders, 0).sender.bot == "bot_user_agent"


@pytest.mark.parametrize("fields", [
    pytest.param(Fields(("user-agent", "x" * (MOST_HEADER + 1))), id="one"),
    pytest.param(Fields(("x-forwarded-for", "x" * 6000), ("x-forwarded-for", "x" * 6000)), id="a list in two fields"),
])  # fmt: skip
def test_a_header_field_longer_than_any_is_refused(fields: Fields, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        Request(fields, "192.0.2.1", Senders(Places(tmp_path), Proxies([])), 0)
    assert refused.value.status == 431
