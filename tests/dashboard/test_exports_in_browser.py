"""Exports in a real browser: by pointer and keyboard, on a phone, in the dark, without a script."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import people
from tests.browser import browser, check
from tests.dashboard.test_pages_in_browser import NARROW, WIDE, opened, site
from trailhouse.exports import services
from trailhouse.exports.models import Export
from trailhouse.outbox.models import Task
from trailhouse.outbox.working import carry_out_due
from trailhouse.sites.models import Privacy, Site

__all__ = ["browser", "opened", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Opener = Callable[..., Page]


def look(page: Page, name: str) -> None:
    """Keep a picture where one is wanted."""
    if where := os.environ.get("PICTURES"):
        page.emulate_media(color_scheme="dark" if name.endswith("dark") else "light")
        page.screenshot(path=Path(where) / f"{name}.png", full_page=True)


def fits(page: Page) -> bool:
    """Whether nothing scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def asked(site: Site) -> Export:
    """An export that somebody waits for."""
    day = site.added_at.date()
    by = people.reseller()
    first = day.replace(year=day.year - 1)
    return services.ask(site, "events", "csv", first, day, through=Export.Through.STATISTICS, by=by)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_menu_of_a_report_is_open_to_everyone(
    viewport: dict[str, int], dark: bool, site: Site, opened: Opener
) -> None:
    page = opened(f"/sites/{site.key}/pages", viewport=viewport)
    page.locator("summary", has_text="Export").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Excel (XLSX)")).to_be_visible()
    assert fits(page)
    check(page)
    look(page, f"menu-{viewport['width']}-{'dark' if dark else 'light'}")


def test_a_click_downloads_what_is_shown(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/pages?f=is:device:Mobile")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as found:
        page.get_by_role("link", name="CSV").click()
    assert found.value.suggested_filename.startswith("harbour-bakery.example-pages-top-")
    assert Path(found.value.path()).read_text().startswith("page,visitors,share")


def test_the_picture_is_of_the_figure_that_was_chosen_last(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator(".kpi").nth(2).click()
    expect(page.locator(".kpi").nth(2)).to_have_attribute("aria-current", "true")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as found:
        page.get_by_role("link", name="Chart as SVG").click()
    assert "Pageviews" in Path(found.value.path()).read_text()
    look(page, "overview")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_of_exports_is_open_to_everyone(
    viewport: dict[str, int], dark: bool, site: Site, opened: Opener
) -> None:
    kind = f"{viewport['width']}-{'dark' if dark else 'light'}"
    page = opened(f"/sites/{site.key}/export", viewport=viewport)
    check(page)
    look(page, f"export-none-{kind}")
    for _ in range(2):
        asked(site)
    carry_out_due()
    waiting = asked(site)
    page.reload()
    page.get_by_text("What the columns hold").click()
    assert fits(page)
    check(page)
    look(page, f"export-{kind}")
    assert waiting.task is not None
    Task.objects.filter(pk=waiting.task).update(done=40_001, total=120_002)
    page.goto(page.url.partition("?")[0] + f"/{waiting.pk}")
    expect(page.get_by_role("progressbar")).to_be_visible()
    check(page)
    look(page, f"progress-{kind}")


def test_the_bar_becomes_the_file_without_leaving_the_page(site: Site, opened: Opener) -> None:
    export = asked(site)
    page = opened(f"/sites/{site.key}/export/{export.pk}")
    expect(page.get_by_role("progressbar")).to_be_visible()
    carry_out_due()
    expect(page.get_by_role("link", name="Get the file")).to_be_visible()
    check(page)
    look(page, "ready")
    with page.expect_download() as found:
        page.get_by_role("link", name="Get the file").click()
    assert found.value.suggested_filename.endswith(".csv.gz")
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status")).to_contain_text("The export was deleted.")
    expect(page.get_by_text("No prepared files")).to_be_visible()


def test_everything_works_without_a_script(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/export", script=False)
    with page.expect_download() as found:
        page.get_by_role("button", name="Download now").click()
    assert found.value.suggested_filename.endswith(".csv")
    page.get_by_role("button", name="Prepare and tell me by mail").click()
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_a_strict_site_says_why(site: Site, opened: Opener) -> None:
    Site.objects.filter(pk=site.pk).update(privacy=Privacy.STRICT)
    page = opened(f"/sites/{site.key}/export", viewport=NARROW)
    expect(page.get_by_text("This site keeps figures only")).to_be_visible()
    check(page)
    look(page, "strict")


def test_all_sites_can_be_exported(site: Site, opened: Opener) -> None:
    page = opened("/sites", viewport=NARROW)
    page.get_by_text("Export", exact=True).click()
    assert fits(page)
    check(page)
    look(page, "sites")
    with page.expect_download() as found:
        page.get_by_role("link", name="CSV").click()
    assert found.value.suggested_filename == "sites.csv"
