"""Asks the DNS: for the texts of a name, and for where it leads. The machine's own resolvers are asked, nobody else.

The library is loaded with the first question: that takes a tenth of a second, which no command and no start need spend.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver as Asker
    from dns.rdtypes.ANY.TXT import TXT
    from dns.resolver import Answer

Texts = Callable[[str], Awaitable[frozenset[str]]]

SECONDS = 4.0  # for all tries together; the page of the same check may take longer


class UnansweredError(Exception):
    """No resolver answered in time: nothing is known about the name."""


@dataclass(frozen=True)
class Way:
    """Where a name leads: the names that it is an alias of, and the addresses at the end. Both empty: nowhere."""

    aliases: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()


def _machines() -> "Asker":
    from dns.asyncresolver import Resolver as Asker

    return Asker()


class Resolver:
    """Asks the resolver that `make` makes; one for each question, as its network may change meanwhile."""

    def __init__(self, make: Callable[[], "Asker"] = _machines) -> None:
        self._make = make

    async def texts(self, name: str) -> frozenset[str]:
        """The texts of `name`; none where it has none or cannot exist. Raises UnansweredError."""
        from dns.rdtypes.ANY.TXT import TXT

        answer = await self._ask(name, "TXT")
        return frozenset(_text(record) for record in answer or () if isinstance(record, TXT))

    async def way(self, name: str) -> Way:
        """Where `name` leads. Raises UnansweredError."""
        from dns.rdtypes.ANY.CNAME import CNAME

        aliases: set[str] = set()
        addresses: set[str] = set()
        for kind in ("A", "AAAA"):
            answer = await self._ask(name, kind)
            if answer is None:
                continue
            for one in answer.response.answer:
                aliases |= {_plain(record.target.to_text()) for record in one if isinstance(record, CNAME)}
            addresses |= {record.to_text() for record in answer.rrset or ()}
        return Way(frozenset(aliases), frozenset(addresses))

    async def _ask(self, name: str, kind: str) -> "Answer | None":
        from dns.exception import DNSException, Timeout
        from dns.resolver import NXDOMAIN, NoNameservers, NoResolverConfiguration

        try:
            return await self._make().resolve(name, kind, lifetime=SECONDS, search=False, raise_on_no_answer=False)
        except (NoNameservers, NoResolverConfiguration, Timeout, OSError) as error:
            raise UnansweredError from error
        except (NXDOMAIN, DNSException):  # there is none, or it cannot be one
            return None


MACHINE = Resolver()


def asking(resolver: "Asker") -> Texts:
    """Asks `resolver` for texts; where nobody answers there are none."""
    return _calmly(Resolver(lambda: resolver))


async def texts(name: str) -> frozenset[str]:
    """The texts of `name`; none where it has none, cannot exist, or no resolver answers in time."""
    return await _calmly(MACHINE)(name)


def _calmly(resolver: Resolver) -> Texts:
    async def texts(name: str) -> frozenset[str]:
        try:
            return await resolver.texts(name)
        except UnansweredError:
            return frozenset()

    return texts


def _text(record: "TXT") -> str:
    # A long text stands in pieces of 255 bytes.
    return b"".join(record.strings).decode(errors="replace")


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
