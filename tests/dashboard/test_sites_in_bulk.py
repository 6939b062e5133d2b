"""Many sites changed at once on the account page: who may, what is told, and that one wrong choice changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.dashboard.account_page import customer, page, text_of
from trailhouse.accounts.models import User
from trailhouse.events.store import Store
from trailhouse.sites.models import Membership, Role, Site
from trailhouse.sites.services import rotate_key

pytestmark = pytest.mark.django_db


def send(browser: Client, *sites: Site, **form: str) -> Any:
    """Press a button below the list."""
    return browser.post("/sites/change", {"site": [site.key for site in sites], **form})


@pytest.mark.usefixtures("reading")
def test_chosen_sites_get_a_label_lose_it_and_get_a_client(reseller: Client) -> None:
    both = people.bakery(), people.law_firm()
    answer = send(reseller, *both, do="add_label", label="EU", back="q=example&page=1&evil=https://elsewhere.example")
    assert answer["Location"] == "/sites?q=example"
    assert "2 sites were changed" in text_of(page(reseller))
    assert set(Site.objects.values_list("labels__0", flat=True)) == {"EU"}
    send(reseller, both[0], do="remove_label", label="EU")
    send(reseller, both[0], do="set_client", client=str(customer().pk))
    site = people.bakery()
    assert (site.labels, site.client) == ([], customer())
    send(reseller, both[0], do="set_client", client="")
    assert people.bakery().client is None


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"do": "add_label", "label": " "}, "A label is missing."),
        ({"do": "add_label", "label": "x" * 60}, "is no label. Use 1 to 40 characters."),
    ],
)
def test_what_cannot_be_done_is_told_on_the_page(reseller: Client, form: dict[str, str], said: str) -> None:
    send(reseller, people.bakery(), **form)
    assert said in text_of(page(reseller))
    assert people.bakery().labels == []


@pytest.mark.usefixtures("reading")
def test_without_a_chosen_site_the_page_says_what_to_do(reseller: Client) -> None:
    people.bakery()
    send(reseller, do="add_label", label="EU")
    assert "No site is chosen" in text_of(page(reseller))


@pytest.mark.parametrize(
    ("who", "labels", "clients"),
    [
        (people.reseller, True, True),
        (people.colleague, True, True),
        (people.client_person, False, False),
        (people.bookkeeper, False, False),
        (people.stranger, False, False),
        (people.operator, False, False),
    ],
)
def test_who_may_change_sites_in_bulk(client: Client, who: Callable[[], User], labels: bool, clients: bool) -> None:
    bakery = people.bakery()
    client.force_login(who())
    assert send(client, bakery, do="add_label", label="EU").status_code == (302 if labels else 404)
    answer = send(client, bakery, do="set_client", client=str(customer().pk))
    assert answer.status_code == (302 if clients else 404)
    bakery.refresh_from_db()
    assert (bool(bakery.labels), bool(bakery.client_id)) == (labels, clients)


def test_one_foreign_site_among_the_chosen_leaves_all_as_they_were(reseller: Client) -> None:
    theirs = people.stranger().accounts.get().sites.get()
    assert send(reseller, people.bakery(), theirs, do="add_label", label="EU").status_code == 404
    assert send(reseller, people.bakery(), do="set_client", client="999999").status_code == 404
    assert send(reseller, people.bakery(), do="explode").status_code == 404
    assert reseller.post("/sites/change", {"do": "add_label", "label": "EU", "site": "\0"}).status_code == 404
    assert not Site.objects.exclude(labels=[]).exists()


def test_a_rotated_key_does_not_choose_a_site(reseller: Client) -> None:
    old = people.bakery().key
    rotate_key(people.bakery(), by=None)
    assert reseller.post("/sites/change", {"do": "add_label", "label": "EU", "site": old}).status_code == 404


def test_boxes_are_shown_where_something_can_be_done_with_them(client: Client, reading: Store) -> None:
    people.bakery()
    client.force_login(people.client_person())
    assert 'type="checkbox"' not in page(client)
    assert 'id="bulk"' not in page(client)
    Membership.objects.filter(user=people.client_person()).update(role=Role.SUPER)
    assert 'name="site"' in page(client)
    assert "Set client" not in page(client)
