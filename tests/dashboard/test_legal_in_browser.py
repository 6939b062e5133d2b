"""Legal pages and agreements in a real browser: open to everyone, by keyboard and on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser
from tests.dashboard.test_people_in_browser import SIZES, Opener, opened
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.branding import codes
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.legal import agreements, subprocessors

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", SIZES)
def test_public_legal_pages_are_open_to_everyone(
    viewport: dict[str, int], opened: Opener, live_server: LiveServer, reading: Store
) -> None:
    site, code = people.bakery(), codes.code_of(people.account().pk)
    subprocessors.add(None, "Host B.V.", "Servers", "NL", starts_on=clock.now().date(), by=people.operator())
    page = opened("/legal/notice", viewport=viewport)
    check(page)
    for path in (f"legal/{code}/notice", f"legal/{code}/privacy", f"opt-out/{site.key}"):
        page.goto(f"{live_server.url}/{path}")
        check(page)
    page.get_by_text("What is recorded of those who are counted").click()
    expect(page.get_by_text("It is never stored")).to_be_visible()
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_an_agreement_is_published_read_and_accepted(
    viewport: dict[str, int], opened: Opener, live_server: LiveServer, reading: Store
) -> None:
    account, client, member = people.account(), people.client(), people.client_member()
    mine = f"{live_server.url}/accounts/{account.pk}/legal"
    page = opened(f"/accounts/{account.pk}/legal", people.reseller(), viewport=viewport)
    check(page)
    page.goto(f"{mine}/agreements")
    page.get_by_label("Version").fill("2026-11")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("The version is published")
    check(page)
    theirs = opened("/sites", member, viewport=viewport)
    theirs.get_by_role("link", name="Read it").click()
    expect(theirs.get_by_role("heading", name="Processing agreement")).to_be_visible()
    check(theirs)
    theirs.get_by_role("button", name="Accept for Harbour Bakery").click()
    expect(theirs.get_by_text("was accepted by Onno Owner")).to_be_visible()
    check(theirs)
    theirs.goto(f"{live_server.url}/agreements")
    check(theirs)
    page.goto(f"{mine}/agreements/clients/{client.pk}")
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_desks_of_reseller_and_operator_are_open_to_everyone(
    viewport: dict[str, int], opened: Opener, live_server: LiveServer, reading: Store
) -> None:
    account, operator = people.account(), people.operator()
    agreements.publish(None, "1", by=operator)
    later = clock.now().date() + timedelta(days=40)
    subprocessors.add(account, "Newsletter", "Sends mail", "FR", starts_on=later, by=people.reseller())
    page = opened(f"/accounts/{account.pk}/legal/sub-processors", people.reseller(), viewport=viewport)
    check(page)
    page.get_by_role("button", name="Add").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)
    for path in ("agreements", "agreements/operator"):
        page.goto(f"{live_server.url}/accounts/{account.pk}/legal/{path}")
        check(page)
    page.goto(f"{live_server.url}/sites/{people.bakery().key}/settings/privacy-text")
    check(page)
    desk = opened("/operator/legal", operator, viewport=viewport)
    check(desk)
    for path in ("agreements", "sub-processors"):
        desk.goto(f"{live_server.url}/operator/legal/{path}")
        check(desk)
