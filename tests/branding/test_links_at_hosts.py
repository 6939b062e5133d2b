"""Shared links, invitations and API keys at the hosts of brands: each leads where something is behind it."""

from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.test import RequestFactory
from pytest_django import Settings

from tests import people
from tests.branding.test_hosts import EVERY_HOST, HARBOUR, OWN, TIDE, World, browser, domain_of, world
from tests.outbox.conftest import use_server
from trailhouse.accounts.models import Account
from trailhouse.accounts.services import OPERATOR_SCOPE, create_api_key
from trailhouse.branding.models import Brand
from trailhouse.sites import invitations, sharing
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Role
from trailhouse.sites.roles import Grant
from trailhouse.sites.sharing import LinkText

__all__ = ["world"]
pytestmark = pytest.mark.django_db


def test_a_shared_link_leads_to_its_site_at_the_hosts_where_that_exists(world: World) -> None:
    link = sharing.add_link(world.bakery, LinkText("For the board"), by=people.reseller())
    statuses = [browser(host).get(f"/share/{link.slug}").status_code for host in EVERY_HOST]
    assert statuses == [200, 404, 200]


def test_the_address_of_a_shared_link_is_the_brands(world: World) -> None:
    link = sharing.add_link(world.bakery, LinkText("For the board"), by=people.reseller())
    there = f"http://{HARBOUR}:8000/share/{link.slug}"
    assert sharing.address_of(world.bakery, link.slug) == there
    assert (
        f">{there}</code>"
        in browser(OWN, people.reseller()).get(f"/sites/{world.bakery.key}/settings/sharing").content.decode()
    )
    token = create_api_key(people.account(), by=people.reseller(), scopes=["sites"])[1]
    asked = {"site_id": world.bakery.domain, "name": "For the board"}
    headers = {"Authorization": f"Bearer {token}"}
    told = Browser(headers=headers).put("/api/v1/sites/shared-links", asked, content_type="application/json")
    assert told.json() == {"name": "For the board", "url": there}


def test_an_invitation_is_taken_up_where_it_leads_to_something(world: World, settings: Settings) -> None:
    use_server(settings, "")  # whoever invites is shown the link

    def token(grant: Grant, email: str) -> str:
        invitation, token = invitations.invite(people.account(), people.reseller(), NewInvitation(email, grant))
        leads[email] = urlsplit(invitations.shown_link(invitation, token)).hostname or ""
        return token

    leads: dict[str, str] = {}
    to_site = token(Grant(Role.STANDARD, sites=(world.law_firm,)), "new@law.example")
    to_client = token(Grant(Role.STANDARD, client=people.client()), "new@bakery.example")
    to_all = token(Grant(Role.SUPER, everywhere=True), "new@northlight.example")
    books = token(Grant(Role.BOOKKEEPER, everywhere=True), "books2@northlight.example")
    found = {
        host: [browser(host).get(f"/invitations/{one}").status_code for one in (to_site, to_client, to_all, books)]
        for host in EVERY_HOST
    }
    assert found == {OWN: [200] * 4, TIDE: [200, 404, 200, 404], HARBOUR: [404, 200, 200, 404]}
    assert list(leads.values()) == [TIDE, HARBOUR, "127.0.0.1", "127.0.0.1"]


def test_a_key_works_at_the_hosts_of_its_own_account(world: World) -> None:
    def ask(token: str, host: str, path: str = "/api/v1/sites") -> int:
        return Browser(headers={"host": host}).get(path, headers={"authorization": f"Bearer {token}"}).status_code

    mine = create_api_key(people.account(), by=people.reseller(), scopes=["sites"])[1]
    theirs = create_api_key(people.stranger().accounts.get(), by=people.stranger(), scopes=["sites"])[1]
    assert [ask(mine, host) for host in EVERY_HOST] == [200, 200, 200]
    assert [ask(theirs, host) for host in EVERY_HOST] == [200, 401, 401]
    account: Account = people.operator().accounts.get()
    operators = create_api_key(account, by=people.operator(), scopes=[OPERATOR_SCOPE])[1]
    domain_of(Brand.objects.create(account=account, name="House"), "house.example")
    assert [ask(operators, host, "/api/v1/operator/accounts") for host in (OWN, "house.example")] == [200, 401]


def test_a_passkey_is_of_the_host_where_it_was_made(world: World) -> None:
    from allauth.core import context
    from allauth.mfa.adapter import get_adapter

    for host in (TIDE, HARBOUR):
        with context.request_context(RequestFactory(headers={"host": f"{host}:8443"}).get("/")):
            assert get_adapter().get_public_key_credential_rp_entity()["id"] == host
