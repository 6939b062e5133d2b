"""Journeys in a real browser: by keyboard, on a phone, in the dark, without a script."""

from itertools import product
from random import Random

import pytest
from playwright.sync_api import expect

from tests import people
from tests.browser import browser, check
from tests.dashboard import visits
from tests.dashboard.test_journeys import not_found_of
from tests.dashboard.test_pages_in_browser import NARROW, WIDE, Opener, opened
from trailhouse.core import clock
from trailhouse.events import blocks
from trailhouse.events.store import Store
from trailhouse.sites import page_groups
from trailhouse.sites.models import Site

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(transactional_db: None, bakery: Site, reading: Store) -> Site:
    """The bakery with many pages, long ones too, and a missing one."""
    rnd, start = Random(1), clock.to_ms(visits.NOW) - 3 * visits.DAY
    pages = [f"/{part}/{word}" for part, word in product(("blog", "products"), ("bread", "rolls", "pies", "cakes"))]
    pages += ["/blog/how-we-bake-our-sourdough-bread-on-a-winter-morning-in-den-helder", "/", "/menu", "/"]
    found = []
    for number in range(9_100, 9_300):
        walked = rnd.choices(pages, k=rnd.randint(1, 7))
        found += list(visits.visit(bakery.pk, number, start + number, tuple(walked)))
    missed = list(visits.visit(bakery.pk, 9_050, start, ("/menu", "/blog/an-old-article")))
    found += [*missed, not_found_of(missed[1])]
    visits.add(reading, found)
    titles = [(bakery.pk, 1, start, "/menu", "Our menu"), (bakery.pk, 1, start, "/blog/rolls", "Rolls for Sunday")]
    reading.insert_block("titles", blocks.of_rows("titles", titles))
    page_groups.add(bakery, "Blog", ["/blog/*"], by=people.reseller())
    page_groups.add(bakery, "Shop", ["/products/*", "/order*"], by=people.reseller())
    return bakery


PAGES = (
    "journeys", "journeys/page/%252Fmenu", "journeys/event/Order", "journeys/page/%252Fnothing", "not-found", "pages",
    "pages/exit", "pages/groups", "events/not_found", "events/forms", "settings/page-groups",
)  # fmt: skip


@pytest.mark.parametrize("viewport", [WIDE, {"width": 1000, "height": 800}, NARROW], ids=["wide", "middle", "narrow"])
def test_nothing_is_wrong_on_any_page(site: Site, opened: Opener, viewport: dict[str, int]) -> None:
    page = opened(f"/sites/{site.key}/{PAGES[0]}", viewport=viewport)
    for path in PAGES:
        page.goto(page.url.partition("/sites/")[0] + f"/sites/{site.key}/{path}")
        check(page)


def test_a_step_becomes_the_centre_by_keyboard(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/journeys/page/%252Fmenu?period=7d")
    step = page.locator(".ways-column", has_text="Just after").get_by_role("link", name="/blog/rolls")
    step.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="/blog/rolls", exact=True)).to_be_visible()
    assert page.url.endswith("/journeys/page/%252Fblog%252Frolls?period=7d")
    expect(page.locator(".ways-centre .muted")).to_have_text("Rolls for Sunday")
    page.go_back()
    expect(page.get_by_role("heading", name="/menu", exact=True)).to_be_visible()


def test_another_period_keeps_the_centre(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/journeys/page/%252Fmenu")
    page.locator("summary", has_text="Period:").click()
    page.get_by_role("link", name="Last 91 days").click()
    page.wait_for_url("**/journeys/page/%252Fmenu?period=91d")
    expect(page.get_by_role("heading", name="/menu", exact=True)).to_be_visible()


def test_the_form_works_without_a_script(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/journeys?period=7d", script=False)
    page.get_by_label("Page or event").fill("Order")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Order", exact=True)).to_be_visible()
    assert page.url.endswith("/journeys/event/Order?period=7d")


def test_the_bands_reach_the_steps_that_they_join(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/journeys/page/%252Fmenu")
    centre = page.locator(".is-centre .way").bounding_box()
    bands = page.locator(".ways-bands").nth(3)
    drawn, bounds = bands.locator("path").count(), bands.bounding_box()
    after = page.locator(".ways-column").nth(4).locator(".way")
    last = after.last.bounding_box()
    assert centre
    assert bounds
    assert last
    assert drawn == after.count() > 2
    assert bounds["y"] == pytest.approx(centre["y"], abs=1)
    assert bounds["y"] + bounds["height"] >= last["y"] + last["height"] - 1
