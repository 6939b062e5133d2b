"""Requests as our tracker's visitors send them: 50 user agents, 10,000 addresses, 1,000 paths, 60 sources."""

import json
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random

SEPARATOR = b"\x1e"
ADDRESSES, PATHS, SOURCES, VISITORS = 10_000, 1_000, 60, 20_000
BLOCK = 4_000  # visitors that come before the pings of the first of them: a ping needs a running visit

_NOT_PUBLIC = frozenset((0, 10, 100, 127, 169, 172, 192, 198, 203))
_CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 {}Safari/537.36{}"
_DESKS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "X11; CrOS x86_64 14541.0.0",
)
_WORDS = (
    "garden", "kitchen", "harbour", "letter", "market", "island", "morning", "winter", "travel", "school", "bicycle",
    "camera", "paper", "river",
)  # fmt: skip
_KNOWN = (
    "www.google.com", "www.google.de", "www.bing.com", "duckduckgo.com", "l.instagram.com", "m.facebook.com", "t.co",
    "www.linkedin.com", "chatgpt.com", "www.perplexity.ai", "www.youtube.com", "news.ycombinator.com",
)  # fmt: skip


def user_agents() -> list[str]:
    """50 of today's browsers."""
    found = [_CHROME.format(desk, version, "", "") for desk in _DESKS for version in (139, 140, 141, 142)]
    found += [_CHROME.format("Linux; Android 10; K", version, "Mobile ", "") for version in range(136, 143)]
    found += [_CHROME.format(_DESKS[0], version, "", f" Edg/{version}.0.0.0") for version in range(139, 143)]
    found += [_CHROME.format(_DESKS[0], 138, "", f" OPR/{version}.0.0.0") for version in (121, 122)]
    safari = "Mozilla/5.0 ({}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} {}Safari/{}"
    for version in ("17.6", "18.3", "18.5", "18.6", "26.0", "26.1"):
        phone = f"iPhone; CPU iPhone OS {version.replace('.', '_')} like Mac OS X"
        found.append(safari.format(phone, version, "Mobile/15E148 ", "604.1"))
        found.append(safari.format(_DESKS[1], version, "", "605.1.15"))
    firefox = "Mozilla/5.0 ({}; rv:{}.0) Gecko/20100101 Firefox/{}.0"
    found += [firefox.format(desk, v, v) for desk in _DESKS[:3] for v in (143, 144)]
    found += [f"Mozilla/5.0 (Android 15; Mobile; rv:{v}.0) Gecko/{v}.0 Firefox/{v}.0" for v in (143, 144)]
    found.append(_CHROME.format("Linux; Android 14; SAMSUNG SM-S918B", 130, "SamsungBrowser/28.0 Mobile ", ""))
    assert len(set(found)) == 50, len(set(found))
    return found


def addresses(rnd: Random) -> list[str]:
    """Public addresses, one in five of version 6."""
    found: set[str] = set()
    while len(found) < ADDRESSES:
        if len(found) % 5 == 0:
            found.add(str(IPv6Address(0x2A02 << 112 | rnd.getrandbits(109))))
        else:
            first = rnd.randint(1, 223)
            if first not in _NOT_PUBLIC:
                found.add(str(IPv4Address(first << 24 | rnd.getrandbits(24))))
    return sorted(found)


def sources(rnd: Random) -> list[tuple[str, str]]:
    """60 pairs of a referrer and a landing query."""
    found = [("", ""), *((f"https://{host}/", "") for host in _KNOWN)]
    while len(found) < SOURCES:
        if len(found) % 4:
            found.append((f"https://www.{rnd.choice(_WORDS)}-{len(found)}.example/{rnd.choice(_WORDS)}", ""))
        else:
            query = f"?utm_source={rnd.choice(_WORDS)}&utm_medium=email&utm_campaign={rnd.choice(_WORDS)}-{len(found)}"
            found.append(("", query))
    return found


class Visitor:
    """One visitor of one site, who sends the same headers each time."""

    def __init__(self, rnd: Random, site: tuple[str, str], agent: str, address: str, host: str) -> None:
        self._rnd = rnd
        self._domain, self._key = site
        self._width = rnd.choice((390, 412, 1366, 1536, 1920))
        head = (
            f"POST /api/event HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: {address}\r\nUser-Agent: {agent}\r\n"
            "Content-Type: text/plain;charset=UTF-8\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
            f"Accept-Language: {rnd.choice(('nl-NL,nl;q=0.9,en;q=0.8', 'de-DE,de;q=0.9', 'en-GB,en;q=0.9'))}\r\n"
            f"Origin: https://{self._domain}\r\nReferer: https://{self._domain}/\r\n"
            "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\n"
        )
        if "Chrome/" in agent:
            version = agent.partition("Chrome/")[2].partition(".")[0]
            mobile = "?1" if "Mobile" in agent else "?0"
            head += (
                f'Sec-CH-UA: "Chromium";v="{version}", "Google Chrome";v="{version}", "Not_A Brand";v="99"\r\n'
                f'Sec-CH-UA-Mobile: {mobile}\r\nSec-CH-UA-Platform: "{"Android" if mobile == "?1" else "Windows"}"\r\n'
            )
        self._head = head

    def pageview(self, path: str, source: tuple[str, str]) -> bytes:
        """The visitor opens a page."""
        referrer, query = source
        return self._request(
            n="pageview", u=f"https://{self._domain}{path}{query}", r=referrer, t=f"About {path[1:]}", w=self._width
        )

    def engagement(self, path: str) -> bytes:
        """The visitor has read it."""
        depth, engaged = self._rnd.randint(10, 100), self._rnd.randint(900, 200_000)
        return self._request(n="engagement", u=f"https://{self._domain}{path}", sd=depth, e=engaged, w=self._width)

    def event(self, path: str) -> bytes:
        """The visitor does something on it."""
        props = {"plan": self._rnd.choice(("free", "team", "agency")), "place": self._rnd.choice(_WORDS)}
        return self._request(n="Sign-up", u=f"https://{self._domain}{path}", p=props, w=self._width)

    def _request(self, **fields: object) -> bytes:
        body = json.dumps({**fields, "d": self._key}, separators=(",", ":"))
        return f"{self._head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def made(sites: Sequence[tuple[str, str]], host: str) -> Iterator[bytes]:
    """All requests in the order in which they are sent; `sites` as domain and key."""
    rnd = Random(20_260_101)
    agents, people, ways = user_agents(), addresses(rnd), sources(rnd)
    paths = [f"/{rnd.choice(_WORDS)}/{rnd.choice(_WORDS)}-{rnd.choice(_WORDS)}-{number}" for number in range(PATHS)]
    for _ in range(VISITORS // BLOCK):
        block = [
            (Visitor(rnd, rnd.choice(sites), rnd.choice(agents), rnd.choice(people), host), rnd.choice(paths))
            for _ in range(BLOCK)
        ]
        yield from (visitor.pageview(path, rnd.choice(ways)) for visitor, path in block)
        yield from (visitor.engagement(path) for visitor, path in block if rnd.random() < 0.6)
        yield from (visitor.event(path) for visitor, path in block if rnd.random() < 0.08)


def write(path: Path, sites: Sequence[tuple[str, str]], host: str) -> int:
    """Write them to a file for the load generator; how many."""
    requests = list(made(sites, host))
    path.write_bytes(b"".join(request + SEPARATOR for request in requests))
    return len(requests)
