"""Proof of a domain by DNS: a TXT record, asked of a real name server on this machine."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import people
from tests.branding.name_server import NameServer, answering
from tests.sites.pages import serving
from trailhouse.branding import dns_records
from trailhouse.sites import checking, proving
from trailhouse.sites.models import Site

NAME = "_stats-proof.client.example"


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
    server.records[NAME] = ['"v=spf1 -all"', '"stats-proof=" "abc"', f'"{"a" * 255}" "{"b" * 40}"', r'"\255"']
    assert ask(server) == {"v=spf1 -all", "stats-proof=abc", "a" * 255 + "b" * 40, "\ufffd"}
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
        name = "_stats-proof.harbour-bakery.example"
        server.records[name] = [f'"stats-proof={proving.token_of(other)}"']
        report = proving.check_page(site, reach, scheme="http", port=pages.port)
        assert not report.proves
        server.records[name].append(f'"stats-proof={proving.token_of(site)}"')
        report = proving.check_page(site, reach, scheme="http", port=pages.port)
    assert [finding.code for finding in report.findings] == ["unreachable", "dns_found"]
    assert set(server.asked) == {name}
    assert Site.objects.get(pk=site.pk).proved_at is not None


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("client.example/shop", "_stats-proof.client.example"),
        ("blog.client.example", "_stats-proof.blog.client.example"),
        ("bäckerei.example", "_stats-proof.xn--bckerei-5wa.example"),
    ],
)
def test_the_record_stands_under_the_domain(domain: str, name: str) -> None:
    assert checking.record_name(domain) == name
