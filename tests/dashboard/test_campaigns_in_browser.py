"""Campaign return, its costs and the way through the sources in a real browser: open to everyone, on a phone too."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import browser, check
from tests.dashboard import visits
from tests.dashboard.test_pages_in_browser import NARROW, Opener, opened, site
from tests.dashboard.test_plain_pages_in_browser import opened as refusing
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites import campaigns
from trailhouse.sites.campaigns import CostText
from trailhouse.sites.models import Site
from trailhouse.sites.sharing import LinkText, add_link

__all__ = ["browser", "opened", "refusing", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1280, "height": 900}
BETWEEN = {"width": 900, "height": 900}
LONG = "a-campaign-with-a-very-long-name-that-goes-on-and-on-2026"
SHOTS = os.environ.get("SHOTS_IN", "")  # a folder to look at the pages in


def much(site: Site, store: Store) -> None:
    """Campaigns with long names, losses and gains, by several links."""
    start = clock.to_ms(visits.NOW) - 5 * visits.DAY
    for number, (campaign, source, medium) in enumerate(
        (("spring", "google", "cpc"), ("spring", "facebook", "paid-social"), (LONG, LONG, LONG), ("letter", "", ""))
    ):
        link = {"utm_campaign": campaign, "utm_source": source, "utm_medium": medium}
        for one in range(12 - 3 * number):
            pages = ("/", "/order/thanks") if one % 3 == 0 else ("/", "/menu")
            at = start - one * 3 * visits.DAY
            visits.add(store, list(visits.visit(site.pk, 7000 + 100 * number + 6 * one + 1, at, pages, **link)))
    days = {"first": "2026-10-01", "last": "2026-11-30"}
    for campaign, amount, kind in (
        ("spring", "250", "sum"),
        (LONG, "123456789.99", "sum"),
        ("letter", "0.85", "click"),
    ):
        campaigns.add(site, CostText(campaign, amount=amount, kind=kind, **days), by=None)
    campaigns.add(site, CostText("spring", amount="1.20", kind="click", source="google", medium="cpc", **days), by=None)


def look(page: Page, name: str) -> None:
    """Keep pictures of a page, by day and by night, where they are wanted."""
    for scheme in ("light", "dark") if SHOTS else ():
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}.png", full_page=True)
    check(page)


@pytest.mark.parametrize("viewport", [DESK, NARROW], ids=["desk", "phone"])
def test_every_page_is_open_to_everyone(viewport: dict[str, int], site: Site, opened: Opener, reading: Store) -> None:
    size = str(viewport["width"])
    base = f"/sites/{site.key}"
    look(opened(f"{base}/campaigns?from=2020-01-01&to=2020-01-02", viewport=viewport), f"none-{size}")
    look(opened(f"{base}/campaigns", viewport=viewport), f"little-{size}")
    look(opened(f"{base}/campaigns/costs", viewport=viewport), f"no-costs-{size}")
    much(site, reading)
    look(opened(f"{base}/campaigns", viewport=viewport), f"return-{size}")
    path = f"{base}/campaigns?tab_campaigns=links&f=is:device:Mobile"
    look(opened(path, viewport=viewport), f"links-{size}")
    look(opened(f"{base}/campaigns/costs", viewport=viewport), f"costs-{size}")
    look(opened(f"{base}/campaigns/costs/upload", viewport=viewport), f"upload-{size}")
    way = "f=is:channel:Organic%20social&f=is:source:Instagram&f=is:referrer:https%3A//instagram.com/"
    look(opened(f"{base}/sources/landing?{way}", viewport=viewport), f"way-{size}")
    look(opened(f"{base}/sources/site_search", viewport=viewport), f"search-{size}")
    link = add_link(site, LinkText("Baker"), by=None)
    look(opened(f"/share/{link.slug}/campaigns", viewport=viewport), f"guest-{size}")


def test_between_a_phone_and_a_desk_nothing_goes_beyond_the_edge(site: Site, opened: Opener, reading: Store) -> None:
    much(site, reading)
    look(opened(f"/sites/{site.key}/campaigns", viewport=BETWEEN), "return-900")
    look(opened(f"/sites/{site.key}/campaigns", viewport=BETWEEN | {"width": 1250}), "return-1250")


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without one"])
def test_one_goes_from_a_channel_to_where_visits_landed_and_back(site: Site, opened: Opener, script: bool) -> None:
    page = opened(f"/sites/{site.key}/sources/channels", script=script)
    for row, head in (
        ("Organic social", "Source"), ("Instagram", "Referrer"), ("https://instagram.com/", "Landing page")
    ):  # fmt: skip
        page.get_by_role("rowheader").get_by_role("link", name=row, exact=True).click()
        expect(page.locator("thead th").first).to_have_text(head)
    way = page.get_by_role("navigation", name="The way here")
    expect(way.get_by_role("link")).to_have_text(
        ["All channels", "Organic social", "Instagram", "https://instagram.com/"]
    )
    way.get_by_role("link", name="Organic social").click()
    expect(page.locator("thead th").first).to_have_text("Source")
    expect(page.locator(".chip")).to_have_text(["Channel is Organic social"])
    page.go_back()
    expect(page.locator("thead th").first).to_have_text("Landing page")
    expect(page.locator(".chip")).to_have_count(3)


def test_a_cost_is_entered_from_the_report_by_keyboard(site: Site, refusing: Opener) -> None:
    page = refusing(f"/sites/{site.key}/campaigns", signed_in=True)
    page.get_by_role("link", name="Add a cost of autumn").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Campaign", exact=True)).to_have_value("autumn")
    page.get_by_label("First day").fill("2026-11-01")
    page.get_by_label("Last day").fill("2026-10-01")
    page.get_by_label("Amount", exact=True).fill("300")
    page.get_by_role("button", name="Save cost").click()
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    check(page)
    page.get_by_label("Last day").fill("2026-11-30")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_role("row", name="autumn")).to_contain_text("300.00")


def test_a_file_is_shown_before_it_is_saved(site: Site, refusing: Opener) -> None:
    for viewport in (DESK, NARROW):
        page = refusing(f"/sites/{site.key}/campaigns/costs/upload", signed_in=True, viewport=viewport)
        lines = f"campaign,from,to,amount\nautumn,2026-11-01,2026-11-30,300\n{LONG},2026-11-01,2026-11-30,x\n"
        page.get_by_label("Or paste the lines").fill(lines)
        page.get_by_role("button", name="Look at the costs").click()
        expect(page.get_by_role("table", name="").first).to_contain_text("no amount of EUR")
        look(page, f"wrong-{viewport['width']}")
        page.get_by_role("link", name="Choose another file").click()
        page.get_by_label("Or paste the lines").fill(lines.replace(",x", f",{viewport['width']}"))
        page.get_by_role("button", name="Look at the costs").click()
        expect(page.get_by_role("button", name="Save")).to_be_visible()
        look(page, f"preview-{viewport['width']}")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text(
            "0 costs are new" if viewport is NARROW else "2 costs are new"
        )
