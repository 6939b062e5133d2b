"""Proof of a domain by DNS: a TXT record, asked of a real name server on this machine."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests import people
from tests.sites.pages import serving
from trailhouse.sites import checking, dns_records, proving
from trailhouse.sites.dns_records import Texts
from trailhouse.sites.models import Site

NAME = "_trailhouse.client.example"


@dataclass
class NameServer:
    """Answers by name; a name that it does not know has no record, and of `silent` ones it says nothing."""

    port: int
    records: dict[str, list[str]] = field(default_factory=dict)  # as they stand in a zone file
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
        if name in self.records:
            reply.answer.append(dns.rrset.from_text_list(query.question[0].name, 60, "IN", "TXT", self.records[name]))
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    def texts(self) -> Texts:
        """Asks this server alone."""
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.port
        return dns_records.asking(resolver)


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


@pytest.fixture
def server() -> Iterator[NameServer]:
    """A name server of this test."""
    with answering() as server:
        yield server


def ask(server: NameServer, name: str = NAME) -> frozenset[str]:
    async def asked() -> frozenset[str]:
        return await server.texts()(name)

    return asyncio.run(asked())


def test_all_texts_of_a_name_are_read_and_long_ones_put_together(server: NameServer) -> None:
    server.records[NAME] = ['"v=spf1 -all"', '"trailhouse=" "abc"', f'"{"a" * 255}" "{"b" * 40}"', r'"\255"']
    assert ask(server) == {"v=spf1 -all", "trailhouse=abc", "a" * 255 + "b" * 40, "\ufffd"}
    assert server.asked == [NAME]


@pytest.mark.parametrize("name", ["nothing.example", f"{'a' * 64}.example", ".".join(["a" * 60] * 6), "a..example"])
def test_a_name_without_texts_or_that_cannot_be_one_has_none(server: NameServer, name: str) -> None:
    assert ask(server, name) == frozenset()


def test_a_server_that_says_nothing_holds_nobody_up(server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_records, "SECONDS", 0.2)
    server.silent = True
    assert ask(server) == frozenset()
    assert set(server.asked) == {NAME}


@pytest.mark.django_db
def test_the_record_proves_the_domain_also_where_the_page_cannot_be_reached(server: NameServer) -> None:
    site, other = people.bakery(), people.law_firm()
    with serving() as pages:
        reach = replace(pages.reach(), texts=server.texts())
        name = "_trailhouse.harbour-bakery.example"
        server.records[name] = [f'"trailhouse={proving.token_of(other)}"']
        report = proving.check_page(site, reach, scheme="http", port=pages.port)
        assert not report.proves
        server.records[name].append(f'"trailhouse={proving.token_of(site)}"')
        report = proving.check_page(site, reach, scheme="http", port=pages.port)
    assert [finding.code for finding in report.findings] == ["unreachable", "dns_found"]
    assert set(server.asked) == {name}
    assert Site.objects.get(pk=site.pk).proved_at is not None


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("client.example/shop", "_trailhouse.client.example"),
        ("blog.client.example", "_trailhouse.blog.client.example"),
        ("bäckerei.example", "_trailhouse.xn--bckerei-5wa.example"),
    ],
)
def test_the_record_stands_under_the_domain(domain: str, name: str) -> None:
    assert checking.record_name(domain) == name
