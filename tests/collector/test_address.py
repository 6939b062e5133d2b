from ipaddress import ip_network

import pytest

from trailhouse.collector.address import Proxies

PROXIES = Proxies([ip_network("10.0.0.0/8"), ip_network("::1/128")])


@pytest.mark.parametrize(("peer", "forwarded", "client"), [
    pytest.param("203.0.113.9", "", "203.0.113.9", id="without a header it is the peer"),
    pytest.param("203.0.113.9", "198.51.100.1", "203.0.113.9", id="a stranger's header proves nothing"),
    pytest.param("10.0.0.1", "198.51.100.1", "198.51.100.1", id="a trusted proxy names the client"),
    pytest.param("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1", id="what the client itself wrote is skipped"),
    pytest.param("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1", id="a chain of trusted proxies"),
    pytest.param("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3", id="all trusted: the first of them"),
    pytest.param("10.0.0.1", "198.51.100.1:4711", "198.51.100.1", id="with a port"),
    pytest.param("::1", "[2001:db8::5]:4711", "2001:db8::5", id="version six with a port"),
    pytest.param("::1", "2001:db8::5", "2001:db8::5", id="version six"),
    pytest.param("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1", id="version four inside version six"),
    pytest.param("10.0.0.1", "unknown", "unknown", id="a word is no address and has no place"),
])  # fmt: skip
def test_whose_request_it_is(peer: str, forwarded: str, client: str) -> None:
    assert PROXIES.client(peer, forwarded) == client


def test_without_trusted_proxies_no_header_counts() -> None:
    assert Proxies([]).client("127.0.0.1", "198.51.100.1") == "127.0.0.1"
