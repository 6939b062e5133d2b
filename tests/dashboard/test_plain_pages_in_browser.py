"""Sign-in, set-up, the pages of sites and those for what went wrong, in a real browser and open to everyone."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser, check
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from trailhouse.accounts import services
from trailhouse.events.store import Store

__all__ = ["browser", "check"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[Opener]:
    """Opens a path as a stranger, or as the reseller; at the end no script may have gone wrong on any page."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(path: str, *, signed_in: bool = False, viewport: dict[str, int] = WIDE) -> Page:
        context = browser.new_context(viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        if signed_in:
            client = Client()
            client.force_login(people.reseller())
            cookie = next(iter(client.cookies.values()))
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def send(page: Page) -> None:
    """Press the page's own button."""
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()


SIZES = [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")]


@pytest.mark.parametrize("viewport", SIZES)
def test_pages_before_sign_in_are_open_to_everyone(viewport: dict[str, int], opened: Opener) -> None:
    look = {"viewport": viewport}
    page = opened("/sign-in", **look)  # nobody is there yet, so it says how to begin
    check(page)
    page = opened(f"/set-up/{services.make_setup_link()}", **look)
    check(page)
    send(page)
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)
    page = opened(f"/enter/{services.make_sign_in_link(people.reseller())}", **look)
    check(page)
    page = opened("/sign-in", **look)
    page.locator("[name=login]").fill(people.RESELLER)
    page.locator("[name=password]").fill("wrong password")
    send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    check(opened("/set-up/used", **look))
    check(opened("/no-such-page", **look))
    page = opened("/api/docs#list_people", **look)
    page.locator("#list_people summary").press("Enter")
    expect(page.locator("#list_people .told")).to_be_visible()
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_pages_of_sites_are_open_to_everyone(viewport: dict[str, int], opened: Opener, reading: Store) -> None:
    look = {"viewport": viewport, "signed_in": True}
    check(opened("/sites", **look))  # none yet
    page = opened("/sites/add", **look)
    check(page)
    page.locator("[name=domain]").fill("localhost")
    send(page)
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    check(page)
    people.law_firm()
    check(opened("/sites", **look))
    check(opened(f"/sites/{people.bakery().key}/script", **look))
    check(opened("/sites/nosuchkey2", **look))


def test_one_key_press_signs_in_by_a_link(opened: Opener) -> None:
    page = opened(f"/enter/{services.make_sign_in_link(people.reseller())}")
    expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites")
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
