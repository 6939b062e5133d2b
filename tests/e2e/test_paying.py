"""A trial to its end, and the payment that opens the site again: by the clock, in a browser, with real mail."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.billing import money
from tests.dashboard import visits
from tests.dashboard.test_plain_pages_in_browser import check
from tests.events.makers import event
from tests.outbox.conftest import Postbox, postbox
from trailhouse.accounts.models import User
from trailhouse.billing import receiving, tick
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import Document, Request, Subscription
from trailhouse.billing.references import grouped
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox import sending
from trailhouse.sites import services
from trailhouse.sites.models import Site

__all__ = ["postbox"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)
A_DAY = 200  # pageviews: 5,600 in the 28 whole days of the trial, up to 10,000
Opener = Callable[[User], Page]


class Clock:
    """The one clock, which this test moves on; at each stop the jobs of billing and mail do what is due."""

    def __init__(self, held: ExitStack, store: Store) -> None:
        self._held, self._meter = held, Meter(store)
        self._now = money.START
        held.enter_context(clock.frozen(self._now))

    def go(self, delta: timedelta) -> None:
        """Move on."""
        self._now += delta
        self._held.enter_context(clock.frozen(self._now))
        tick.run(self._meter)
        sending.send_due()


@pytest.fixture
def time(store: Store, transactional_db: None) -> Iterator[Clock]:
    """An instance that bills from START on."""
    current.use(store)
    with ExitStack() as held:
        there = Clock(held, store)
        money.switch_on()
        money.account()
        yield there
    current.use(None)


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Opener]:
    """A browser of somebody who is signed in; at the end no script may have gone wrong."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_browser(who: User) -> Page:
        client = Client()
        client.force_login(who)
        cookie = next(iter(client.cookies.values()))
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert wrong == []


def visited(store: Store, site: Site, days: int) -> None:
    """A visitor looks at `A_DAY` pages in the evening of each day from START on, and once at START."""
    first = clock.to_ms(money.START)
    events = [event(first, site_id=site.pk, visitor_id=1, visit_id=1, visit_started=first)]
    for day in range(1, days):
        begun = first + day * 86_400_000
        events += [
            event(begun + n, site_id=site.pk, visitor_id=day + 1, visit_id=day + 1, visit_started=begun, path=f"/{n}")
            for n in range(A_DAY)
        ]
    visits.add(store, events)


def letters_to(box: Postbox, email: str) -> list[str]:
    """The texts of all letters to somebody."""
    mine = [one.get_body(("plain",)) for one in box.letters if one["to"] == email]
    return [" ".join(one.get_content().split()) for one in mine if one is not None]


def text_of(page: Page) -> str:
    """What the page says."""
    return " ".join(page.locator("main").inner_text().split())


def test_a_trial_ends_and_a_transfer_opens_the_site_again(
    time: Clock, opened: Opener, postbox: Postbox, store: Store
) -> None:
    site, client_of = people.bakery(), people.client_member()
    visited(store, site, 40)
    services.look_for_first_event(site, store)
    reseller, client = opened(people.reseller()), opened(client_of)
    overview, base = f"/sites/{site.key}", f"/accounts/{site.account_id}/billing"

    time.go(2 * DAY)
    for page in (reseller, client):
        page.goto(overview)
        expect(page.locator("#figures")).to_be_visible()
    reseller.goto(base)
    expect(reseller.get_by_text("Trial · 27 days left").first).to_be_visible()
    for _week in range(4):
        time.go(7 * DAY)
    time.go(DAY)

    # The notification: in the mailbox and on the page, with both prices.
    said = [text for text in letters_to(postbox, people.RESELLER) if "the trial is over" in text]
    assert len(said) == 1
    assert "kept and locked until you activate it: €9.00 a month or €90.00 a year." in said[0]
    assert any("the trial ends before" in text for text in letters_to(postbox, people.RESELLER))
    assert letters_to(postbox, client_of.email) == []
    reseller.goto(base)
    expect(reseller.get_by_role("heading", name="1 site is locked until it is activated")).to_be_visible()
    assert "up to 10,000 · €9.00 a month · €90.00 a year" in text_of(reseller)
    assert "5,600 pageviews in 28 whole days, × 28 ÷ 28 = 5,600 in 28 days" in text_of(reseller)

    # Locked for both; the client reads no word of money.
    reseller.goto(overview)
    expect(reseller.get_by_role("heading", name="kept and locked until you activate it: €9.00 a month")).to_be_visible()
    client.goto(overview)
    expect(client.get_by_role("heading", name="This is temporarily unavailable.")).to_be_visible()
    check(client)
    client.goto("/sites")
    assert "Temporarily unavailable" in text_of(client)
    assert "€" not in client.content()

    # Activated by the year or by the month; calculated as one chooses.
    reseller.goto(overview)
    reseller.get_by_role("link", name="Activate").click()
    reseller.get_by_label("By the year").check()
    expect(reseller.get_by_role("button", name="Activate 1 site: €108.90")).to_be_visible()
    reseller.get_by_label("By the month").check()
    reseller.get_by_role("button", name="Activate 1 site: €10.89").click()
    expect(reseller.get_by_role("heading", name="To be paid now")).to_be_visible()
    request = Request.objects.get()
    assert f"Amount €10.89 Reference {grouped(request.reference)} To Trailhouse Hosting BV" in text_of(reseller)

    # The operator books the transfer: both are open again, with what was counted meanwhile.
    receiving.receive(
        site.account, Money(1089, "EUR"), gateway="transfer", key="bank/1", received_on=clock.now().date(),
        by=people.operator(),
    )  # fmt: skip
    sending.send_due()
    assert Subscription.objects.get(site=site).state == "active"
    for page in (reseller, client):
        page.goto(overview)
        expect(page.locator("#figures")).to_be_visible()
    reseller.goto(f"{base}/documents")
    assert Document.objects.get().number in text_of(reseller)
    assert any("€10.89" in text for text in letters_to(postbox, people.RESELLER))
