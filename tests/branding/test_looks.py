"""Whose name and colours somebody meets: the operator's, a brand's while it is licensed, or neither's."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests import people
from trailhouse.accounts.models import Instance
from trailhouse.accounts.selectors import instance
from trailhouse.branding import looks
from trailhouse.branding.models import Brand, Domain, Image
from trailhouse.core import clock
from trailhouse.sites import looks as site_looks
from trailhouse.sites.models import Client

pytestmark = pytest.mark.django_db

LASTS = timedelta(days=365)


@pytest.fixture
def brand() -> Brand:
    return Brand.objects.create(account=people.account(), name="Tide Stats", colour="#1d4ed8", footer="Tide & Sons")


def bill(mode: Instance.Billing = Instance.Billing.ON) -> None:
    there = instance()
    there.billing = mode
    there.save()


def test_resellers_meet_the_operator() -> None:
    assert looks.of_instance().name == instance().name
    Brand.objects.create(account=None, name="Statwerk", colour="#7c3aed")
    assert (looks.of_instance().name, looks.of_instance().colour) == (instance().name, "#7c3aed")


def test_without_a_brand_clients_meet_the_name_of_the_account_and_nothing_of_the_operator() -> None:
    look = looks.of_account(people.account())
    assert (look.name, look.neutral, look.powered_by, look.host) == (people.account().name, True, "", "")


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_where_nobody_is_billed_a_brand_needs_no_licence(brand: Brand, mode: Instance.Billing) -> None:
    bill(mode)
    assert looks.of_account(people.account()).name == "Tide Stats"


def test_where_rebranding_is_billed_a_brand_is_shown_while_its_licence_lasts(brand: Brand) -> None:
    bill()
    assert looks.of_account(people.account()).neutral
    brand.licence, brand.licensed_until = Brand.Licence.PLAIN, clock.now() + LASTS
    brand.save()
    assert looks.of_account(people.account()).name == "Tide Stats"
    assert looks.is_active(brand, brand.licensed_until - timedelta(microseconds=1))
    assert not looks.is_active(brand, brand.licensed_until)  # half-open, as all periods


def test_where_anybody_makes_an_account_a_brand_is_shown_once_a_domain_is_proved(brand: Brand) -> None:
    there = instance()
    there.sign_up = Instance.SignUp.OPEN
    there.save()
    assert looks.of_account(people.account()).neutral
    domain = Domain.objects.create(account=people.account(), brand=brand, name="stats.tide.example", token="t")
    assert looks.of_account(people.account()).neutral
    domain.proved_at = clock.now()
    domain.save()
    assert looks.of_account(people.account()).name == "Tide Stats"
    domain.removed_at = clock.now()
    domain.save()
    assert looks.of_account(people.account()).neutral


def test_a_logo_needs_the_licence_with_logo(brand: Brand) -> None:
    Image.objects.create(
        brand=brand, kind=Image.Kind.LIGHT, content=b"x", content_type="image/png", width=120, height=40, digest="d"
    )
    assert looks.of_brand(brand).logo == looks.Picture("d", 120, 40)
    bill()
    brand.licence = Brand.Licence.PLAIN
    assert looks.of_brand(brand).logo is None
    brand.licence = Brand.Licence.LOGO
    assert looks.of_brand(brand).logo is not None


def test_links_lead_to_the_proved_primary_domain(brand: Brand) -> None:
    domain = Domain.objects.create(
        account=people.account(), brand=brand, name="stats.tide.example", token="t", primary=True
    )
    assert looks.of_brand(brand).host == ""
    domain.proved_at = clock.now()
    domain.save()
    assert looks.of_brand(brand).url == "http://stats.tide.example:8000", "the port is the instance's"


def test_a_site_has_the_brand_of_its_client_else_its_own_else_the_first_of_the_account(brand: Brand) -> None:
    site = people.law_firm()
    second = Brand.objects.create(account=people.account(), name="Dune Figures")
    third = Brand.objects.create(account=people.account(), name="Reed Figures")
    assert site_looks.of_site(site).name == "Tide Stats"
    site.brand = second
    assert site_looks.of_site(site).name == "Dune Figures"
    site.client = Client.objects.create(account=people.account(), name="Mill", brand=third)
    assert site_looks.of_site(site).name == site_looks.of_client(site.client).name == "Reed Figures"
    site.client.brand = None
    assert site_looks.of_site(site).name == "Tide Stats"


def test_the_operator_has_one_brand_and_a_proved_name_one_account(brand: Brand) -> None:
    Brand.objects.create(account=None, name="Statwerk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Brand.objects.create(account=None, name="Another")
    claim = {"name": "stats.tide.example", "token": "t", "proved_at": clock.now()}
    Domain.objects.create(account=people.account(), **claim, removed_at=clock.now())
    Domain.objects.create(account=people.account(), brand=brand, **claim)
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.create(account=people.stranger().accounts.get(), **claim)
