"""Trends, notes, hours, what was left out in a real browser: open to everyone, by day and night, wide and narrow."""

import os
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser, check
from tests.dashboard import visits
from tests.dashboard.test_hours import filled
from trailhouse.events.store import Store
from trailhouse.sites import annotations
from trailhouse.sites.models import Site

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("trends", "hours", "left-out", "settings/notes", "places/map", "properties", "properties/plan")
SHOTS = os.environ.get("SHOTS", "")  # a directory to look at the pages in


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_are_open_to_everyone(
    browser: Browser, live_server: LiveServer, bakery: Site, reading: Store, reseller: Client, width: int
) -> None:
    filled(bakery, reading)
    today = visits.NOW.date()
    for reason, n in (("bot_user_agent", 300), ("foreign_hostname", 41), ("own_visit", 7)):
        reading.command(
            f"INSERT INTO drops (site_id, batch, day, reason, n) VALUES ({bakery.pk}, 1, '{today}', '{reason}', {n})"
        )
    cookie = next(iter(reseller.cookies.values()))
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    context.add_cookies([{"name": cookie.key, "value": str(cookie.value), "url": live_server.url}])
    page = context.new_page()
    annotations.add(bakery, today - timedelta(9), "New menu page with autumn prices", by=people.reseller())
    annotations.add(bakery, today - timedelta(2), "Newsletter sent", internal=True, by=None)
    for name in PAGES:
        for query in ("", "?period=24h&f=is:page:/nowhere", *(["?tab_with=bounce_rate"] * (name == "trends"))):
            page.goto(f"{live_server.url}/sites/{bakery.key}/{name}{query}")
            check(page)
            if SHOTS:
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    page.screenshot(
                        path=f"{SHOTS}/{name.replace('/', '-')}-{len(query)}-{scheme}-{width}.png", full_page=True
                    )
    context.close()


def test_the_map_zooms_by_keys_and_buttons(
    browser: Browser, live_server: LiveServer, bakery: Site, reseller: Client
) -> None:
    cookie = next(iter(reseller.cookies.values()))
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.add_cookies([{"name": cookie.key, "value": str(cookie.value), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/sites/{bakery.key}/places/map")
    world = page.locator("svg.world")

    def view() -> list[float]:
        return [float(part) for part in str(world.get_attribute("viewBox")).replace(",", " ").split()]

    whole = view()
    page.get_by_role("button", name="Closer").click()
    assert view()[2] == pytest.approx(whole[2] / 1.5)
    world.press("+")
    assert view()[2] == pytest.approx(whole[2] / 2.25)
    left = view()[0]
    world.press("ArrowRight")
    assert view()[0] > left
    world.press("0")
    assert view() == pytest.approx(whole)
    page.get_by_role("link", name="Netherlands:").press("Enter")
    page.wait_for_url("**/places/regions?f=is:country:NL")
    expect(page.locator("main")).to_contain_text("North Holland")
    context.close()
