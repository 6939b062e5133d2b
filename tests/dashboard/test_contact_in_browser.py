"""The contact form, the page for resellers and the operator's list in a real browser, also without JavaScript."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.billing import money
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import Opener, check, opened
from trailhouse.accounts import inquiries
from trailhouse.accounts.models import Inquiry

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def on(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Billing is on; a browser types faster than people."""
    money.switch_on()
    monkeypatch.setattr(inquiries, "FASTEST", timedelta())


def kept(page: Page, column: int) -> Locator:
    """What is kept a month (0) or a year (1)."""
    return page.locator("#sums tr.left td").nth(column)


def test_somebody_writes_to_the_operator(opened: Opener) -> None:
    page = opened("/contact?topic=rebranding", viewport=NARROW)
    check(page)
    expect(page.get_by_label("Rebranding: your own name, logo and domain")).to_be_checked()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_label("Your name").fill("Nora Newcomer")
    page.get_by_label("E-mail address").fill("nora@newcomer.example")
    page.get_by_label("Message").fill("What does it cost without a logo?")
    page.get_by_label("Message").press("Tab")
    expect(page.get_by_role("button", name="Send")).to_be_focused()  # nobody comes into the field that is a trap
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your message is with us")).to_be_visible()
    check(page)
    assert Inquiry.objects.get().topic == "rebranding"


def test_what_a_reseller_earns_moves_with_the_keys(opened: Opener) -> None:
    check(opened("/resellers?sites=1000&tier=10&charge=9999", viewport=NARROW))
    page = opened("/resellers?sites=12&tier=4&charge=39", viewport=WIDE)
    check(page)
    expect(kept(page, 0)).to_have_text("€263.75")
    expect(kept(page, 1)).to_have_text("€3,165.00")
    page.get_by_label("Sites", exact=True).press("ArrowRight")
    expect(page.locator("#shown-sites")).to_have_text("13")
    expect(kept(page, 0)).to_have_text("€287.55")
    page.get_by_label("What you charge a client a month").press("Home")
    expect(page.locator("#sums .error-text")).to_be_visible()
    expect(page.locator("#growth tbody tr").first).to_contain_text("−€19.00")
    page.get_by_label("Yearly, 2 months free").press("Space")
    page.wait_for_url("**/resellers?sites=13&tier=4&charge=0&pay=yearly*")
    expect(page.locator("#said")).to_contain_text("a year")
    check(page)


def test_without_javascript_a_button_calculates(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/resellers?tier=4&charge=39")
    page.get_by_label("Sites", exact=True).press("Home")
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator("#shown-sites")).to_have_text("1")
    expect(kept(page, 0)).to_have_text("€20.00")
    context.close()


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")])
def test_the_operator_goes_through_what_came(
    viewport: dict[str, int], browser: Browser, live_server: LiveServer
) -> None:
    client = Client()
    client.force_login(people.operator())
    cookie = next(iter(client.cookies.values()))
    context = browser.new_context(viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/operator/inquiries")
    check(page)
    for form, held in (("1", ""), ("2", "links")):
        Inquiry.objects.create(
            form=form, held=held, topic="other", name="Nora Newcomer", email="nora@newcomer.example", language="nl",
            message="Hello\n\n" + "a" * 300, account=people.account(), sites=40,
        )  # fmt: skip
    page.goto(f"{live_server.url}/operator/inquiries?state=held")
    check(page)
    page.goto(f"{live_server.url}/operator/inquiries")
    check(page)
    page.get_by_role("link", name="Nora Newcomer").click()
    expect(page.get_by_role("heading", name="Nora Newcomer")).to_be_visible()
    page.locator("details > summary.danger").click()
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Mark as answered").click()
    expect(page.get_by_text("Nothing waits for an answer")).to_be_visible()
    page.goto(f"{live_server.url}/operator/inquiries?state=answered")
    page.get_by_role("link", name="Nora Newcomer").click()
    page.locator("details > summary.danger").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("It is deleted.")).to_be_visible()
    context.close()
