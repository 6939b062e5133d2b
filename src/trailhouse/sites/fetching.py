"""Asks a stranger's server for a page, or posts to it, without being led to our own network.

The name is resolved once a hop and that very address is connected to; what is not public is refused, on each hop.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from yarl import URL

from trailhouse.branding import dns_records
from trailhouse.branding.dns_records import Texts

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Awaitable[list[str]]]

SECONDS = 10
MOST_BYTES = 1_000_000
MOST_REDIRECTS = 5
MOST_HEADER = 65_536  # bytes of one; some policies are longer than the 8 kB that aiohttp takes by itself
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; SiteCheck/1.0)",
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip",
}

# What ipaddress counts as global and is none for us: each may lead into a network that is not the Internet.
_MORE_REFUSED: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
    )
)  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether `address` belongs to the Internet at large; of one that carries an IPv4 address, both are judged."""
    inner = _carried(address)
    if inner is not None:
        return is_public(inner)
    if any(address in network for network in _MORE_REFUSED if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, compatible, 6to4 or NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    number = int(address)
    if address in _NAT64 or 1 < number < 2**32:
        return IPv4Address(number & 0xFFFFFFFF)
    return None


async def resolve_name(host: str) -> list[str]:
    """The addresses of `host` as this machine finds them. Raises OSError where there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Reach:
    """What may be fetched and asked; tests give one that reaches their own servers."""

    resolve: Resolve = resolve_name
    allows: Callable[[Address], bool] = is_public
    ports: frozenset[int] = frozenset({80, 443})
    texts: Texts = dns_records.texts


INTERNET = Reach()


class UnreachableError(Exception):
    """The page could not be had. `why` is one of the words below; `detail` is of the other side's making."""

    WHYS = frozenset(
        {"no_such_name", "private", "port", "scheme", "refused", "certificate", "slow", "redirects", "status", "broken"}
    )

    def __init__(self, why: str, detail: str = "") -> None:
        assert why in self.WHYS
        super().__init__(f"{why} {detail}".strip())
        self.why = why
        self.detail = detail[:200]


@dataclass(frozen=True)
class Page:
    """What came back: after redirects, cut at MOST_BYTES."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())
    text: str = ""

    def all(self, name: str) -> list[str]:
        """The values of all headers of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


async def fetch(url: str, reach: Reach = INTERNET) -> Page:
    """The page at `url`, whatever its status. Raises UnreachableError with the reason."""
    try:
        async with asyncio.timeout(SECONDS):
            target = URL(url)
            for _hop in range(MOST_REDIRECTS + 1):
                found = await _one(target, reach)
                if isinstance(found, Page):
                    return found
                target = found
            raise UnreachableError("redirects")
    except TimeoutError:
        raise UnreachableError("slow") from None
    except ValueError as error:  # no URL
        raise UnreachableError("broken", str(error)) from None


async def post(url: str, body: bytes, headers: Mapping[str, str], reach: Reach = INTERNET) -> Page:
    """What the server at `url` answers to `body`, whatever its status; redirects are not followed.

    Raises UnreachableError with the reason.
    """
    try:
        async with asyncio.timeout(SECONDS):
            target = URL(url)
            found = await _one(target, reach, body, headers)
            if isinstance(found, Page):
                return found
            raise UnreachableError("redirects")
    except TimeoutError:
        raise UnreachableError("slow") from None
    except ValueError as error:  # no URL
        raise UnreachableError("broken", str(error)) from None


async def _one(url: URL, reach: Reach, body: bytes | None = None, own: Mapping[str, str] | None = None) -> Page | URL:
    """One hop: the page, or the address to which it leads. A `body` is posted, with headers of its own."""
    import aiohttp  # late: a fifth of a second that no command and no start need spend

    from trailhouse.sites.pinned import Pinned

    pinned = await _pinned(url, reach)
    connector = aiohttp.TCPConnector(resolver=Pinned(pinned), use_dns_cache=False, force_close=True)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        max_field_size=MOST_HEADER,
        headers={**HEADERS, **(own or {})},
    )
    method = "GET" if body is None else "POST"
    try:
        async with session, session.request(method, url, data=body, allow_redirects=False) as answer:
            target = answer.headers.get("Location", "")
            if answer.status in REDIRECTS and target:
                return url.join(URL(target))
            headers = tuple((name, value) for name, value in answer.headers.items())
            return Page(str(url), answer.status, headers, await _text(answer))
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError, ssl.SSLError) as error:
        raise UnreachableError("certificate", str(error)) from None
    except aiohttp.ClientConnectorError as error:
        raise UnreachableError("refused", error.os_error.strerror or "") from None
    except (aiohttp.ClientError, OSError) as error:
        raise UnreachableError("broken", str(error)) from None


async def _pinned(url: URL, reach: Reach) -> list[Address]:
    """The addresses of the host of `url`, all of which may be connected to. Raises UnreachableError.

    The host is read by the very class that makes the request, so that no two readings of one URL differ.
    """
    if url.scheme not in {"http", "https"} or not url.raw_host or url.user is not None:
        raise UnreachableError("scheme", url.scheme)
    if url.port not in reach.ports:
        raise UnreachableError("port", str(url.port))
    addresses = [_address(text) for text in await _resolved(url.raw_host, reach)]
    # One address inside is enough to refuse: who owns the name decides which of them is asked.
    if not all(reach.allows(address) for address in addresses):
        raise UnreachableError("private", url.raw_host)
    return addresses


async def _resolved(host: str, reach: Reach) -> list[str]:
    try:
        ip_address(host)
    except ValueError:
        pass
    else:
        return [host]
    try:
        found = await reach.resolve(host)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise UnreachableError("no_such_name", host)
    return found


def _address(text: str) -> Address:
    """The address without its zone: fe80::1%eth0 is judged as fe80::1."""
    return ip_address(text.partition("%")[0])


async def _text(answer: Any) -> str:
    """The body as text, at most MOST_BYTES of it, packed or not."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        body += chunk
        if len(body) >= MOST_BYTES:
            break
    content = bytes(body[:MOST_BYTES])
    packing = answer.headers.get("Content-Encoding", "").strip().lower()
    if packing in {"gzip", "x-gzip", "deflate"}:
        try:
            content = zlib.decompressobj(47).decompress(content, MOST_BYTES)  # 47: gzip or zlib, by its first bytes
        except zlib.error:
            raise UnreachableError("broken", packing) from None
    elif packing not in {"", "identity"}:
        raise UnreachableError("broken", packing)
    try:
        return content.decode(answer.charset or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
