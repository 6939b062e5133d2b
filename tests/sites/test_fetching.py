"""A page is fetched from the public Internet alone, whatever its owner's names and redirects say."""

import asyncio
import gzip
import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from tests.sites.pages import Answer, Server, serving
from trailhouse.sites import fetching
from trailhouse.sites.fetching import INTERNET, Page, Reach, UnreachableError, fetch, is_public


@pytest.fixture
def server() -> Iterator[Server]:
    """A site's server."""
    with serving() as there:
        yield there


def get(server: Server, path: str = "/", host: str = "client.example") -> Page:
    """The page at this path of the server."""
    return asyncio.run(fetch(f"http://{host}:{server.port}{path}", server.reach()))


def why(url: str, reach: Reach = INTERNET) -> str:
    """Why the page cannot be had."""
    with pytest.raises(UnreachableError) as error:
        asyncio.run(fetch(url, reach))
    return error.value.why


REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:0", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2001:10::1", "2002:7f00:1::",
    "2002:c0a8:101::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1",
    "172.32.0.1",
    "192.0.1.1",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_of_the_public_internet_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))

    async def resolve(host: str) -> list[str]:
        return ["1.1.1.1", address]

    assert why("http://client.example/", Reach(resolve)) == "private", "one such address beside a public one is enough"
    literal = f"[{address}]" if ":" in address else address
    assert why(f"http://{literal}/") == "private", "nor by its number"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://client.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("http://user:secret@client.example/", "scheme"),
        ("http://client.example:22/", "port"),
        ("http://client.example:8000/", "port"),
        ("http://[::1", "broken"),
        ("http://2130706433/", "private"),
        ("http://0x7f000001/", "private"),
        ("http://127.1/", "private"),
        ("http://localhost/", "private"),
        ("http://[::ffff:7f00:1]/", "private"),
        ("http://[fe80::1%25lo]/", "private"),
    ],
)
def test_other_ways_in_are_refused(url: str, reason: str) -> None:
    assert why(url) == reason


def test_a_name_is_resolved_once_and_that_address_is_asked(server: Server) -> None:
    server.answers["/"] = Answer(b"here")
    asked: list[str] = []

    async def turning(host: str) -> list[str]:  # the second answer would lead elsewhere
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    reach = Reach(turning, server.reach().allows, frozenset({server.port}))
    page = asyncio.run(fetch(f"http://client.example:{server.port}/", reach))
    assert page.text == "here"
    assert asked == ["client.example"]
    assert server.asked == [("client.example", "/")]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://inside.example:PORT/", "private"),
        ("http://10.0.0.1:PORT/", "private"),
        ("http://[::1]:PORT/", "private"),
        ("http://client.example:22/", "port"),
        ("ftp://client.example/", "scheme"),
        ("//user@client.example:PORT/", "scheme"),
        ("http://gone.example:PORT/", "no_such_name"),
        ("http://[", "broken"),
    ],
)
def test_each_redirect_is_judged_anew(server: Server, target: str, reason: str) -> None:
    server.names |= {"inside.example": ["192.168.0.1"], "gone.example": []}
    server.answers["/"] = Answer(status=302, headers={"Location": target.replace("PORT", str(server.port))})
    assert why(f"http://client.example:{server.port}/", server.reach()) == reason
    assert server.asked == [("client.example", "/")]


def test_five_redirects_are_followed_and_no_more(server: Server) -> None:
    for n in range(6):
        server.answers[f"/{n}"] = Answer(status=301, headers={"Location": f"/{n + 1}"})
    server.answers["/6"] = Answer(b"the end")
    assert get(server, "/1").text == "the end"
    assert why(f"http://client.example:{server.port}/0", server.reach()) == "redirects"


def test_a_large_page_is_cut_also_when_it_was_packed_small(server: Server) -> None:
    server.answers["/large"] = Answer(b"x" * 3_000_000)
    server.answers["/bomb"] = Answer(gzip.compress(b"x" * 50_000_000), headers={"Content-Encoding": "gzip"})
    assert len(get(server, "/large").text) == fetching.MOST_BYTES
    assert len(get(server, "/bomb").text) == fetching.MOST_BYTES


def test_packed_and_foreign_letters_are_read(server: Server) -> None:
    server.answers["/"] = Answer(
        gzip.compress("café".encode("latin-1")),
        headers={"Content-Encoding": "gzip", "Content-Type": "text/html; charset=latin-1"},
    )
    assert get(server).text == "café"
    server.answers["/odd"] = Answer("é".encode(), headers={"Content-Type": "text/html; charset=nonsense"})
    assert get(server, "/odd").text == "é"


@pytest.mark.parametrize("packing", ["br", "gzip"])
def test_what_cannot_be_unpacked_is_said(server: Server, packing: str) -> None:
    server.answers["/"] = Answer(b"nonsense", headers={"Content-Encoding": packing})
    assert why(f"http://client.example:{server.port}/", server.reach()) == "broken"


def test_a_slow_server_is_left_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    assert why(f"http://client.example:{server.port}/stall", server.reach()) == "slow"


def test_a_server_that_is_not_there_is_said(server: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        reach = Reach(server.reach().resolve, server.reach().allows, frozenset({port}))
        assert why(f"http://client.example:{port}/", reach) == "refused"


def test_a_server_without_a_certificate_is_said(server: Server) -> None:
    assert why(f"https://client.example:{server.port}/", server.reach()) == "certificate"


def test_no_proxy_of_the_environment_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.answers["/"] = Answer(b"here")
    assert get(server).text == "here"
