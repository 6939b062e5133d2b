"""Asks the DNS for the texts of a name: its TXT records. The machine's own resolvers are asked, nobody else."""

from collections.abc import Awaitable, Callable

import dns.asyncresolver
from dns.exception import DNSException
from dns.rdtypes.ANY.TXT import TXT

Texts = Callable[[str], Awaitable[frozenset[str]]]

SECONDS = 4.0  # for all tries together; the page of the same check may take longer


def asking(resolver: dns.asyncresolver.Resolver) -> Texts:
    """Asks `resolver`."""

    async def texts(name: str) -> frozenset[str]:
        try:
            answer = await resolver.resolve(name, "TXT", lifetime=SECONDS, search=False)
        except (DNSException, OSError):
            return frozenset()
        return frozenset(_text(record) for record in answer if isinstance(record, TXT))

    return texts


async def texts(name: str) -> frozenset[str]:
    """The texts of `name`; none where it has none, cannot exist, or no resolver answers in time."""
    try:
        resolver = dns.asyncresolver.Resolver()
    except (DNSException, OSError):  # this machine names no resolver
        return frozenset()
    return await asking(resolver)(name)


def _text(record: TXT) -> str:
    # A long text stands in pieces of 255 bytes.
    return b"".join(record.strings).decode(errors="replace")
