"""The operator's console in a real browser: open to everyone, by keyboard and without scripts."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser
from tests.dashboard.test_people_in_browser import SIZES, Opener, opened
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.accounts import making
from trailhouse.accounts.models import Instance
from trailhouse.accounts.services import NewPerson
from trailhouse.events.store import Store

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", SIZES)
def test_pages_of_the_console_are_open_to_everyone(
    viewport: dict[str, int], opened: Opener, live_server: LiveServer, reading: Store
) -> None:
    Instance.objects.update_or_create(defaults={"support_email": "help@trailhouse.example"})
    people.client_person()
    user, account = people.reseller(), people.account()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    page = opened("/operator/accounts", people.operator(), viewport=viewport)
    check(page)
    for path in ("accounts?q=nobody", "sites", f"people/{user.pk}", "people", "audit", "accounts/add"):
        page.goto(f"{live_server.url}/operator/{path}")
        check(page)
    page.get_by_role("button", name="Make the account").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)
    page.goto(f"{live_server.url}/operator/people/{user.pk}/second-step")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.get_by_role("heading", name="Take the second step away").wait_for()
    check(page)
    page.goto(f"{live_server.url}/operator/people/{user.pk}/staff")
    check(page)
    page.goto(f"{live_server.url}/operator/accounts/{account.pk}")
    check(page)
    page.get_by_label("Reason").fill("Pages of a bank were copied.")
    page.get_by_label("Reason").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The account is suspended")
    check(page)
    owner = opened("/sites", user, viewport=viewport)
    expect(owner.get_by_role("status")).to_contain_text("help@trailhouse.example")
    check(owner)
    guest = opened(f"/sites/{people.bakery().key}", people.client_person(), viewport=viewport)
    expect(guest.locator("h1")).to_have_text("This is temporarily unavailable.")
    check(guest)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("status")).to_contain_text("The account is open again")
    page.get_by_role("button", name="View as owner").click()
    expect(page.locator(".viewing")).to_contain_text("You look as reseller@northlight.example")
    check(page)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_url(f"**/operator/accounts/{account.pk}")
    token = making.make_account(NewPerson("nora@newcomer.example", account_name="New"), by=people.operator())[1]
    check(opened(f"/enter/{token}", viewport=viewport))
