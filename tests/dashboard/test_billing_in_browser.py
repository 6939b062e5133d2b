"""The pages of trials and payments in a real browser: calculated as one chooses, and open to everyone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.billing import money
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.billing import activating, receiving, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import Document
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.events import current
from trailhouse.events.store import Store

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)
METER = money.FlatMeter(per_day=400)  # up to 100,000, €19.00 a month
Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, transactional_db: None, store: Store) -> Iterator[Opener]:
    """Opens a page as the reseller, who has one site past due, two that are due and one on trial."""
    current.use(store)
    with clock.frozen(money.START):
        money.switch_on()
        first = money.site("harbour-bakery.example")
    with clock.frozen(money.START + 30 * DAY):
        tick.run(METER)
        first.refresh_from_db()
        request = activating.activate(money.account(), {first: Interval.MONTHLY}, by=None)
        assert request is not None
        today = clock.now().date()
        paid = Money(request.total, "EUR")
        receiving.receive(money.account(), paid, gateway="transfer", key="bank/1", received_on=today)
    with clock.frozen(money.START + 50 * DAY):
        for domain in ("vanleer-law.example", "dune-hotel.example"):
            money.site(domain)
    with clock.frozen(money.START + 59 * DAY):
        tick.run(METER)
    with clock.frozen(money.START + 80 * DAY):
        tick.run(METER)
        money.site("kite-school.example")
        client = Client()
        client.force_login(people.reseller())
        cookie = next(iter(client.cookies.values()))
        contexts = []

        def open_page(path: str, viewport: dict[str, int] = WIDE, *, script: bool = True) -> Page:
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


def test_the_pages_of_payment_are_open_to_everyone(opened: Opener) -> None:
    base = f"/accounts/{money.account().pk}/billing"
    page = opened(base, NARROW)
    expect(page.get_by_role("heading", name="2 sites are locked until they are activated")).to_be_visible()
    total = page.locator("#offer .totals .whole dd")
    both = total.inner_text()
    page.get_by_label("dune-hotel.example").uncheck()
    expect(total).not_to_have_text(both)
    expect(page.locator("[data-every]")).to_have_js_property("indeterminate", True)
    page.locator("[data-every]").press("Space")  # all of them again
    expect(total).to_have_text(both)
    page.get_by_text("What the next site would cost").click()
    check(page)
    invoice = Document.objects.filter(kind="invoice").order_by("-pk").first()
    first = money.account().subscriptions.get(domain="harbour-bakery.example")
    locked = money.account().subscriptions.get(domain="dune-hotel.example")
    assert invoice is not None
    assert first.site is not None
    assert locked.site is not None
    for path in (
        f"{base}/documents", f"{base}/details", f"{base}/sites/{first.pk}", f"{base}/pay/{invoice.pk}",
        f"/sites/{first.site.key}/usage", f"/sites/{locked.site.key}", "/sites",
    ):  # fmt: skip
        page.goto(path)
        check(page)
    expect(page.locator(".banner")).to_contain_text("harbour-bakery.example: a payment is missing.")

    # The same without scripts: chosen, calculated, activated.
    page = opened(base, script=False)
    page.get_by_label("dune-hotel.example").uncheck()
    page.get_by_label("By the year").check()
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator("#offer tbody tr")).to_have_count(2)  # the days up to the billing day, and the year
    page.get_by_role("button", name="Activate 1 site").click()
    expect(page.get_by_role("heading", name="To be paid now")).to_be_visible()
