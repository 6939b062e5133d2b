"""A payer leaves a card and confirms a payment in a real browser, by keyboard: our policy lets the forms lead on."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.billing import stripe_double
from tests.billing.stripe_cast import Cast
from tests.browser import browser
from trailhouse.billing import charging
from trailhouse.billing.gateways.stripe import client
from trailhouse.billing.models import Charge
from trailhouse.billing.states import State
from trailhouse.core import settings as core
from trailhouse.dashboard import views_stripe

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS", "")  # a directory to look at the pages in


@pytest.fixture
def server(
    stripe_server: stripe_double.Stripe, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[str]:
    """The pages, set up for the double before they begin."""
    own = replace(
        core.settings(), stripe_key=stripe_double.KEY, stripe_webhook_secret=stripe_double.SECRET,
        stripe_url=stripe_server.url,
    )  # fmt: skip
    monkeypatch.setattr(core, "settings", lambda: own)
    monkeypatch.setattr(client, "settings", lambda: own)
    live = LiveServer("127.0.0.1")
    monkeypatch.setattr(views_stripe, "settings", lambda: replace(own, url=live.url))
    yield live.url
    live.stop()


def shown(page: Page, name: str) -> None:
    """Nothing that axe finds, by day and by night, nothing beyond the right edge of a telephone."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{scheme}-{width}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_card_is_left_a_payment_confirmed_and_the_card_removed(
    browser: Browser, server: str, stripe_server: stripe_double.Stripe
) -> None:
    stripe_server.reset()
    with ExitStack() as held:
        cast = Cast(stripe_server, held, now=datetime.now(UTC))
        signed_in = Client()
        signed_in.force_login(people.reseller())
        cookie = next(iter(signed_in.cookies.values()))
        context = browser.new_context(reduced_motion="reduce")
        context.add_cookies([{"name": cookie.key, "value": str(cookie.value), "url": server}])
        page = context.new_page()
        base = f"{server}/accounts/{cast.account.pk}/billing"
        page.goto(f"{base}/details")
        shown(page, "none")
        page.get_by_role("button", name="Leave a card or bank account").press("Enter")
        page.get_by_role("button", name="Go on", exact=True).press("Enter")
        page.get_by_text("Visa •••• 3184, 08/30").wait_for()
        site = cast.activates("dune-hotel.example")
        charging.carry_out()
        page.reload()
        shown(page, "kept")
        page.get_by_role("link", name="Confirm the payment").press("Enter")
        page.get_by_role("button", name="Go on to the bank").wait_for()
        shown(page, "confirm")
        page.get_by_role("button", name="Go on to the bank").press("Enter")
        page.get_by_role("button", name="Go on", exact=True).press("Enter")
        page.get_by_text("has arrived. Thank you.").wait_for()
        shown(page, "confirmed")
        assert Charge.objects.get().state == Charge.State.DONE
        assert cast.state(site) == State.ACTIVE
        page.goto(f"{base}/details")
        page.get_by_role("button", name="Remove it").press("Enter")
        page.get_by_role("button", name="Leave a card or bank account").wait_for()
        context.close()
