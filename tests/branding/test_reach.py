"""Whose look somebody meets, and whom mail is from."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import people
from trailhouse.accounts.models import User
from trailhouse.branding import looks, mailing
from trailhouse.branding.models import Brand, Domain
from trailhouse.core import clock
from trailhouse.core.colours import drawn_on_white, luminance
from trailhouse.sites import looks as site_looks
from trailhouse.sites.models import Role
from trailhouse.sites.services import NewSite, add_site, give_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return Brand.objects.create(account=people.account(), name="Tide Stats", colour="#1d4ed8")


def proved(brand: Brand, name: str) -> None:
    Domain.objects.create(account=people.account(), brand=brand, name=name, token="t", proved_at=clock.now())


@pytest.mark.parametrize(
    ("who", "named"),
    [
        (people.reseller, "Trailhouse"),
        (people.colleague, "Trailhouse"),
        (people.bookkeeper, "Trailhouse"),
        (people.operator, "Trailhouse"),
        (people.stranger, "Trailhouse"),
        (people.client_member, "Tide Stats"),
        (people.site_super, "Tide Stats"),
    ],
)
def test_clients_meet_the_brand_and_all_others_the_operator(
    brand: Brand, who: Callable[[], User], named: str, client: Client
) -> None:
    client.force_login(who())
    assert site_looks.of_reader(who()).name == named
    page = client.get("/no/such/page").text
    assert f"<span>{named}</span>" in page


def test_somebody_with_an_account_of_their_own_is_a_client_at_the_site_alone(brand: Brand) -> None:
    user = people.client_person()
    assert site_looks.of_reader(user).name == "Trailhouse"
    assert site_looks.of_reader(user, people.bakery()).name == "Tide Stats"


def test_a_client_of_two_resellers_meets_neither_where_it_is_about_no_site(brand: Brand) -> None:
    user, other = people.client_member(), people.stranger()
    site = add_site(other.accounts.get(), NewSite("second.example"), by=other, mail=False)
    give_role(user, site.account, Role.STANDARD, by=other, site=site)
    assert site_looks.of_reader(user) == looks.of_nobody()
    assert site_looks.of_reader(user, people.bakery()).name == "Tide Stats"
    assert site_looks.of_reader(user, site).name == site.account.name


def test_whoever_looks_as_a_client_sees_the_clients_look(brand: Brand, client: Client) -> None:
    member = people.client_member()
    client.force_login(people.reseller())
    one = member.memberships.get()
    client.post(f"/sites/{people.bakery().key}/view-as/{one.pk}")
    page = client.get(f"/sites/{people.bakery().key}/people").text
    assert "Nothing can be changed" in client.get("/sites", follow=True).text
    assert "<span>Tide Stats</span>" in client.get("/sites", follow=True).text
    assert "<span>Tide Stats</span>" in page


@pytest.mark.parametrize(
    ("domain", "address", "is_its_own"),
    [
        ("stats.tide.example", "hello@tide.example", False),
        ("stats.tide.example", "hello@mail.tide.example", False),
        ("tide.example", "hello@mail.tide.example", True),
        ("tide.example", "hello@tide.example", True),
        ("stats.tide.example", "hello@elsewhere.example", False),
        ("stats.tide.example", "hello@nottide.example", False),
        ("tide.github.io", "hello@github.io", False),
        ("tide.github.io", "hello@dune.github.io", False),
    ],
)
def test_mail_is_from_the_brands_own_address_where_a_domain_proves_it(
    brand: Brand, domain: str, address: str, is_its_own: bool
) -> None:
    brand.sender_email, brand.sender_name = address, "Tide"
    brand.save()
    assert mailing.of_look(looks.of_brand(brand)).sender == "Tide <mail@localhost>"
    proved(brand, domain)
    sender = mailing.of_look(looks.of_brand(brand)).sender
    assert sender == (f"Tide <{address}>" if is_its_own else "Tide <mail@localhost>")


def test_a_look_is_found_again_by_its_key_as_it_is_by_then(brand: Brand) -> None:
    key = looks.of_brand(brand).key
    assert looks.with_key(key) == looks.of_brand(brand)
    assert looks.with_key("") == looks.of_instance()
    brand.delete()
    assert looks.with_key(key).name == people.account().name
    assert looks.with_key("999999/1") == looks.of_nobody()


@pytest.mark.parametrize("colour", ["#ffffff", "#ffd400", "#1d4ed8", "#000000"])
def test_lines_and_bars_can_be_seen_on_paper(colour: str) -> None:
    drawn = drawn_on_white(colour)
    assert 1.05 / (luminance(drawn) + 0.05) >= 3
    assert drawn == colour or luminance(drawn) < luminance(colour)
