"""New and returning, and the page that erases, in a real browser: by day, by night and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser import browser, check
from tests.dashboard import comings
from tests.dashboard.test_pages_in_browser import (
    NARROW,
    WIDE,
    Opener,
    opened,
    site,
)
from trailhouse.events.store import Store
from trailhouse.sites import services
from trailhouse.sites.models import Site

__all__ = ["browser", "opened", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_is_wrong_with_the_pages(viewport: dict[str, int], site: Site, reading: Store, opened: Opener) -> None:
    pages = {"lower": f"/sites/{site.key}/returning"}
    check(opened(pages["lower"], viewport=viewport))
    services.change_site(site, {"privacy": "recognised"}, by=None)
    few = opened(f"/sites/{site.key}/returning", viewport=viewport)
    check(few)
    comings.fill(reading, site.pk)
    for path in ("returning", "returning?from=2026-01-01&to=2026-01-02", "visitors/00000000000003e8/erase"):
        check(opened(f"/sites/{site.key}/{path}", viewport=viewport))


def test_a_filter_comes_and_goes_without_leaving_the_page(site: Site, reading: Store, opened: Opener) -> None:
    services.change_site(site, {"privacy": "recognised"}, by=None)
    comings.fill(reading, site.pk)
    page = opened(f"/sites/{site.key}/returning")
    page.locator(".kinds").get_by_role("link", name="Returning").click()
    expect(page.locator(".chip")).to_contain_text("New or returning is Returning")
    expect(page.locator(".kinds").get_by_role("link", name="New")).to_have_count(0)
    page.get_by_text("Table of values").first.click()
    expect(page.locator(".values tbody tr").first).to_be_visible()
