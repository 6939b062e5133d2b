"""Pageviews of the back/forward cache and of prerendering, which Chromium's headless shell does not have."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import chromium, started, unattended
from tests.tracker.site import TrackedSite

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The whole Chromium."""
    with started(chromium()) as browser:
        yield browser


def test_a_page_from_the_back_forward_cache_is_counted_again(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    page.evaluate("window.kept = true")
    page.goto(f"{site.url}/two")
    site.named("pageview", 2)
    page.evaluate("void setTimeout(() => history.back())")
    site.named("pageview", 3)
    assert sorted(site.paths()) == ["/one", "/one", "/two"]
    page.wait_for_function("window.kept === true")


def test_a_prerendered_page_counts_when_it_is_shown_and_not_before(site: TrackedSite) -> None:
    """In a Chromium of its own: it does not prerender while Playwright looks on."""
    rules = '{"prerender": [{"source": "list", "urls": ["/next"], "eagerness": "immediate"}]}'
    site.head = f'<script type="speculationrules">{rules}</script>'
    site.early = """document.addEventListener("DOMContentLoaded", () => {
      if (location.pathname != "/next") return fetch("/held").then(() => (location.href = "/next"))
      trailhouse("early", {props: {prerendering: document.prerendering}})
      fetch("/prerendered")
    })"""
    with unattended(f"{site.url}/first"):
        site.wait_for_visit("/prerendered")
        site.named("pageview")  # may come after it
        assert site.paths() == ["/first"]
        site.held.set()
        [early] = site.named("early")
        assert early["props"] == {"prerendering": True}
        site.named("pageview", 2)
    assert site.paths() == ["/first", "/next"]
