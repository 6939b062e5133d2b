"""The overview in a real browser: by pointer, by keyboard, on a phone, in the dark."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser, check
from tests.dashboard import visits
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites.models import Site

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"width": 1360, "height": 1000}
NARROW = {"width": 360, "height": 760}
Opener = Callable[..., Page]


@pytest.fixture
def site(transactional_db: None, bakery: Site) -> Site:
    """The bakery, visible to the server's threads."""
    return bakery


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, client: Client) -> Iterator[Opener]:
    """Opens a path as the reseller; at the end nothing may have gone wrong on any page."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []
    client.force_login(people.reseller())
    cookie = next(iter(client.cookies.values()))

    def open_page(path: str, *, viewport: dict[str, int] = WIDE, script: bool = True) -> Page:
        context = browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def expect_query(page: Page, text: str) -> None:
    """Wait until the address of `page` ends in this query."""
    expect(page).to_have_url(re.compile(re.escape(f"?{text}") + "$"))


def test_arrow_keys_read_the_chart(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    plot = page.locator("#plot")
    plot.focus()
    page.keyboard.press("End")
    last = page.locator("#values tbody tr").last
    title, value = last.locator("th").inner_text(), last.locator("td").first.text_content()
    expect(page.locator(".read b")).to_have_text("Mon, 23 Nov 2026")
    assert title in ("", "Mon, 23 Nov 2026")
    expect(page.locator(".read span").first).to_have_text(f"Visitors: {value}")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".read b")).to_have_text("Sun, 22 Nov 2026")
    expect(plot.locator("[role=status]")).to_contain_text("Sun, 22 Nov 2026")
    page.keyboard.press("Home")
    expect(page.locator(".read b")).to_have_text("Sun, 25 Oct 2026")
    page.keyboard.press("Escape")
    expect(page.locator(".read")).to_be_hidden()


def test_the_pointer_reads_the_chart(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    expect(page.locator("#plot canvas")).to_be_visible()
    box = page.locator("#plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 80)
    expect(page.locator(".read b")).to_have_text("Mon, 23 Nov 2026")


def test_enter_opens_the_day_that_is_read(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#plot").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#values tbody tr")).to_have_count(16)
    expect(page).to_have_url(re.compile("from=2026-11-23&to=2026-11-23"))


def test_a_click_filters_the_chip_shows_it_and_takes_it_away(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    before = page.locator(".kpi b").first.inner_text()
    page.locator("#panel-sources").get_by_role("link", name="Instagram").click()
    expect(page.locator(".chip")).to_have_text("Source is Instagram")
    expect_query(page, "f=is:source:Instagram")
    expect(page.locator(".kpi b").first).not_to_have_text(before)
    expect(page.get_by_role("link", name="Sources", exact=True).first).to_have_attribute(
        "href", re.compile("f=is:source:Instagram")
    )
    page.get_by_role("link", name="Remove the filter Source is Instagram").click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator(".kpi b").first).to_have_text(before)
    page.go_back()
    expect(page.locator(".chip")).to_have_text("Source is Instagram")


def test_a_tab_changes_its_panel_and_other_links_remember_it(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#tab-places-cities").click()
    expect(page.locator("#panel-places th").first).to_have_text("City")
    expect_query(page, "tab_places=cities")
    page.locator("#tab-pages-exit").click()
    expect(page.locator("#panel-pages th").first).to_have_text("Exit page")
    expect_query(page, "tab_pages=exit&tab_places=cities")
    page.locator("#panel-technology").get_by_role("link", name="Firefox").click()
    expect(page.locator(".chip")).to_have_text("Browser is Firefox")
    expect(page.locator("#panel-places th").first).to_have_text("City")
    page.locator("#tab-places-countries").click()
    expect(page.locator("#panel-places th").first).to_have_text("Country")
    page.locator("#panel-sources").get_by_role("link", name="Google").click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator("#panel-places th").first).to_have_text("Country")


def test_a_figure_is_drawn_when_it_is_chosen(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator(".kpi").nth(3).click()
    expect(page.locator(".kpi").nth(3)).to_have_attribute("aria-current", "true")
    expect(page.locator("#plot")).to_have_attribute("data-label", "Bounce rate")
    expect(page.locator("#plot canvas")).to_have_count(1)
    expect_query(page, "metric=bounce_rate")


def test_the_period_is_chosen_from_presets_and_by_dates(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.get_by_text("Last 30 days").first.click()
    page.get_by_role("link", name="Last 7 days").click()
    expect(page.locator("#values tbody tr")).to_have_count(7)
    expect_query(page, "period=7d")
    page.get_by_text("Last 7 days").first.click()
    page.locator("#period-from").fill("2026-11-01")
    page.locator("#period-to").fill("2026-11-03")
    page.get_by_role("button", name="Show these days").click()
    expect(page.locator("#values tbody tr")).to_have_count(3)
    expect(page.get_by_text("1 Nov – 3 Nov 2026").first).to_be_visible()


def test_a_filter_is_added_by_the_form_and_the_keyboard_alone(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#add-filter > summary").focus()
    page.keyboard.press("Enter")
    page.locator("#filter-field").select_option("page")
    page.locator("#filter-operator").select_option("contains")
    page.locator("#filter-value").fill("/ord")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_text("Page contains /ord")
    expect(page.locator("#panel-pages th[scope=row]").first).to_have_text("/order")


def test_escape_closes_what_is_open(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    page.locator("#add-filter > summary").click()
    expect(page.locator("#filter-value")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#filter-value")).to_be_hidden()
    expect(page.locator("#add-filter > summary")).to_be_focused()


def test_the_live_count_moves_by_itself(site: Site, reading: Store, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}")
    expect(page.locator("#live")).to_contain_text("1 visitor")
    visits.add(reading, list(visits.visit(site.pk, 7777, clock.to_ms(visits.NOW) - 1000, ("/",))))
    expect(page.locator("#live")).to_contain_text("2 visitors")


def test_the_waiting_page_turns_into_the_overview(reading: Store, opened: Opener, transactional_db: None) -> None:
    site = people.law_firm()
    page = opened(f"/sites/{site.key}")
    expect(page.get_by_text("Waiting for the first visit")).to_be_visible()
    visits.add(reading, list(visits.visit(site.pk, 1, clock.to_ms(visits.NOW) - 1000, ("/",))))
    expect(page.locator(".kpi b").first).to_have_text("1")


def test_filters_tabs_and_periods_work_without_a_script(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}", script=False)
    page.locator("#panel-sources").get_by_role("link", name="Google").click()
    expect(page.locator(".chip")).to_have_text("Source is Google")
    page.locator("#tab-places-map").click()
    expect(page.locator("svg.world")).to_be_visible()
    page.locator("#add-filter > summary").click()
    page.locator("#filter-field").select_option("device")
    page.locator("#filter-value").fill("Mobile")
    page.get_by_role("button", name="Add filter").click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator("svg.world")).to_be_visible()
    expect(page.locator("svg.picture path.line").first).to_have_attribute("d", re.compile("^M"))


PATHS = ("", "?tab_places=map&f=is:device:Mobile&period=7d", "/pages", "?from=2020-01-01&to=2020-01-02")


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="on a desk"), pytest.param(NARROW, id="on a phone")])
def test_every_page_is_open_to_everyone(viewport: dict[str, int], site: Site, opened: Opener) -> None:
    for path in PATHS:
        page = opened(f"/sites/{site.key}{path}", viewport=viewport)
        for summary in page.locator("#add-filter > summary, details.values > summary").all():
            summary.click()
        check(page)


def test_long_words_of_other_languages_fit_on_a_phone(site: Site, opened: Opener) -> None:
    page = opened("/sites", viewport=NARROW)
    for language in ("nl", "de", "fr", "es"):
        page.set_extra_http_headers({"Accept-Language": language})
        for path in ("", "/technology/browser_versions", "?from=2025-11-30&to=2026-10-31"):
            page.goto(f"{page.url.partition('/sites')[0]}/sites/{site.key}{path}")
            assert page.locator("html").get_attribute("lang") == language
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], (language, path)


def test_the_menu_is_behind_a_button_on_a_phone(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}", viewport=NARROW)
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    menu.get_by_role("link", name="Pages").click()
    expect(page.get_by_role("heading", name="Pages")).to_be_visible()
    expect(menu).to_be_hidden()
