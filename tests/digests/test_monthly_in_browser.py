"""The monthly report, the work log and a client's home in a real browser: open to everyone, also on paper."""

import os
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser, check
from tests.dashboard import visits
from tests.dashboard.account_page import many
from tests.digests import months
from trailhouse.accounts.models import User
from trailhouse.events.store import Store
from trailhouse.sites import annotations
from trailhouse.sites.clients import set_sites
from trailhouse.sites.models import Annotation, Site

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS", "")  # a directory to look at the pages in
Opened = Callable[[User, int], tuple[BrowserContext, Page]]


@pytest.fixture
def as_person(browser: Browser, live_server: LiveServer) -> Opened:
    """A page of this width in which somebody is signed in."""

    def opened(user: User, width: int) -> tuple[BrowserContext, Page]:
        client = Client()
        client.force_login(user)
        cookie = next(iter(client.cookies.values()))
        context = browser.new_context(
            viewport={"width": width, "height": 800}, reduced_motion="reduce", base_url=live_server.url
        )
        context.add_cookies([{"name": cookie.key, "value": str(cookie.value), "url": live_server.url}])
        return context, context.new_page()

    return opened


def shot(page: Page, name: str) -> None:
    """Pictures to look at, where they are wanted."""
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png", full_page=True)  # type: ignore[index]


def worked(site: Site) -> None:
    """Two entries of the work log in October, and one later."""
    for day, text in ((5, "New menu page with autumn prices"), (19, "Photos of the shop replaced, half as large")):
        annotations.add(site, date(2026, 10, day), text, kind=Annotation.Kind.WORK, by=people.colleague())
    annotations.add(site, date(2026, 11, 12), "Opening hours corrected", kind=Annotation.Kind.WORK, by=None)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_report_is_open_to_everyone_with_much_little_and_nothing(
    as_person: Opened, reading: Store, width: int
) -> None:
    much, little, nothing = people.bakery(), people.law_firm(), people._site("dune-hotel.example")
    months.with_goal(much)
    months.fill(reading, much)
    months.fill(reading, little, months.LITTLE, missing=0)
    months.fill(reading, nothing, {date(2026, 9, 1): months.MUCH[months.SEPTEMBER]}, missing=0)
    worked(much)
    context, page = as_person(people.reseller(), width)
    for site, name in ((much, "much"), (little, "little"), (nothing, "nothing")):
        page.goto(f"/sites/{site.key}/month")
        check(page)
        shot(page, f"month-{name}")
    page.goto(f"/sites/{much.key}/month")
    page.emulate_media(media="print")
    expect(page.locator("nav.side")).to_be_hidden()
    expect(page.locator(".month .lead")).to_be_visible()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/month-print-{width}.png", full_page=True)
        page.pdf(path=f"{SHOTS}/month-printed-{width}.pdf")
    page.emulate_media(media="screen")
    for address in (f"/sites/{much.key}/work", f"/sites/{nothing.key}/work", f"/sites/{much.key}/settings/notes"):
        page.goto(address)
        check(page)
        shot(page, f"{address.rsplit('/', 1)[1]}-{'much' if much.key in address else 'none'}")
    context.close()


def test_an_earlier_month_is_chosen_and_a_work_entry_is_written_without_a_script(
    browser: Browser, as_person: Opened, reading: Store
) -> None:
    site = people.bakery()
    months.fill(reading, site)
    context, page = as_person(people.reseller(), 1280)
    page.goto(f"/sites/{site.key}/month")
    page.get_by_label("Month", exact=True).select_option("2026-09")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".month .about")).to_contain_text("September 2026")
    page.get_by_role("link", name="Write down what you did").click()
    page.get_by_label("Day", exact=True).fill("2026-09-14")
    page.get_by_label("What happened").fill("New menu page")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("table .badge", has_text="work log")).to_be_visible()
    page.goto(f"/sites/{site.key}/month?m=2026-09")
    expect(page.locator(".part.work")).to_contain_text("New menu page")
    context.close()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("sites", [0, 2, 13])
def test_a_clients_home_is_open_to_everyone(as_person: Opened, reading: Store, width: int, sites: int) -> None:
    person, bakery = people.client_member(), people.bakery()
    if sites == 0:
        set_sites(people.client(), [], by=people.reseller())
    else:
        many(sites - 1)
        months.fill(reading, bakery)
        visits.fill(reading, bakery.pk)
        numbers = list(Site.objects.exclude(domain="vanleer-law.example").order_by("pk").values_list("pk", flat=True))
        set_sites(people.client(), numbers[:sites], by=people.reseller())
        for number in numbers[1:sites:2]:
            visits.add(reading, [one for one in visits.ordinary(number) if one.ts % 5 < 4])
        Site.objects.filter(pk__in=numbers[1:sites:2]).update(first_event_at=bakery.added_at)
    context, page = as_person(person, width)
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Harbour Bakery")
    check(page)
    shot(page, f"home-{sites}")
    context.close()
