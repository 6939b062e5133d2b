"""Offers, new terms, a lost second step: their pages in a real browser, open to everyone."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.accounts.mails import code_to
from tests.accounts.test_security_in_browser import SIZES, context, enter, page
from tests.browser import browser
from tests.dashboard.test_plain_pages_in_browser import check
from tests.outbox.conftest import use_server
from trailhouse.accounts import second_step, terms
from trailhouse.accounts.instance import publish_terms
from trailhouse.accounts.models import Account
from trailhouse.sites import handover, offering

__all__ = ["browser", "context", "page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OLD = "\n\n".join(f"{number}. A paragraph of the terms that stays as it is." for number in range(1, 9))


def see(page: Page, path: str) -> None:
    """Open a page and see that it is open to everyone."""
    page.goto(path)
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_a_site_is_offered_and_taken_over(
    viewport: Any, page: Page, context: BrowserContext, live_server: LiveServer, settings: Settings
) -> None:
    use_server(settings, "")
    page.set_viewport_size(viewport)
    site = people.bakery()
    enter(context, people.reseller(), live_server.url)
    page.goto(f"/sites/{site.key}/offer")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail address")).to_be_visible()
    check(page)
    page.get_by_label("E-mail address").fill(people.stranger().email)
    page.keyboard.press("Enter")
    link = urlsplit(page.locator("#offer-link").inner_text()).path
    check(page)
    see(page, f"/sites/{site.key}/settings/danger")
    see(page, link)
    context.clear_cookies()
    see(page, link)
    enter(context, people.stranger(), live_server.url)
    see(page, link)
    page.get_by_role("button", name="Take over the site").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sites/{site.key}/settings")
    assert offering.waiting_offer(site) is None


@pytest.mark.parametrize("viewport", SIZES)
def test_new_terms_are_read_and_accepted(
    viewport: Any, page: Page, context: BrowserContext, live_server: LiveServer
) -> None:
    page.set_viewport_size(viewport)
    people.bakery()
    by = people.operator()
    terms.accept(publish_terms("2026-01-01", OLD + "\n\nYou pay in time.", by=by), people.reseller())
    publish_terms("2026-06-01", OLD + "\n\nYou pay within 14 days.\n\nYou tell your clients.", by=by)
    enter(context, people.reseller(), live_server.url)
    page.goto("/sites")
    expect(page.get_by_text("You pay within 14 days.").first).to_be_visible()
    check(page)
    page.get_by_role("button", name="Accept the terms").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites")
    see(page, f"/accounts/{people.account().pk}/settings")
    handover.close(people.account(), "Northlight Studio", by=people.reseller())
    assert Account.objects.filter(closed_at__isnull=False).exists()
    enter(context, people.operator(), live_server.url)
    see(page, "/operator/instance")


@pytest.mark.parametrize("viewport", SIZES)
def test_a_lost_second_step_is_reported_and_the_request_stopped(
    viewport: Any, page: Page, context: BrowserContext, live_server: LiveServer, settings: Settings
) -> None:
    use_server(settings, "smtp://127.0.0.1:1")
    page.set_viewport_size(viewport)
    TOTP.activate(people.reseller(), generate_totp_secret())
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(people.RESELLER)
    page.get_by_label("Password").fill(people.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-step")
    check(page)
    page.get_by_role("link", name="Phone, passkey and recovery codes are gone").click()
    expect(page.get_by_role("button", name="Mail me a code")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Mail me a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_label("Code").fill(code_to(people.RESELLER))
    check(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("will be taken off on")).to_be_visible()
    check(page)
    asked = second_step.waiting(people.reseller())
    assert asked is not None
    enter(context, people.reseller(), live_server.url)
    see(page, "/profile/security")
    see(page, f"/second-step/stop/{second_step.stop_token(asked)}")
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("the second step stays")).to_be_visible()
    check(page)
