"""Ordering the licence of a brand in a real browser: calculated as one chooses, and open to everyone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.billing import brands, money
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.accounts.models import User
from trailhouse.billing import licences, tick
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)
METER = money.FlatMeter(per_day=400)
Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, transactional_db: None, store: Store) -> Iterator[Opener]:
    """Opens a page as somebody; the reseller has a brand that is past due and one without a licence."""
    current.use(store)
    with clock.frozen(money.START):
        money.switch_on()
        brands.publish()
        brands.order(brands.brand("Old Harbour"))
        brands.brand("Tide Stats")
    for days in (366, 382):
        with clock.frozen(money.START + days * DAY):
            tick.run(METER)
    with clock.frozen(money.START + 383 * DAY):
        contexts = []

        def open_page(
            path: str,
            viewport: dict[str, int] = WIDE,
            who: Callable[[], User] = people.reseller,
            *,
            script: bool = True,
        ) -> Page:
            client = Client()
            client.force_login(who())
            cookie = next(iter(client.cookies.values()))
            context = browser.new_context(
                base_url=live_server.url, viewport=viewport, reduced_motion="reduce", java_script_enabled=script  # type: ignore[arg-type]
            )  # fmt: skip
            contexts.append(context)
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            page = context.new_page()
            page.goto(path)
            return page

        yield open_page
        for context in contexts:
            context.close()
    current.use(None)


def _path(name: str = "Tide Stats") -> str:
    return f"/accounts/{money.account().pk}/billing/brands/{brands.brand(name).pk}"


def test_a_licence_is_calculated_ordered_and_granted(opened: Opener) -> None:
    page = opened(_path(), NARROW)
    expect(page.get_by_role("button", name="Order: €653.40")).to_be_visible()
    check(page)
    page.get_by_label("Without logo").check()
    expect(page.get_by_role("button", name="Order: €266.20")).to_be_visible()
    page.get_by_role("button", name="Order: €266.20").click()
    expect(page.get_by_role("heading", name="To be paid now")).to_be_visible()
    check(page)
    page.goto(_path("Old Harbour"))
    expect(page.get_by_text("Your clients still see the brand.")).to_be_visible()
    check(page)
    page.goto(f"/accounts/{money.account().pk}/billing/brands")
    expect(page.get_by_role("heading", name="Your brands")).to_be_visible()
    check(page)
    wide = opened(_path())
    expect(wide.get_by_role("heading", name="To be paid now")).to_be_visible()
    check(wide)


def test_the_operators_page_of_a_brand_is_open_to_everyone(opened: Opener) -> None:
    account = money.account().pk
    page = opened(
        f"/operator/billing/accounts/{account}/brands/{brands.brand('Old Harbour').pk}", NARROW, people.operator
    )
    expect(page.get_by_role("heading", name="Credit a fee")).to_be_visible()
    check(page)
    page.get_by_label("Shown before").fill("2029-01-01")
    page.get_by_role("button", name="Grant it").click()
    expect(page.get_by_text("until 1 Jan 2029")).to_be_visible()
    check(page)


def test_without_javascript_calculate_does_it(opened: Opener) -> None:
    page = opened(_path(), script=False)
    page.get_by_label("Without logo").check()
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_role("button", name="Order: €266.20")).to_be_visible()
    assert licences.looked_at(brands.brand()).pk is None  # looking writes nothing
