"""Whose request it is: the peer, or what a trusted proxy says of it."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address


class Proxies:
    """The networks whose forwarding header counts. Without one, the peer is the client."""

    def __init__(self, networks: Sequence[IPv4Network | IPv6Network]) -> None:
        self._networks = tuple(networks)
        self._trusted = lru_cache(maxsize=20_000)(self._is_trusted)

    def client(self, peer: str, forwarded: str) -> str:
        """The client's address: of a trusted peer's X-Forwarded-For, the rightmost entry that is no trusted proxy.

        Everything left of that entry was written by the client itself and proves nothing.
        """
        peer = _plain(peer)
        if not forwarded or not self._networks or not self._trusted(peer):
            return peer
        address = peer
        for entry in reversed(forwarded.split(",")):
            address = _plain(_bare(entry.strip()))
            if not self._trusted(address):
                return address
        return address

    def trusts(self, peer: str) -> bool:
        """Whether `peer` is one of the trusted proxies."""
        return bool(self._networks) and self._trusted(_plain(peer))

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._networks if network.version == address.version)


def _bare(entry: str) -> str:
    """An entry without its port: 192.0.2.1:4711 and [2001:db8::1]:4711."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _plain(address: str) -> str:
    """An IPv4 address as itself where a socket of version six shows it as ::ffff:192.0.2.1."""
    return address[7:] if address.startswith("::ffff:") and "." in address else address
