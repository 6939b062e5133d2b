"""The menu leads to the pages of every account that somebody looks after, and to nothing that they may not open."""

from typing import Any

import pytest
from django.test import Client

from tests import people
from trailhouse.accounts.models import User
from trailhouse.sites.models import Role
from trailhouse.sites.services import give_role

pytestmark = pytest.mark.django_db


def menu(who: User, path: str = "/profile") -> str:
    client = Client()
    client.force_login(who)
    return client.get(path).content.decode().partition("<main")[0]


def test_of_several_accounts_one_s_own_is_the_first() -> None:
    older, stranger = people.account(), people.stranger()
    own = stranger.accounts.get()
    assert older.pk < own.pk
    give_role(stranger, older, Role.SUPER, by=older.owner)
    found = menu(stranger)
    own_people, others_people = f"/accounts/{own.pk}/people", f"/accounts/{older.pk}/people"
    assert found.index(own_people) < found.index(f"<p>{older.name}</p>") < found.index(others_people)
    assert f"/accounts/{older.pk}/settings" not in found
    there = menu(stranger, others_people)
    assert there.index(others_people) < there.index(f"<p>{own.name}</p>") < there.index(own_people)
    assert there.count('aria-current="page"') == 1


def test_accounts_where_one_only_looks_are_left_out() -> None:
    own = people.stranger().accounts.get()
    give_role(people.stranger(), people.account(), Role.STANDARD, by=people.reseller(), site=people.bakery())
    found = menu(people.stranger())
    assert f"/accounts/{own.pk}/people" in found
    assert people.account().name not in found


def test_a_site_is_added_by_those_who_may() -> None:
    assert 'href="/sites/add"' in menu(people.reseller())
    assert 'href="/sites/add"' not in menu(people.client_member())
    assert 'href="/sites/add"' not in menu(people.colleague(), f"/sites/{people.bakery().key}/script")


def test_a_page_without_a_menu_does_not_ask_for_one(client: Client, django_assert_max_num_queries: Any) -> None:
    theirs = people.stranger().accounts.get().sites.get().key
    client.force_login(people.reseller())
    with django_assert_max_num_queries(9):  # session, person, terms, site, its keys, roles; for the look three
        assert client.get(f"/sites/{theirs}").status_code == 404
