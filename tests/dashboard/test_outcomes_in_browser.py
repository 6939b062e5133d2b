"""Goals, funnels and revenue in a real browser: wide and on a phone, by keyboard, without a script."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import people
from tests.browser import browser, check
from tests.dashboard import visits
from tests.dashboard.test_goals import orders
from tests.dashboard.test_pages_in_browser import NARROW, WIDE, Opener, opened, site
from trailhouse.events.store import Store
from trailhouse.sites import funnels
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.models import Funnel, Site
from trailhouse.sites.services import add_goal

__all__ = ["browser", "opened", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS", "")  # a directory for pictures of the pages
STEPS = (
    StepText("page", "/menu", "The menu with a name that is longer than most names are"),
    StepText("page", "/order"),
    StepText("page", "/order/thanks", "Thanks"),
    StepText("event", "Order"),
)


def kept(page: Page, name: str) -> None:
    """A picture of the page, where one is wanted."""
    if SHOTS:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}.png", full_page=True)


@pytest.fixture
def funnel(site: Site, reading: Store) -> Funnel:
    """A funnel of the bakery, which also has orders with revenue."""
    visits.add(reading, list(orders(site, 1000, 3000, 125_000, source="Newsletter")))
    visits.add(reading, list(visits.hostile(site.pk)))
    add_goal(
        site, "scroll", "75 /a-rather-long-path-of-a-blog/*", name="Read an article nearly to its end", value_minor=5
    )
    return funnels.add(site, FunnelText("From the menu to the order", STEPS), by=people.reseller())


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_of_outcomes_has_a_barrier(viewport: dict[str, int], funnel: Funnel, opened: Opener) -> None:
    base, goal = f"/sites/{funnel.site.key}", funnel.site.goals.get(name="Order placed")
    paths = {
        "goals": f"{base}/goals",
        "goal": f"{base}/goals/{goal.pk}?metric=conversion_rate",
        "goal-property": f"{base}/goals/{goal.pk}/by/prop.plan",
        "revenue": f"{base}/revenue/by/country",
        "revenue-none": f"{base}/revenue?f=is:source:Google",
        "funnels": f"{base}/funnels",
        "funnel": f"{base}/funnels/{funnel.pk}",
        "funnel-none": f"{base}/funnels/{funnel.pk}?f=is:source:nobody",
        "funnel-add": f"{base}/funnels/add",
        "funnel-change": f"{base}/funnels/{funnel.pk}/change",
    }
    for name, path in paths.items():
        page = opened(path, viewport=viewport)
        check(page)
        kept(page, f"{name}-{viewport['width']}")


def test_empty_pages_have_no_barrier(site: Site, opened: Opener) -> None:
    site.goals.all().delete()
    for viewport in (WIDE, NARROW):
        for name in ("goals", "funnels", "revenue"):
            page = opened(f"/sites/{site.key}/{name}", viewport=viewport)
            check(page)
            kept(page, f"{name}-empty-{viewport['width']}")


def test_a_funnel_is_made_without_a_script(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/funnels/add", script=False)
    page.get_by_label("Name", exact=True).fill("By hand")
    page.get_by_label("Which, step 1").fill("/menu")
    page.get_by_label("Which, step 2").fill("/order*")
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("Step 3", exact=True).select_option(label="Order placed")
    page.get_by_role("button", name="Move step 3 up").click()
    expect(page.get_by_label("Which, step 3")).to_have_value("/order*")
    page.get_by_role("button", name="Move step 3 up").click()
    expect(page.get_by_label("Which, step 2")).to_have_value("/order*")
    page.get_by_label("Name in reports, step 1").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By hand")
    expect(page.locator(".step-name")).to_have_text(["/menu", "/order*", "Order placed"])


def test_a_figure_of_a_goal_is_drawn_by_a_click(funnel: Funnel, opened: Opener) -> None:
    page = opened(f"/sites/{funnel.site.key}/goals?period=7d")
    page.get_by_role("link", name="Order placed").click()
    expect(page).to_have_title(re.compile("^Order placed · "))
    expect(page.locator("#plot .uplot")).to_be_visible()
    page.locator(".kpi", has_text="Conversion rate").click()
    expect(page.locator("#plot")).to_have_attribute("data-label", "Conversion rate")
    expect(page).to_have_url(re.compile("metric=conversion_rate"))
    page.get_by_text("By: Source").click()
    page.get_by_role("link", name="Country", exact=True).click()
    expect(page.locator("#split thead th").first).to_have_text("Country")
    expect(page.locator("#plot")).to_have_attribute("data-label", "Conversion rate")
    page.locator("#split").get_by_role("link", name="Netherlands").click()
    expect(page.locator(".chip")).to_have_text("Country is Netherlands")
