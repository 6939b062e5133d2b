"""Live, the list of visits and one visitor in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import browser, check
from tests.dashboard import visits
from tests.dashboard.test_pages_in_browser import NARROW, Opener, opened, site
from tests.dashboard.test_visitors_pages import ANN_HEX, NOW, ann, at_level
from trailhouse.events.store import Store
from trailhouse.sites.models import Privacy, Site

__all__ = ["browser", "opened", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EVERY_MS = 4_000  # as in live.js


def test_an_arriving_visit_appears_by_itself_until_it_is_paused(site: Site, reading: Store, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/live")
    page.clock.install(time=visits.NOW)
    page.clock.pause_at(visits.NOW + timedelta(hours=1))
    page.reload()  # from here on it asks when this test says so
    rows = page.locator("#now .here tbody tr")
    expect(rows).to_have_count(1)
    page.locator("#minutes-table summary").click()
    page.locator("#now .here tbody a").first.focus()
    focused = page.locator(":focus").get_attribute("href")
    visits.add(reading, list(visits.visit(site.pk, 7777, NOW - 1000, ("/arrived",))))
    page.clock.run_for(EVERY_MS)
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("/arrived")
    expect(page.locator("#now tr.fresh")).to_have_count(1)
    expect(page.locator("#now-said")).to_have_text("On the site now: 2")
    expect(page.locator("#minutes-table")).to_have_attribute("open", "")
    assert page.locator(":focus").get_attribute("href") == focused
    page.get_by_role("button", name="Pause").click()
    visits.add(reading, list(visits.visit(site.pk, 7778, NOW - 500, ("/",))))
    page.clock.run_for(5 * EVERY_MS)
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Go on").click()
    expect(rows).to_have_count(3)


def test_without_a_script_live_is_looked_at_again_by_a_link(site: Site, reading: Store, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/live", script=False)
    expect(page.locator("#now .here tbody tr")).to_have_count(1)
    visits.add(reading, list(visits.visit(site.pk, 7777, NOW - 1000, ("/",))))
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("#now .here tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_from_the_list_to_a_visitor_and_on_to_the_next(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/visitors")
    expect(page.locator(".visits tbody tr")).to_have_count(100)
    newest = page.locator(".visits tbody th .under").first.inner_text()
    page.get_by_role("link", name="Older →").click()
    expect(page.locator(".visits tbody th .under").first).not_to_have_text(newest)
    page.get_by_role("link", name="← Newer").click()
    expect(page.locator(".visits tbody th .under").first).to_have_text(newest)
    page.locator(".visits tbody td").get_by_role("link", name="Newsletter").first.click()
    expect(page.locator(".chip")).to_have_text("Source is Newsletter")
    page.locator(".visits tbody th a").first.click()
    expect(page.get_by_role("heading", name="Visitor", exact=True)).to_be_visible()
    who = page.locator("#who").inner_text()
    page.get_by_role("link", name="← Older").click()
    expect(page.locator("#who")).not_to_have_text(who)
    page.get_by_role("link", name="Newer →").click()
    expect(page.locator("#who")).to_have_text(who)
    page.get_by_role("link", name="All visitors").click()
    expect(page.locator(".chip")).to_have_text("Source is Newsletter")


@pytest.mark.parametrize("level", [Privacy.RECOGNISED, Privacy.STRICT])
def test_nothing_is_wrong_with_the_pages_at_any_width(
    site: Site, reading: Store, opened: Opener, level: Privacy
) -> None:
    visits.add(reading, [*ann(site.pk), *visits.hostile(site.pk)])
    at_level(site, level)
    parts = ["live", "visitors"]
    if level == Privacy.RECOGNISED:
        parts += [f"visitors/{ANN_HEX}", "visitors/2710", "visitors?f=is:source:Nope", "live?f=is:source:Nope"]
    for part in parts:
        for viewport in ({"width": 1280, "height": 900}, NARROW):
            page = opened(f"/sites/{site.key}/{part}", viewport=viewport)
            expect(page.locator("#report h1")).to_be_visible()
            check(page)
