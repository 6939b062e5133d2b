"""A client's home: all of a client's sites at a glance, the only one at once, and no word that is the reseller's."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import people
from tests.dashboard.account_page import many, text_of
from trailhouse.events.store import Store
from trailhouse.sites.clients import ClientValues, add_client, set_sites
from trailhouse.sites.listing import clients_of, team_accounts
from trailhouse.sites.models import Role, Section, Site
from trailhouse.sites.services import give_role

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    answer = client.get("/", follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def given(numbers: list[int], client: str = "Harbour Bakery") -> None:
    """Give these sites to a client of the reseller's."""
    account = people.account()
    there = account.clients.filter(name=client).first() or add_client(
        account, ClientValues(client), by=people.reseller()
    )
    set_sites(there, numbers, by=people.reseller())


def two_sites() -> None:
    given([people.bakery().pk, people.law_firm().pk])


def test_with_one_site_one_lands_on_it(bakery: Site, client: Client) -> None:
    client.force_login(people.client_member())
    for address in ("/", "/sites"):
        assert client.get(address, follow=True).redirect_chain[-1][0] == f"/sites/{bakery.key}"


def test_with_several_all_are_seen_at_a_glance_under_the_clients_name(bakery: Site, client: Client) -> None:
    client.force_login(people.client_member())
    two_sites()
    html = home(client)
    assert "<h1>Harbour Bakery</h1>" in html
    assert "<title>Harbour Bakery · Northlight Studio</title>" in html
    assert html.count('<li class="card site">') == 2
    assert f'href="/sites/{bakery.key}"' in html
    assert f'href="/sites/{bakery.key}/month"' in html
    assert 'class="delta' in html
    assert 'class="spark"' in html
    assert "No visit has been counted yet." in html


def test_no_word_of_the_resellers_is_on_it(bakery: Site, client: Client) -> None:
    client.force_login(people.client_member())
    Site.objects.update(labels=["vip"])
    two_sites()
    words = text_of(home(client)).casefold()
    for word in (
        "vip",
        "label",
        "trial",
        "price",
        " state ",
        "counting",
        "waiting",
        "add a site",
        "script",
        "settings",
    ):
        assert word not in words, word


def test_a_locked_site_is_named_and_leads_nowhere(bakery: Site, client: Client) -> None:
    client.force_login(people.client_member())
    two_sites()
    Site.objects.filter(pk=people.law_firm().pk).update(locked=True)
    html = home(client)
    assert "Temporarily unavailable" in html
    assert html.count('<li class="card site">') == 2
    assert f'href="/sites/{people.law_firm().key}"' not in html.partition("<main")[2]


def test_a_person_of_two_clients_sees_both_by_name(bakery: Site, client: Client) -> None:
    person = people.client_member()
    given([people.law_firm().pk], "Van Leer")
    other = people.account().clients.get(name="Van Leer")
    give_role(person, people.account(), Role.STANDARD, by=people.reseller(), client=other)
    client.force_login(person)
    html = home(client)
    assert "<h1>Your sites</h1>" in html
    assert '<section class="group" aria-label="Harbour Bakery">' in html
    assert '<section class="group" aria-label="Van Leer">' in html


@pytest.mark.usefixtures("reading")
def test_without_sites_it_says_so(client: Client) -> None:
    client.force_login(people.client_member())
    given([])
    html = home(client)
    assert "<h1>Harbour Bakery</h1>" in html
    assert "A site appears here as soon as somebody gives you access to it." in html


@pytest.mark.usefixtures("reading")
def test_figures_that_are_not_seen_are_not_shown(client: Client) -> None:
    person = people.client_member()
    two_sites()
    person.memberships.update(sections=[Section.SOURCES])
    client.force_login(person)
    html = home(client)
    assert 'class="delta' not in html
    assert "/month" not in html


def test_many_sites_are_searched_and_take_as_many_questions_as_few(reading: Store, client: Client) -> None:
    client.force_login(people.client_member())
    two_sites()
    with CaptureQueriesContext(
        connection,
    ) as few:
        home(client)
    many(120)
    given(list(Site.objects.values_list("pk", flat=True)))
    with CaptureQueriesContext(connection) as lots:
        html = home(client)
    assert len(lots) <= len(few) + 2
    assert html.count('<li class="card site">') == 100
    assert html.count('href="?page=2"') == 1
    found = client.get("/sites?q=site-0042").text
    assert found.count('<li class="card site">') == 1
    assert "No site fits" in client.get("/sites?q=nowhere").text


def test_who_works_for_the_account_keeps_the_account_page() -> None:
    people.bakery()
    for person in (people.reseller(), people.colleague(), people.site_super(), people.stranger()):
        assert clients_of(person, team_accounts(person)) is None
    person = people.client_member()
    assert [one.name for one in clients_of(person, team_accounts(person)) or ()] == ["Harbour Bakery"]
