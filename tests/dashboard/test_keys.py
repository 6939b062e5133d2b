"""The page of an account's API keys: made, shown once, listed, closed; open to everyone in a real browser."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import people
from tests.accounts.mails import newest
from tests.browser import browser
from tests.dashboard.test_plain_pages_in_browser import SIZES, Opener, check, opened
from trailhouse.accounts import selectors, services
from trailhouse.accounts.models import ApiKey
from trailhouse.core import clock
from trailhouse.sites.services import NewSite, add_site

__all__ = ["browser", "opened"]


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in, and confirmed to be her."""
    client.force_login(people.reseller())
    client.post("/confirm/password", {"password": people.PASSWORD})
    return client


def address() -> str:
    """The page of the reseller's keys."""
    return f"/accounts/{people.account().pk}/keys"


@pytest.mark.django_db
def test_a_key_is_made_and_its_token_is_shown_once(reseller: Client) -> None:
    site = people.bakery()
    answer = reseller.post(address(), {"name": " Our  shop ", "scopes": ["sites", "stats"], "sites": [site.pk]})
    (token,) = re.findall(r"th_[\w-]{43}", answer.content.decode())
    key = selectors.api_key(token)
    assert key is not None
    assert (key.account, key.name, key.scopes) == (people.account(), "Our shop", ["sites", "stats"])
    assert (key.site_ids, key.created_by) == ([site.pk], people.reseller())
    page = reseller.get(address()).content.decode()
    assert token not in page
    assert all(text in page for text in (key.prefix, "Our shop", site.domain, "Add and change sites"))


@pytest.mark.django_db
def test_whoever_makes_a_key_confirms_that_it_is_them_and_the_owner_gets_a_mail(client: Client) -> None:
    client.force_login(people.reseller())
    values = {"name": "Shop", "scopes": ["stats"]}
    asked = client.post(address(), values)
    assert asked["Location"].startswith("/confirm/password?")
    assert not ApiKey.objects.exists()
    done = client.post(asked["Location"], {"password": people.PASSWORD, "next": address()})
    assert re.search(r"th_[\w-]{43}", done.content.decode())
    told = newest(people.RESELLER)
    assert (told.template, told.context["prefix"]) == ("accounts/key_made", ApiKey.objects.get().prefix)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"name": "x" * 121}, {"sites": ["987654"]}],
)
def test_a_wrong_form_makes_no_key(reseller: Client, values: dict[str, object]) -> None:
    people.bakery()
    answer = reseller.post(address(), {"name": "Shop", "scopes": ["stats"]} | values)
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_a_key_cannot_be_for_a_site_of_another_account(reseller: Client) -> None:
    people.bakery()
    theirs = people.stranger().accounts.get().sites.get()
    answer = reseller.post(address(), {"name": "Shop", "scopes": ["stats"], "sites": [theirs.pk]})
    assert answer.status_code == 422
    assert theirs.domain not in answer.content.decode()
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_a_closed_key_works_no_longer_and_is_gone_from_the_list(reseller: Client) -> None:
    key, token = services.create_api_key(people.account(), by=None, name="Shop")
    for _again in range(2):
        assert reseller.post(f"{address()}/{key.pk}/close").status_code == 302
    assert selectors.api_key(token) is None
    assert reseller.get(address()).context["rows"] == []


@pytest.mark.django_db
def test_an_account_has_at_most_a_hundred_keys(reseller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_KEYS", 1)
    key, _token = services.create_api_key(people.account(), by=None)
    values = {"name": "Shop", "scopes": ["stats"]}
    refused = reseller.post(address(), values)
    assert (refused.status_code, ApiKey.objects.count()) == (422, 1)
    services.revoke_api_key(key, by=None)
    assert reseller.post(address(), values).status_code == 200


@pytest.mark.django_db
def test_the_menu_leads_there_for_the_administrator_alone(reseller: Client) -> None:
    people.bakery()
    assert f'href="{address()}"' in reseller.get("/sites").content.decode()
    client = Client()
    client.force_login(people.colleague())
    assert address() not in client.get("/sites").content.decode()
    assert client.get(address()).status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", SIZES)
def test_the_page_is_open_to_everyone(viewport: dict[str, int], opened: Opener) -> None:
    page = opened(address(), signed_in=True, viewport=viewport)
    check(page)
    page.get_by_role("button", name="Make key").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)
    for n in range(8):
        add_site(
            people.account(), NewSite(f"a-very-long-name-of-a-customer-that-goes-on-{n}.example"), by=None, mail=False
        )
    limits = list(people.account().sites.values_list("pk", flat=True))
    with clock.frozen(clock.now() - timedelta(days=40)):
        services.create_api_key(people.account(), by=None, name="long-name-" * 11, scopes=["sites"], site_ids=limits)
    page = opened(address(), signed_in=True, viewport=viewport)
    page.get_by_label("Name", exact=True).fill("Shop")
    page.keyboard.press("Enter")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#token")).to_contain_text("th_")
    check(page)
    page.get_by_role("button", name=re.compile("Close th_")).first.click()
    expect(page.get_by_role("row", name="Shop")).to_have_count(0)
