"""The page to try questions out, in a real browser: open to everyone, by day and night, wide and narrow."""

import os

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser import browser, check
from tests.dashboard.conftest import bakery, reading, reseller
from trailhouse.sites.models import Site

__all__ = ["bakery", "browser", "reading", "reseller"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS", "")  # a directory to look at the pages in


@pytest.mark.parametrize("width", [1280, 360])
def test_a_question_is_asked_by_keyboard(
    browser: Browser,
    live_server: LiveServer,
    bakery: Site,
    reseller: Client,
    width: int,
) -> None:
    cookie = next(iter(reseller.cookies.values()))
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    context.add_cookies([{"name": cookie.key, "value": str(cookie.value), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/api/try")
    check(page)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/try-empty-{width}.png", full_page=True)
    page.get_by_role("button", name="Ask").press("Enter")
    page.get_by_text("The same by program").wait_for()
    check(page)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/try-{width}.png", full_page=True)
    page.get_by_label("Question").fill("{")
    page.get_by_role("button", name="Ask").press("Enter")
    page.get_by_role("alert").wait_for()
    context.close()
