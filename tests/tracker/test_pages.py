"""Pageviews: the first one, routes, manual mode."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from tests.tracker.site import KEY, TrackedSite

pytestmark = pytest.mark.browser


def test_the_first_page_is_counted_once_with_all_that_the_collector_wants(page: Page, site: TrackedSite) -> None:
    page.set_viewport_size({"width": 800, "height": 600})
    page.goto(f"{site.url}/shop?utm_source=news#top", referer="https://www.example.org/")
    assert site.named("pageview") == [
        {
            "n": "pageview",
            "u": f"{site.url}/shop?utm_source=news#top",
            "d": KEY,
            "r": "https://www.example.org/",
            "t": "Page /shop",
            "w": 800,
        }
    ]
    assert site.types == ["text/plain;charset=UTF-8"]  # needs no preflight


def test_each_history_route_is_a_pageview_and_an_unchanged_path_is_none(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    page.evaluate("history.pushState({}, '', '/two')")
    page.evaluate("history.replaceState({}, '', '/two?sort=price')")
    page.evaluate("history.pushState({}, '', '/two#reviews')")
    page.evaluate("history.replaceState({}, '', '/three')")
    site.named("pageview", 3)
    page.evaluate("history.go(-2)")
    site.named("pageview", 4)
    assert sorted(site.paths()) == ["/one", "/one", "/three", "/two"]  # beacons overtake each other


def test_the_page_still_gets_what_pushstate_does_and_throws(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    assert page.evaluate("(history.pushState({a: 1}, '', '/two'), history.state.a)") == 1
    thrown = "try { history.pushState({}, '', 'https://example.org/') } catch (error) { error.name }"
    assert page.evaluate(f"eval({thrown!r})") == "SecurityError"
    site.named("pageview", 2)


def test_the_fragment_is_a_route_only_where_the_site_says_so(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/app#/inbox")
    page.evaluate("location.hash = '#/sent'")
    page.evaluate("history.pushState({}, '', '/end')")
    site.named("pageview", 2)
    assert sorted(site.paths()) == ["/app#/inbox", "/end"]
    assert all("h" not in event for event in site.sent)

    site.sent.clear()
    site.settings = replace(site.settings, hash_routes=True)
    page.goto(f"{site.url}/other#/inbox")
    page.evaluate("location.hash = '#/sent'")
    site.named("pageview", 2)
    assert sorted(site.paths()) == ["/other#/inbox", "/other#/sent"]
    assert all(event["h"] == 1 for event in site.sent if "/other" in event["u"])


def test_manual_mode_counts_only_what_the_page_says(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, manual=True)
    page.goto(f"{site.url}/one")
    page.evaluate("history.pushState({}, '', '/two')")
    page.evaluate("trailhouse('pageview', {u: 'https://www.example.org/basket', props: {plan: 'pro'}})")
    [event] = site.named("pageview")
    assert event["u"] == "https://www.example.org/basket"
    assert event["props"] == {"plan": "pro"}


@pytest.mark.parametrize("how", ["meta", "call"])
def test_a_page_that_was_not_found_is_marked(page: Page, site: TrackedSite, how: str) -> None:
    if how == "meta":
        site.head = '<meta name="trailhouse" content="404">'
    page.goto(f"{site.url}/nowhere")
    if how == "call":
        page.evaluate("trailhouse('404')")
    [event] = site.named("404")
    assert event["props"] == {"path": "/nowhere"}
    assert event["interactive"] is False
    site.only("pageview", "404")
