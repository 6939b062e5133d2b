"""Filters and segments in a real browser: suggestions by keyboard, chips that open, all without a script too."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests import people
from tests.browser import browser, check
from tests.dashboard.test_pages_in_browser import NARROW, WIDE, expect_query, opened, site
from trailhouse.sites import segments
from trailhouse.sites.models import Segment, Site
from trailhouse.sites.segments import SegmentText

__all__ = ["browser", "opened", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Opener = Callable[..., Page]


def kept(site: Site, name: str, *lines: list[Any], own: bool = False) -> Segment:
    groups = [{"how": "", "any": [line]} for line in lines]
    return segments.add(site, SegmentText(name, "Who came so", own, groups), by=people.reseller())


def test_a_value_is_chosen_from_the_suggestions_by_keyboard(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}?f=is:device:Mobile")
    page.locator("#add-filter > summary").click()
    page.locator("#filter-field").select_option("country")
    box = page.locator("#filter-value")
    box.focus()
    expect(box).to_have_attribute("role", "combobox")
    box.press_sequentially("ger")
    options = page.locator("#add-filter [role=option]")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("Germany")
    expect(box).to_have_attribute("aria-expanded", "true")
    check(page)
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("suggestions-"))
    page.keyboard.press("Enter")
    expect(box).to_have_value("Germany")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.locator(".chip").last).to_have_text("Country is Germany")
    expect_query(page, "f=is:device:Mobile&f=is:country:DE")


def test_escape_closes_the_suggestions_first_and_then_the_sheet(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#add-filter > summary").click()
    box = page.locator("#filter-value")
    box.focus()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_a_suggestion_is_chosen_by_pointer(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#add-filter > summary").click()
    page.locator("#filter-field").select_option("page")
    page.locator("#filter-value").fill("/men")
    page.locator("#add-filter [role=option]").click()
    expect(page.locator("#filter-value")).to_have_value("/menu")
    page.get_by_role("button", name="Add filter").click()
    expect(page.locator(".chip")).to_have_text("Page is /menu")


def test_conditions_that_a_field_does_not_know_cannot_be_chosen(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#add-filter > summary").click()
    page.locator("#filter-operator").select_option("matches")
    page.locator("#filter-field").select_option("goal")
    expect(page.locator("#filter-operator")).to_have_value("is")
    expect(page.locator("#filter-operator option[value=matches]")).to_be_disabled()
    page.locator("#filter-operator").select_option("is")
    page.locator("#filter-field").select_option("campaign")
    page.locator("#filter-operator").select_option("is_empty")
    expect(page.locator("#filter-value")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_a_chip_is_opened_changed_widened_and_removed(site: Site, opened: Opener, *, script: bool) -> None:
    page = opened(f"/sites/{site.key}?f=is:source:Google&f=is:device:Mobile", script=script)
    box = page.locator(".chip-box").first
    box.locator(".chip").click()
    box.get_by_label("Value").first.fill("Instagram")
    box.get_by_text("… or something else").click()
    box.locator("[name=field_1]").select_option("page")
    box.locator("[name=operator_1]").select_option("contains")
    box.locator("[name=value_1]").first.fill("/ord")
    box.get_by_role("button", name="Change filter").click()
    expect(page.locator(".chip").first).to_have_text("Source is Instagram or Page contains /ord")
    assert unquote(page.url.partition("?")[2]) == "f=is:source:Instagram||contains:page:/ord&f=is:device:Mobile"
    page.locator(".chip").first.click()
    page.locator(".chip-box").first.get_by_role("link", name="Remove this alternative").first.click()
    expect(page.locator(".chip").first).to_have_text("Page contains /ord")
    page.get_by_role("link", name="Remove the filter Page contains /ord").click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(".chip")).to_have_text("Device is Mobile")


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_filters_become_a_segment_and_are_compared(site: Site, opened: Opener, *, script: bool) -> None:
    page = opened(f"/sites/{site.key}?f=is:source:Google", script=script)
    page.locator("#add-filter > summary").click()
    page.get_by_role("link", name="Save these filters as a segment").click()
    page.get_by_label("Name", exact=True).fill("Search")
    page.get_by_role("button", name="Save segment").click()
    expect(page.locator(".chip")).to_have_text("Segment is Search")
    page.locator(".chip").click()
    expect(page.locator(".applied li")).to_have_text("Source is Google")
    page.get_by_role("link", name="Show these as filters").click()
    expect(page.locator(".chip")).to_have_text("Source is Google")
    page.get_by_role("link", name="Segments", exact=True).first.click()
    page.get_by_label("Compare Search").check()
    page.get_by_role("button", name="Compare side by side").click()
    expect(page.get_by_role("heading", name="Segments side by side")).to_be_visible()
    expect(page.locator("svg.picture path.l1")).to_have_attribute("d", re.compile("^M"))
    page.get_by_role("link", name="Pageviews").click()
    expect(page.locator("section.chart h2")).to_have_text("Pageviews")


def test_a_wrong_pattern_is_told_where_the_filters_stand(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#add-filter > summary").click()
    page.locator("#filter-field").select_option("page")
    page.locator("#filter-operator").select_option("matches")
    page.locator("#filter-value").fill("/a[")
    page.get_by_role("button", name="Add filter").click()
    expect(page.get_by_role("alert")).to_have_text("The pattern has a [ that is never closed by ].")
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator("#filter-value")).to_have_value("/a[")
    page.locator("#filter-value").fill("/[ao]")
    page.get_by_role("button", name="Add filter").click()
    expect(page.locator(".chip")).to_have_text("Page matches /[ao]")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="on a desk"), pytest.param(NARROW, id="on a phone")])
def test_every_page_of_segments_is_open_to_everyone(viewport: dict[str, int], site: Site, opened: Opener) -> None:
    one = kept(site, "Phones from a very long search for something", ["is", "visit:device", ["Mobile"]])
    own = kept(site, "Menu", ["contains", "event:page", ["/menu", "x" * 90]], own=True)
    chips = f"f=is:segment:{one.pk}&f=done:is:page:{'/long' * 40}||is:country:NL&f=is:segment:999&wrong=pattern.bracket"
    for path in (
        f"?{chips}",
        "/segments",
        "/segments/new",
        f"/segments/new?{chips}",
        f"/segments/{own.pk}",
        f"/segments/{own.pk}/delete",
        f"/segments/compare/all,{one.pk},{own.pk}",
    ):
        page = opened(f"/sites/{site.key}{path}", viewport=viewport)
        check(page)
        for place in range(page.locator(".chip").count()):
            page.locator(".chip").nth(place).click()
            check(page)
            page.keyboard.press("Escape")
