"""The page of the API's operations in a real browser: a long one is opened by keyboard, wide and narrow."""

import os

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser import browser, check

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS", "")  # a directory to look at the page in


@pytest.mark.parametrize("width", [1280, 360])
def test_operations_are_opened_by_keyboard(browser: Browser, live_server: LiveServer, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{live_server.url}/api/docs")
    for name in ("list_visitors", "put_funnel", "get_export_file"):
        page.locator(f"#{name} summary").press("Enter")
        page.locator(f"#{name} .told").wait_for()
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/docs-{name}-{width}.png")
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
