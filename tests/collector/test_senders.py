"""What is known of who sends a request: found out once, forgotten in time, and without an address."""

from ipaddress import ip_network
from pathlib import Path

import msgspec
import pytest

from tests.collector.mmdb_writer import write_mmdb
from trailhouse.collector import senders as module
from trailhouse.collector.address import Proxies
from trailhouse.collector.draft import World
from trailhouse.collector.geo import Places, install
from trailhouse.collector.limits import Floods
from trailhouse.collector.request import MOST_HEADER, MOST_HEADERS, Headers, Refused, Request
from trailhouse.collector.senders import Sender, Senders
from trailhouse.events.registry import Registry

FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Registry(tmp_path), Places(tmp_path), Proxies([ip_network("10.0.0.0/8")]), Floods())


def request(world: World, *headers: tuple[bytes, bytes], peer: str = "145.53.0.1") -> Request:
    return Request([(b"user-agent", FIREFOX), *headers], peer, world.senders, 0)


def test_the_same_headers_from_the_same_address_are_the_same_sender(world: World) -> None:
    first = request(world).sender
    assert request(world, (b"cookie", b"a=1")).sender is first, "what says nothing of the sender is not looked at"
    assert request(world, peer="145.53.0.2").sender is not first
    assert request(world, (b"accept-language", b"nl")).sender is not first


def test_a_sender_is_known_by_program_language_and_place(world: World) -> None:
    sender = request(world, (b"accept-language", b"nl-NL,nl;q=0.9")).sender
    assert (sender.agent.browser, sender.agent.os, sender.language) == ("Firefox", "Linux", "nl")
    assert sender.place.country == "NL"
    assert sender.bot is None


def test_behind_a_trusted_proxy_the_forwarded_address_is_the_senders(world: World) -> None:
    forwarded = request(world, (b"x-forwarded-for", b"145.53.0.1"), peer="10.0.0.1")
    assert forwarded.address == "145.53.0.1"
    assert forwarded.sender.place.country == "NL"
    several = request(world, (b"x-forwarded-for", b"145.53.0.1"), (b"x-forwarded-for", b"10.0.0.2"), peer="10.0.0.1")
    assert several.address == "145.53.0.1", "a list may come as several fields"
    assert several.sender.place.country == "NL"


def test_nothing_that_is_remembered_holds_an_address(world: World) -> None:
    request(world)
    request(world, (b"x-forwarded-for", b"145.53.0.77"), peer="10.0.0.1")
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
    long = (b"accept-language", b"nl," * 1000)
    assert request(world, long).sender.language == "nl"
    assert not world.senders._young


def test_another_database_of_places_is_asked_anew(world: World, tmp_path: Path) -> None:
    assert request(world).sender.place.country == "NL"
    install(
        [write_mmdb(tmp_path / "new.mmdb", {"145.53.0.0/16": {"country": {"iso_code": "BE"}}}, "Country")], tmp_path
    )
    world.refresh()
    assert request(world).sender.place.country == "BE"


@pytest.mark.parametrize("headers", [
    pytest.param([(b"x-%d" % number, b"") for number in range(MOST_HEADERS + 1)], id="too many"),
    pytest.param([(b"user-agent", b"x" * (MOST_HEADER + 1))], id="one too long"),
    pytest.param([(b"x-forwarded-for", b"x" * 6000)] * 2, id="a list too long"),
])  # fmt: skip
def test_headers_beyond_reason_are_refused(headers: Headers, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        Request(headers, "192.0.2.1", Senders(Places(tmp_path), Proxies([])), 0)
    assert refused.value.status == 431
