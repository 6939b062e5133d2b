"""What the DNS says of a domain that somebody claims: whether it is theirs, and whether it leads here."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from trailhouse.branding import hosts
from trailhouse.branding.dns_records import Resolver, UnansweredError, Way

T = TypeVar("T")

PROOF = "_stats-proof"  # names no product: clients can look it up
MOST_FOUND = 300  # letters of what is kept of an answer


class Problem(StrEnum):
    """What stands in the way of a domain; `Domain.problem` holds one, or nothing."""

    NO_ANSWER = "no_answer"  # no resolver answered: nothing is known
    NO_PROOF = "no_proof"  # there is no TXT record
    WRONG_PROOF = "wrong_proof"  # there is one, with something else
    TAKEN = "taken"  # the record is right, and so is another account's that proved the name before
    PROOF_GONE = "proof_gone"  # it was proved; the record is away now
    NO_ADDRESS = "no_address"  # the name leads nowhere
    ELSEWHERE = "elsewhere"  # the name leads to another machine, or to a proxy that may pass on to us


@dataclass(frozen=True)
class Found:
    """The answers of the DNS about one domain. `texts` or `way` None: nobody answered."""

    texts: frozenset[str] | None
    way: Way | None
    ours: Way | None  # where the instance's own name leads

    def proves(self, token: str) -> bool:
        """Whether the TXT record says what it must."""
        return self.texts is not None and text_of(token) in self.texts

    @property
    def leads_here(self) -> bool:
        """Whether the name is an alias of the instance's own, or has one of its addresses."""
        if self.way is None:
            return False
        if hosts.instance_host() in self.way.aliases:
            return True
        return self.ours is not None and bool(self.way.addresses & self.ours.addresses)

    @property
    def shown(self) -> str:
        """Where the name leads, in the DNS's own words."""
        if self.way is None:
            return ""
        return ", ".join([*sorted(self.way.aliases), *sorted(self.way.addresses)])[:MOST_FOUND]

    def problem_of_proof(self, token: str, *, proved: bool) -> str:
        """What is wrong with the TXT record; empty: nothing."""
        if self.texts is None:
            return Problem.NO_ANSWER
        if self.proves(token):
            return ""
        if proved:
            return Problem.PROOF_GONE
        ours = any(text.startswith(text_of("")) for text in self.texts)
        return Problem.WRONG_PROOF if ours else Problem.NO_PROOF

    def problem_of_way(self) -> str:
        """What is wrong with where the name leads; empty: nothing."""
        if self.way is None:
            return Problem.NO_ANSWER
        if self.leads_here:
            return ""
        return Problem.ELSEWHERE if self.way.aliases or self.way.addresses else Problem.NO_ADDRESS


def text_of(token: str) -> str:
    """What the TXT record says for `token`."""
    return f"stats-proof={token}"


def proof_name(host: str) -> str:
    """Where the TXT record of a host name stands."""
    return f"{PROOF}.{host}"


async def look(host: str, resolver: Resolver) -> Found:
    """Ask `resolver` about `host`."""
    texts, way, ours = await asyncio.gather(
        _known(resolver.texts(proof_name(host))),
        _known(resolver.way(host)),
        _known(resolver.way(hosts.instance_host())),
    )
    return Found(texts, way, ours)


async def _known(asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except UnansweredError:
        return None
