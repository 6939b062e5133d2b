"""Engaged time and scroll depth."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from tests.tracker.site import TrackedSite

pytestmark = pytest.mark.browser

TALL = '<div style="height: 3000px; margin: 0">long</div>'
SLACK_MS = 15_000  # loading the page takes a moment, which counts as well


@pytest.fixture(autouse=True)
def clock(page: Page) -> None:
    """Time that can be wound forward, and a switch for who has the focus."""
    page.clock.install()
    page.add_init_script(
        """window.attention = {focus: true, hidden: false}
        document.hasFocus = () => attention.focus
        Object.defineProperty(document, "hidden", {get: () => attention.hidden})
        window.attend = (values, type) => { Object.assign(attention, values); dispatchEvent(new Event(type)) }"""
    )


def engaged(site: TrackedSite) -> int:
    """The milliseconds of all engagement so far."""
    return sum(event["e"] for event in site.sent if event["n"] == "engagement")


def test_a_route_change_tells_how_long_the_page_before_was_looked_at(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    page.clock.fast_forward(20_000)
    page.evaluate("history.pushState({}, '', '/two')")
    [event] = site.named("engagement")
    assert event["u"] == f"{site.url}/one"
    assert 20_000 <= event["e"] < 20_000 + SLACK_MS


def test_leaving_the_page_tells_it_too(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    page.clock.fast_forward(5_000)
    page.goto("about:blank")
    [event] = site.named("engagement")
    assert 5_000 <= event["e"] < 5_000 + SLACK_MS


@pytest.mark.parametrize(
    ("away", "back", "type_of_event"),
    [
        pytest.param({"focus": False}, {"focus": True}, "blur", id="without focus"),
        pytest.param({"hidden": True}, {"hidden": False}, "visibilitychange", id="hidden"),
    ],
)
def test_time_without_attention_does_not_count(
    page: Page, site: TrackedSite, away: dict[str, bool], back: dict[str, bool], type_of_event: str
) -> None:
    page.goto(f"{site.url}/one")
    page.clock.fast_forward(5_000)
    page.evaluate("([values, type]) => attend(values, type)", [away, type_of_event])
    site.named("engagement")
    page.clock.fast_forward(3_600_000)
    page.evaluate("([values, type]) => attend(values, type)", [back, "focus"])
    page.clock.fast_forward(7_000)
    page.evaluate("history.pushState({}, '', '/two')")
    site.named("engagement", 2)
    assert 12_000 <= engaged(site) < 12_000 + SLACK_MS


def test_the_scroll_depth_is_the_furthest_point_seen(page: Page, site: TrackedSite) -> None:
    site.body = TALL
    page.set_viewport_size({"width": 800, "height": 600})
    page.goto(f"{site.url}/one")
    for top in (900, 100):  # 1,500 of 3,000 pixels and a margin have been on the screen
        page.evaluate("top => new Promise(done => { onscroll = done; scrollTo(0, top) })", top)
    page.clock.fast_forward(1_000)
    page.evaluate("history.pushState({}, '', '/two')")
    [event] = site.named("engagement")
    assert 48 <= event["sd"] <= 50


def test_a_page_that_fits_was_seen_whole_and_the_next_route_begins_anew(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    page.clock.fast_forward(1_000)
    page.evaluate("history.pushState({}, '', '/two')")
    site.named("engagement")
    page.evaluate("html => { document.body.innerHTML = html }", TALL)
    page.clock.fast_forward(1_000)
    page.evaluate("history.pushState({}, '', '/three')")
    whole, part = site.named("engagement", 2)
    assert whole["sd"] == 100
    assert part["sd"] < 30


def test_engagement_and_scrolling_can_be_left_out(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, scroll=False)
    page.goto(f"{site.url}/one")
    page.clock.fast_forward(5_000)
    page.evaluate("history.pushState({}, '', '/two')")
    [event] = site.named("engagement")
    assert event["sd"] == 0

    site.settings = replace(site.settings, engagement=False)
    page.goto(f"{site.url}/three")
    site.wait(lambda: "/three" in site.paths())
    page.clock.fast_forward(5_000)
    page.evaluate("history.pushState({}, '', '/four')")
    site.wait(lambda: "/four" in site.paths())
    assert [event["n"] for event in site.sent if event["u"] == f"{site.url}/three"] == ["pageview"]
