"""Whose request it is: the peer, or what a trusted proxy says of it. No address is remembered."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network


class Networks:
    """Ranges of addresses; asking whether one is in them costs a microsecond, where `ipaddress` takes ten."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        ranges: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for network in networks:
            ranges[network.version].append((int(network[0]), int(network[-1])))
        self._four, self._six = ranges[4], ranges[6]

    def __contains__(self, address: str) -> bool:
        """Whether this text is an address in one of the ranges."""
        four = ":" not in address
        ranges = self._four if four else self._six
        if not ranges:
            return False
        try:
            number = int.from_bytes(socket.inet_pton(socket.AF_INET if four else socket.AF_INET6, address))
        except (OSError, ValueError):
            return False
        return any(first <= number <= last for first, last in ranges)


class Proxies:
    """The networks whose forwarding header counts. Without one, the peer is the client."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._networks = Networks(networks)

    def client(self, peer: str, forwarded: str) -> str:
        """The client's address: of a trusted peer's X-Forwarded-For, the rightmost entry that is no trusted proxy.

        Everything left of that entry was written by the client itself and proves nothing.
        """
        peer = _plain(peer)
        if not forwarded or peer not in self._networks:
            return peer
        address = peer
        for entry in reversed(forwarded.split(",")):
            address = _plain(_bare(entry.strip()))
            if address not in self._networks:
                return address
        return address

    def trusts(self, peer: str) -> bool:
        """Whether `peer` is one of the trusted proxies."""
        return _plain(peer) in self._networks


def _bare(entry: str) -> str:
    """An entry without its port: 192.0.2.1:4711 and [2001:db8::1]:4711."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _plain(address: str) -> str:
    """An IPv4 address as itself where a socket of version six shows it as ::ffff:192.0.2.1."""
    return address[7:] if address.startswith("::ffff:") and "." in address else address
