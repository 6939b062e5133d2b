"""The settings of a site and shared pages in a real browser: open to everyone, usable by keyboard, in a frame."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests import people
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW
from tests.dashboard.test_plain_pages_in_browser import SIZES, Opener, check, opened
from trailhouse.core import clock
from trailhouse.events import blocks
from trailhouse.events.store import Store
from trailhouse.sites import goals, hostnames, lifecycle, script_address, services, sharing
from trailhouse.sites.goals import GoalText
from trailhouse.sites.models import Site
from trailhouse.sites.sharing import LinkText

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("", "/counting", "/goals", "/sharing", "/danger")
LONG = "a-very-long-name-of-a-customer-that-goes-on-and-on"


def much(site: Site, store: Store) -> None:
    """Fill every list of the settings."""
    for n in range(3):
        hostnames.add_alias(site, f"{LONG}-{n}.example", by=None)
        values = (site.pk, 1, clock.now_ms(), "foreign_hostname", json.dumps({"page": f"{LONG}.copy{n}.example/"}))
        store.insert_block("quarantine", blocks.of_rows("quarantine", [values]))
        goals.add(site, GoalText("page", f"/{LONG * 2}/{n}*", f"{LONG} {n}", "12.50"), by=None)
        sections = ["overview", "sources", "pages", "places"][: n + 1]
        sharing.add_link(site, LinkText(f"{LONG} {n}", sections=sections, embed=n == 1), by=None)
    sharing.set_public(site, True, by=None)
    services.change_site(site, {"privacy": "recognised", "tracker": {"consent": "borlabs"}}, by=None)
    script_address.choose(site, host="", own_path=True, by=None)
    services.rotate_key(site, by=None)
    hostnames.add_staging(site, "staging.harbour-bakery.example", by=None)
    lifecycle.delete_later(site, site.domain, by=None)


@pytest.mark.parametrize("viewport", SIZES)
@pytest.mark.parametrize("full", [False, True], ids=["new", "full"])
def test_the_settings_are_open_to_everyone(
    viewport: dict[str, int], full: bool, opened: Opener, reading: Store
) -> None:
    site = people.bakery()
    if full:
        much(site, reading)
    key = Site.objects.get(pk=site.pk).key
    for part in PAGES:
        check(opened(f"/sites/{key}/settings{part}", signed_in=True, viewport=viewport))


def test_a_form_that_is_refused_is_open_to_everyone_and_says_why(opened: Opener, reading: Store) -> None:
    page = opened(f"/sites/{people.bakery().key}/settings/goals", signed_in=True)
    page.get_by_label("Which").fill("thanks")
    page.get_by_role("button", name="Save goal").click()
    expect(page.locator("[aria-invalid=true]")).to_be_focused()
    check(page)
    page.get_by_label("Which").fill("/thanks*")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="/thanks*")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Saved")


def test_the_question_before_a_loss_is_open_to_everyone(opened: Opener, reading: Store) -> None:
    page = opened(f"/sites/{people.bakery().key}/settings/counting", signed_in=True, viewport=NARROW)
    page.get_by_role("radio", name="Strict").press("Space")
    page.get_by_role("radio", name="Strict").press("Enter")
    expect(page.get_by_role("heading", name="Keep less of this site?")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Keep less").press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert people.bakery().privacy == "strict"


@pytest.mark.parametrize("viewport", SIZES)
def test_shared_pages_are_open_to_everyone(viewport: dict[str, int], opened: Opener, bakery: Site) -> None:
    link = sharing.add_link(bakery, LinkText("Client", password="open sesame"), by=None)
    page = opened(f"/share/{link.slug}", viewport=viewport)
    check(page)
    page.get_by_label("Password").fill("wrong one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_label("Password").fill("open sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    check(page)
    page.locator("#panel-pages .more").click()
    page.wait_for_url(f"**/share/{link.slug}/pages/**")
    expect(page.get_by_role("heading", name="Pages")).to_be_visible()
    check(opened(f"/share/{sharing.add_link(people.law_firm(), LinkText('x'), by=None).slug}", viewport=viewport))


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, dict[str, str]]]:
    """Another site with a page of its own: its address, and what its page holds."""
    pages = {"/": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(pages["/"].encode())

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)  # a browser may open connections that it does not use
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    server.server_close()


def test_a_link_for_embedding_works_in_a_frame_of_another_site_without_cookies(
    opened: Opener, bakery: Site, elsewhere: tuple[str, dict[str, str]]
) -> None:
    address, pages = elsewhere
    embed = sharing.add_link(bakery, LinkText("Frame", embed=True), by=None)
    plain = sharing.add_link(bakery, LinkText("Plain"), by=None)
    page = opened("/sign-in")
    page.context.clear_cookies()
    base = page.url.removesuffix("/sign-in")
    frames = "".join(
        f'<iframe src="{base}/share/{link.slug}" width="900" height="900"></iframe>' for link in (embed, plain)
    )
    pages["/"] = f"<!doctype html><title>Elsewhere</title>{frames}"
    page.goto(address)
    inside = page.frame_locator("iframe").first
    expect(inside.get_by_role("heading", name="Overview")).to_be_visible()
    inside.get_by_role("link", name="Sources").first.click()
    expect(inside.get_by_role("heading", name="Sources", level=1)).to_be_visible()
    expect(page.frame_locator("iframe").nth(1).get_by_role("heading", name="Overview")).to_have_count(0)
    assert page.context.cookies() == []
