"""The operator's pages of billing in a real browser: open to everyone, by keyboard, with much and with nothing."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.billing import money
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_people_in_browser import Opener, opened
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.billing import activating, books, receiving, tick
from trailhouse.billing.book import DEFAULT_BOOK, Interval, PriceBook, Tier
from trailhouse.billing.models import BankLine, BillingAccount, Book, Payment, Subscription
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.events.store import Store

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOME = "/operator/billing"
SHOTS = os.environ.get("SHOTS_IN", "")  # a folder to keep a picture of each page in


@pytest.fixture(autouse=True)
def _clock(reading: Store) -> Iterator[None]:
    with clock.frozen(money.START + timedelta(days=75)):
        yield


def much() -> tuple[Book, Payment]:
    """An account that pays, owes and has credit; one that got dearer; lines of a statement of each kind."""
    with clock.frozen(money.START):
        money.switch_on()
        sites = [money.site(f"{name}.example") for name in ("dune-hotel", "kite-school", "a-very-long-name-" * 3 + "x")]
    with clock.frozen(money.START + timedelta(days=29)):
        tick.run(money.FlatMeter(per_day=400))
        numbers = [one.pk for one in sites[:2]]
        chosen = activating.chosen(people.account(), numbers, Interval.MONTHLY)
        activating.activate(people.account(), chosen, by=None)
        account, on = people.account(), clock.now().date()
        payment = receiving.receive(account, Money(5_000, "EUR"), gateway="transfer", key="t/1", received_on=on)
    for days in (58, 75):
        with clock.frozen(money.START + timedelta(days=days)):
            tick.run(money.FlatMeter(per_day=400))
    for number in range(4):
        BankLine.objects.create(
            key=str(number), booked_on=clock.now().date(), amount=2_299, currency="EUR", payer="Bakery " * 8,
            text=f"Invoice {payment.account.documents.all()[0].reference}" if number < 2 else "thanks " * 20,
        )  # fmt: skip
    prices = PriceBook("EUR", (Tier(10_000, 2_000, 20_000), Tier(100_000, 4_000, 40_000)), DEFAULT_BOOK.ladder)
    return books.draft("Standard", prices, clock.now().date(), by=people.operator()), payment


def shown(page: Page, url: str, path: str, name: str) -> None:
    """Open a page and check it; keep its picture where they are asked for."""
    page.goto(url + path)
    for closed in page.locator("main details > summary").all():
        if not closed.evaluate("one => one.parentElement.open"):
            closed.click()
    check(page)
    if SHOTS:
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            width = page.viewport_size["width"] if page.viewport_size else 0
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")])
def test_the_pages_are_open_to_everyone(viewport: dict[str, int], opened: Opener, live_server: LiveServer) -> None:
    page = opened("/operator", people.operator(), viewport=viewport)
    for path in ("/books", "/seller", "/tax", "/rules"):  # billing is off
        shown(page, live_server.url, HOME + path, f"off{path.replace('/', '-')}")
    money.switch_on()
    for path in ("", "/accounts", "/documents", "/payments", "/bank"):  # nothing yet
        shown(page, live_server.url, HOME + path, f"none{path.replace('/', '-')}")
    draft, payment = much()
    account, site = people.account().pk, Subscription.objects.order_by("pk")[0].pk
    line = BankLine.objects.order_by("-pk")[0].pk
    for name, path in {
        "home": "", "accounts": "/accounts", "account": f"/accounts/{account}", "pay": f"/accounts/{account}/payment",
        "site": f"/accounts/{account}/sites/{site}", "payment": f"/accounts/{account}/payments/{payment.pk}",
        "documents": "/documents", "sites": "/sites", "bank": "/bank", "line": f"/bank/{line}?q=north",
        "edit": f"/books/{draft.pk}", "preview": f"/books/{draft.pk}/preview",
        "book": f"/books/{BillingAccount.objects.get(account=account).book_id}",
    }.items():  # fmt: skip
        shown(page, live_server.url, HOME + path, f"much-{name}")


def test_by_keyboard_a_payment_is_booked_and_a_draft_gets_a_row_without_a_script(
    opened: Opener, live_server: LiveServer
) -> None:
    draft, _payment = much()
    page = opened(f"{HOME}/accounts/{people.account().pk}/payment", people.operator(), script=False)
    page.get_by_label("Amount (EUR)").fill("1,50")
    page.get_by_label("Amount (EUR)").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Book €1.50")
    page.get_by_role("button", name="Book it").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The payment is booked")
    page.goto(f"{live_server.url}{HOME}/books/{draft.pk}")
    page.get_by_role("button", name="+ Tier").press("Enter")
    page.get_by_label("Tier 3, up to").fill("1000")
    page.get_by_label("Name").press("Enter")  # saves
    expect(page.get_by_role("alert")).to_contain_text("is no amount")
    page.get_by_role("button", name="Take tier 3 away").press("Enter")
    expect(page.get_by_label("Tier 3, up to")).to_have_count(0)
    page.get_by_role("button", name="Save draft").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The draft is saved")
