"""Who sends a request, as far as its headers and its address tell: worked out once, while the sender stays.

Most events come from somebody who has sent one just before, with the same headers from the same address. What was found
out then is remembered by a hash of those under a random key that is this process's own (PEP 456): no address outlives
its request.
"""

from sys import intern

import msgspec

from trailhouse.collector.address import Proxies
from trailhouse.collector.agents import Agent, language, parse_agent
from trailhouse.collector.bots import bot_reason
from trailhouse.collector.geo import Place, Places

# The headers that say who is sending, lower case. The last one names the client behind a trusted proxy.
HEADERS: tuple[str, ...] = (
    "user-agent", "accept-language", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform",
    "sec-ch-ua-platform-version", "sec-ch-ua-full-version-list", "sec-purpose", "purpose", "x-purpose", "x-moz",
    "x-forwarded-for",
)  # fmt: skip

_REMEMBERED = 32_768  # in each of two generations; half a kilobyte each
_USUAL_LENGTH = 2_000  # of all values together; longer ones are rare, and would let a hostile sender fill the memory


class Sender(msgspec.Struct, gc=False):
    """The program and the place behind a request; without the address."""

    user_agent: str
    agent: Agent
    language: str  # primary tag such as "nl"; "" unknown
    bot: str | None  # why it is no visitor
    place: Place
    # The visitor ids that were made of it last, of which site and under which salts.
    site_id: int = -1
    salts: tuple[bytes, bytes | None] = (b"", None)
    visitor_ids: tuple[int, int] = (0, 0)


class Senders:
    """Finds the Sender of a request, and remembers the latest ones in bounded memory."""

    def __init__(self, places: Places, proxies: Proxies) -> None:
        self._places = places
        self._proxies = proxies
        self._young: dict[int, Sender] = {}
        self._old: dict[int, Sender] = {}

    def address(self, peer: str, forwarded: str) -> str:
        """The address of the client that `peer` speaks for."""
        return self._proxies.client(peer, forwarded)

    def find(self, peer: str, values: tuple[str, ...]) -> Sender:
        """The sender that `peer` speaks for; `values` are those of HEADERS, "" where one is missing."""
        key = hash((peer, values))
        sender = self._young.get(key)
        if sender is None:
            sender = self._old.get(key) or self._learn(peer, values)
            if sum(map(len, values)) <= _USUAL_LENGTH:
                self._remember(key, sender)
        return sender

    def forget(self) -> None:
        """Work everything out anew: the databases of places have changed."""
        self._young, self._old = {}, {}

    def _remember(self, key: int, sender: Sender) -> None:
        if len(self._young) >= _REMEMBERED:
            self._young, self._old = {}, self._young
        self._young[key] = sender

    def _learn(self, peer: str, values: tuple[str, ...]) -> Sender:
        headers = {name: value for name, value in zip(HEADERS, values, strict=True) if value}
        user_agent = intern(headers.get("user-agent", ""))  # thousands of senders have the same
        place = self._places.lookup(self.address(peer, values[-1]))
        return Sender(
            user_agent,
            parse_agent(user_agent, headers),
            language(headers.get("accept-language", "")),
            bot_reason(user_agent, headers, place.organisation),
            place,
        )
