"""A client's pages in a real browser: with a logo, with a colour alone, and neutral; open to everyone."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.branding.pictures import png
from tests.browser import browser, check
from tests.dashboard.conftest import bakery, reading
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from trailhouse.branding.models import Brand, Image
from trailhouse.sites import sharing
from trailhouse.sites.models import Site
from trailhouse.sites.sharing import LinkText

__all__ = ["bakery", "browser", "check", "reading"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opener = Callable[..., Page]
SIZES = [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, bakery: Site) -> Iterator[Opener]:
    """Opens a path as the client's person, or as a stranger; at the end no script may have gone wrong on any page."""
    people.client()
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(path: str, viewport: dict[str, int] = WIDE, *, stranger: bool = False) -> Page:
        context = browser.new_context(viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        if not stranger:
            client = Client()
            client.force_login(people.client_member())
            cookie = client.cookies["session"]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def brand(*, logo: bool = False) -> Brand:
    made = Brand.objects.create(
        account=people.account(), name="Tide Stats", colour="#1d4ed8", footer="Tide & Sons, Havenplein 7",
        help_url="https://tide.example/help", notice_url="https://tide.example/notice", powered_by=True,
    )  # fmt: skip
    for kind in (Image.Kind.LIGHT, Image.Kind.DARK) if logo else ():
        Image.objects.create(
            brand=made, kind=kind, content=png(120, 40), content_type="image/png", width=120, height=40, digest=kind
        )
    return made


@pytest.mark.parametrize("viewport", SIZES)
def test_a_client_meets_the_logo_of_the_brand(viewport: dict[str, int], opened: Opener, bakery: Site) -> None:
    brand(logo=True)
    page = opened(f"/sites/{bakery.key}", viewport)
    expect(page.get_by_role("img", name="Tide Stats")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("Tide & Sons, Havenplein 7")
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_without_a_logo_its_name_and_letter(viewport: dict[str, int], opened: Opener, bakery: Site) -> None:
    brand()
    page = opened(f"/sites/{bakery.key}", viewport)
    expect(page.locator("header .tile")).to_be_visible()
    expect(page.locator("header .mark")).to_contain_text("Tide Stats")
    check(page)
    page = opened("/no/such/page", viewport)
    expect(page.locator(".mark")).to_contain_text("Tide Stats")
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_without_a_brand_the_name_of_the_account_in_plain_text(
    viewport: dict[str, int], opened: Opener, bakery: Site
) -> None:
    page = opened(f"/sites/{bakery.key}", viewport)
    expect(page.get_by_role("link", name="Northlight Studio")).to_be_visible(visible=viewport is WIDE)
    expect(page.get_by_role("contentinfo")).to_contain_text("Northlight Studio")
    expect(page.locator("header .mark svg, header .tile")).to_have_count(0)
    check(page)


def test_the_password_of_a_shared_link_is_asked_for_in_the_brand(opened: Opener, bakery: Site) -> None:
    brand(logo=True)
    link = sharing.add_link(bakery, LinkText("Board", password="secret word"), by=people.reseller())
    page = opened(f"/share/{link.slug}", NARROW, stranger=True)
    expect(page.get_by_role("img", name="Tide Stats")).to_be_visible()
    check(page)
