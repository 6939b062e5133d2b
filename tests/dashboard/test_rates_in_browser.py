"""The pages of margin, rates and statements in a real browser: set, sent, and open to everyone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client as Session
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.billing import money, resale
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.billing.earning import Kind
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites.models import Client

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUARTER = "from=2027-01&to=2027-03"
Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, transactional_db: None, store: Store) -> Iterator[Opener]:
    """Opens a page as the reseller, of whose clients one pays well, one too little and one has no rate."""
    current.use(store)
    with clock.frozen(money.START):
        money.switch_on()
        bakery, hotel, school, firm, own = (
            money.site(f"{name}.example")
            for name in ("harbour-bakery", "dune-hotel", "kite-school", "vanleer-law", "northlight")
        )
        well = resale.client("Harbour Bakery", bakery, school, email="owner@harbour-bakery.example")
        little = resale.client("Dune Hotel", hotel, email="desk@dune-hotel.example")
        resale.client("Van Leer Law", firm)
        resale.rate(well, Kind.PLUS, 5000)
        resale.rate(little, Kind.FIXED, 39_00)
        resale.invoice({bakery: 18_05, hotel: 49_00, school: 8_55, firm: 18_05, own: 8_10})
    with clock.frozen(money.START + timedelta(days=40)):
        session = Session()
        session.force_login(people.reseller())
        cookie = next(iter(session.cookies.values()))
        contexts = []

        def open_page(path: str, viewport: dict[str, int] = WIDE) -> Page:
            context = browser.new_context(base_url=live_server.url, viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
            contexts.append(context)
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            page = context.new_page()
            page.goto(path)
            return page

        yield open_page
        for context in contexts:
            context.close()
    current.use(None)


def base() -> str:
    return f"/accounts/{people.account().pk}/billing"


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="desk"), pytest.param(NARROW, id="phone")])
def test_the_margin_page_is_open_to_everyone(viewport: dict[str, int], opened: Opener) -> None:
    page = opened(f"{base()}/margin?{QUARTER}", viewport)
    expect(page.get_by_role("heading", name="By month")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Harbour Bakery", exact=True).click()
    expect(page.get_by_role("heading", name="Harbour Bakery")).to_be_visible()
    check(page)


def test_a_rate_is_set_and_warned_of(opened: Opener) -> None:
    client = Client.objects.get(name="Dune Hotel")
    page = opened(f"{base()}/clients/{client.pk}/rate", NARROW)
    page.get_by_label("A fixed amount a month").check()
    page.get_by_label("Amount a month in EUR").fill("lots")
    page.get_by_role("button", name="Set the rate").click()
    expect(page.get_by_text("This is no amount.")).to_be_visible()
    check(page)
    page.get_by_label("Amount a month in EUR").fill("59,00")
    page.get_by_role("button", name="Set the rate").click()
    expect(page.get_by_text("The rate of Dune Hotel was set.")).to_be_visible()
    expect(page.get_by_role("row", name="holds now")).to_contain_text("€59.00 a month")
    check(page)


def test_a_statement_is_sent_with_one_click(opened: Opener) -> None:
    page = opened(f"{base()}/statements?from=2027-01&to=2027-01", NARROW)
    check(page)
    page.get_by_role("button", name="Send Harbour Bakery: owner@harbour-bakery.example").click()
    expect(page.get_by_text("The statement is on its way to owner@harbour-bakery.example.")).to_be_visible()
    expect(page.get_by_role("button", name="Send again Harbour Bakery")).to_be_visible()
    check(page)
