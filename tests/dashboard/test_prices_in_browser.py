"""The page of prices in a real browser: by the keyboard, live, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.billing import money
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import Opener, check, opened

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def on(transactional_db: None) -> None:
    """Billing is on."""
    money.switch_on()


def amount(page: Page, name: str) -> Locator:
    """What stands beside `name`."""
    return page.locator("#sums tr", has=page.locator(f"th:text-is('{name}')")).locator("td")


def test_prices_are_open_to_everyone_and_move_with_the_keys(opened: Opener) -> None:
    check(opened("/prices", viewport=NARROW))
    page = opened("/prices?sites=12&tier=4&charge=39", viewport=WIDE)
    check(page)
    expect(amount(page, "You pay")).to_have_text("€204.25")
    page.get_by_label("Sites", exact=True).press("ArrowRight")
    expect(page.locator("#shown-sites")).to_have_text("13")
    expect(amount(page, "You pay")).to_have_text("€219.45")
    expect(page.get_by_label("Sites", exact=True)).to_be_focused()
    page.get_by_label("Pageviews a month, each").press("End")
    expect(page.get_by_label("Pageviews a month, each")).to_have_attribute("aria-valuetext", "up to 10,000,000")
    page.get_by_label("Yearly, 2 months free").press("Space")
    expect(page.locator("#said")).to_contain_text("A year, excluding tax")
    expect(page).to_have_url(re.compile("sites=13&tier=10&charge=39&pay=yearly"))
    check(page)
    total = amount(page, "You pay").inner_text()
    page.reload()
    expect(amount(page, "You pay")).to_have_text(total)


def test_without_javascript_a_button_calculates(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/prices?tier=4&charge=39")
    page.get_by_label("Sites", exact=True).press("Home")
    page.get_by_role("button", name="Calculate").click()
    expect(amount(page, "You pay")).to_have_text("€19.00")
    context.close()
