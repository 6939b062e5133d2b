"""Clients: what services guarantee."""

import pytest

from tests import people
from trailhouse.accounts.models import AuditEntry
from trailhouse.core.errors import UserError
from trailhouse.sites import clients, selectors
from trailhouse.sites.clients import ClientValues
from trailhouse.sites.models import Client, Site

pytestmark = pytest.mark.django_db


def test_a_clients_name_is_its_own_within_an_account() -> None:
    client = people.client()
    with pytest.raises(UserError) as refusal:
        clients.add_client(people.account(), ClientValues(client.name), by=None)
    assert refusal.value.code == "client_exists"
    other = clients.add_client(people.account(), ClientValues("Other"), by=None)
    with pytest.raises(UserError):
        clients.change_client(other, ClientValues(client.name), by=None)
    theirs = people.stranger().accounts.get()
    assert clients.add_client(theirs, ClientValues(client.name), by=None).pk != client.pk


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (ClientValues(" "), "wrong_name"),
        (ClientValues("A", email="nobody"), "wrong_email"),
        (ClientValues("A", language="xx"), "wrong_language"),
    ],
)
def test_wrong_values_are_refused(values: ClientValues, code: str) -> None:
    with pytest.raises(UserError) as refusal:
        clients.add_client(people.account(), values, by=None)
    assert refusal.value.code == code
    assert not Client.objects.exists()


def test_a_site_has_one_client_and_none_of_another_account() -> None:
    first, second = people.client(), clients.add_client(people.account(), ClientValues("Second"), by=None)
    clients.set_sites(second, [people.bakery().pk, people.law_firm().pk], by=None)
    assert not first.sites.exists()
    assert second.sites.count() == 2
    theirs = people.stranger().accounts.get().sites.get()
    with pytest.raises(UserError) as refusal:
        clients.set_sites(second, [theirs.pk], by=None)
    assert refusal.value.code == "wrong_site"
    assert second.sites.count() == 2
    before = AuditEntry.objects.count()
    clients.set_sites(second, [people.law_firm().pk, people.bakery().pk], by=None)
    assert AuditEntry.objects.count() == before, "nothing changed, so nothing is noted"


def test_deleting_a_client_keeps_its_sites_and_ends_the_access_of_its_people() -> None:
    user, site = people.client_member(), people.bakery()
    clients.delete_client(people.client(), by=people.reseller())
    assert Site.objects.get(pk=site.pk).client is None
    assert not selectors.sites_of(user).exists()
