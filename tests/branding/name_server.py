"""A real name server on this machine, for tests of what the DNS proves."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from trailhouse.branding import dns_records
from trailhouse.branding.dns_records import Resolver, Texts


@dataclass
class NameServer:
    """Answers by name; a name that it does not know has no record, and of `silent` ones it says nothing."""

    port: int
    records: dict[str, list[str]] = field(default_factory=dict)  # TXT, as they stand in a zone file
    addresses: dict[str, str] = field(default_factory=dict)  # A
    aliases: dict[str, str] = field(default_factory=dict)  # CNAME
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, wire: bytes) -> bytes | None:
        """The answer to one message."""
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if self.silent:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        kind = query.question[0].rdtype
        while kind == dns.rdatatype.A and name in self.aliases:
            reply.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "CNAME", self.aliases[name] + "."))
            name = self.aliases[name]
        known = {dns.rdatatype.TXT: self.records.get(name, []), dns.rdatatype.A: [self.addresses.get(name, "")]}
        if texts := [text for text in known.get(kind, []) if text]:
            reply.answer.append(dns.rrset.from_text_list(name + ".", 60, "IN", kind, texts))
        elif not reply.answer and name not in self.addresses:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    def _asker(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.port
        return resolver

    def texts(self) -> Texts:
        """Asks this server alone, for texts."""
        return dns_records.asking(self._asker())

    def resolver(self) -> Resolver:
        """Asks this server alone."""
        return Resolver(self._asker)


@contextmanager
def answering() -> Iterator[NameServer]:
    """The name server, as long as the block lasts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        server = NameServer(udp.getsockname()[1])

        def run() -> None:
            while True:
                wire, peer = udp.recvfrom(4096)
                if not wire:
                    return
                reply = server.answer(wire)
                if reply is not None:
                    udp.sendto(reply, peer)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield server
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", server.port))
        thread.join(5)
