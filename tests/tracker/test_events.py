"""Events: called by the page, or from clicks and forms."""

from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from tests.tracker.site import TrackedSite

pytestmark = pytest.mark.browser

STUB = "window.trailhouse=window.trailhouse||function(){(trailhouse.q=trailhouse.q||[]).push(arguments)};"
# Links lead nowhere, and open no windows either: a test looks at what is sent.
STAY = "addEventListener('click', event => event.preventDefault());"


def test_an_event_carries_properties_and_revenue(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/shop")
    page.evaluate("trailhouse('Purchase', {props: {plan: 'pro', seats: 3}, revenue: {currency: 'EUR', amount: 12.5}})")
    page.evaluate("trailhouse('Shown', {interactive: false})")
    page.evaluate("trailhouse('Plain')")
    [purchase], [shown], [plain] = site.named("Purchase"), site.named("Shown"), site.named("Plain")
    assert purchase["props"] == {"plan": "pro", "seats": 3}
    assert purchase["revenue"] == {"currency": "EUR", "amount": 12.5}
    assert purchase["u"] == f"{site.url}/shop"
    assert "interactive" not in purchase
    assert shown["interactive"] is False
    assert "props" not in plain


def test_events_before_the_script_has_loaded_wait_for_it(page: Page, site: TrackedSite) -> None:
    site.early = STUB + "trailhouse('Signup', {props: {plan: 'free'}, revenue: {currency: 'USD', amount: '7'}})"
    page.goto(f"{site.url}/one")
    [event] = site.named("Signup")
    assert event["props"] == {"plan": "free"}
    assert event["revenue"] == {"currency": "USD", "amount": "7"}
    site.only("Signup", "pageview")


@pytest.mark.parametrize("left_out", [False, True], ids=["counted", "not counted"])
def test_the_callback_comes_at_once_and_in_any_case(page: Page, site: TrackedSite, left_out: bool) -> None:
    page.goto(f"{site.url}/one")
    if left_out:
        page.evaluate("localStorage.visits_ignore = 'true'")
    assert page.evaluate("(trailhouse('Buy', {callback: () => { window.called = 'yes' }}), window.called)") == "yes"


@pytest.mark.parametrize(
    ("link", "name"),
    [
        pytest.param("https://www.example.org/there", "Outbound Link: Click", id="another host"),
        pytest.param("https://www.example.org/price.pdf?v=2", "File Download", id="a file elsewhere"),
        pytest.param("/files/Letter.DOCX", "File Download", id="a file here"),
        pytest.param("/about", None, id="a page here"),
        pytest.param("/pdf", None, id="a page whose name is a file type"),
        pytest.param("mailto:someone@example.org", None, id="mail"),
        pytest.param("javascript:void 0", None, id="a script"),
    ],
)
def test_what_a_click_on_a_link_means(page: Page, site: TrackedSite, link: str, name: str | None) -> None:
    site.early, site.body = STAY, f'<a href="{link}"><b>go</b></a>'
    page.goto(f"{site.url}/one")
    page.click("b")
    page.evaluate("trailhouse('End')")
    site.named("End")
    if name is None:
        site.only("pageview", "End")
    else:
        [event] = site.named(name)
        assert event["props"] == {"url": page.evaluate("document.querySelector('a').href")}


def test_the_middle_button_opens_a_link_and_the_right_one_does_not(page: Page, site: TrackedSite) -> None:
    site.body = '<a href="https://www.example.org/">go</a>'
    page.goto(f"{site.url}/one")
    page.evaluate("void (document.onauxclick = event => event.preventDefault())")
    page.click("a", button="right")
    page.click("a", button="middle")
    site.only("pageview", "Outbound Link: Click")


def test_a_click_counts_also_where_the_page_stops_it_or_leaves(page: Page, site: TrackedSite) -> None:
    site.body = f'<a href="{site.collector}/elsewhere" onclick="event.stopPropagation()">go</a>'
    page.goto(f"{site.url}/one")
    page.click("a", no_wait_after=True)
    site.named("Outbound Link: Click")
    page.wait_for_url("**/elsewhere")


def test_a_site_chooses_its_file_types_and_what_is_watched(page: Page, site: TrackedSite) -> None:
    links = ("/a.gpx", "/a.pdf", "https://www.example.org/")
    site.body = "".join(f'<a href="{link}">go</a> ' for link in links)
    site.body += '<button class="trailhouse-event-name=Tagged">go</button>'
    site.early = STAY
    site.settings = replace(site.settings, file_types=("gpx",), outbound=False, class_events=False)
    page.goto(f"{site.url}/one")
    for place in range(len(links)):
        page.locator("a").nth(place).click()
    page.click("button")
    page.evaluate("trailhouse('End')")
    site.only("pageview", "File Download", "End")

    site.sent.clear()
    site.settings = replace(site.settings, downloads=False)
    page.goto(f"{site.url}/two")
    page.locator("a").first.click()
    page.evaluate("trailhouse('End')")
    site.named("End")
    assert "File Download" not in site.names()


@pytest.mark.parametrize(
    ("body", "props"),
    [
        pytest.param(
            '<button class="btn trailhouse-event-name=Sign+Up trailhouse-event-plan=pro+plus big"><i>x</i></button>',
            {"plan": "pro plus"},
            id="button",
        ),
        pytest.param('<div class="plausible-event-name--Sign+Up">x</div>', {}, id="Plausible's names, with dashes"),
        pytest.param(
            '<a href="https://example.org/" class="trailhouse-event-name=Sign+Up">x</a>',
            {"url": "https://example.org/"},
            id="link",
        ),
    ],
)
def test_classes_make_a_click_an_event(page: Page, site: TrackedSite, body: str, props: dict[str, Any]) -> None:
    site.early, site.body = STAY, body
    page.goto(f"{site.url}/one")
    page.get_by_text("x").or_(page.locator("i")).first.click()
    [event] = site.named("Sign Up")
    assert event.get("props", {}) == props


def test_a_form_is_told_when_it_is_submitted_and_not_when_it_is_clicked(page: Page, site: TrackedSite) -> None:
    site.body = """<form class="trailhouse-event-name=Contact trailhouse-event-topic=Prices" action="/thanks">
      <input name="a"> <button class="trailhouse-event-name=Button">Send</button></form>"""
    page.goto(f"{site.url}/one")
    page.click("input")
    page.click("button")
    [form] = site.named("Contact")
    assert form["props"] == {"topic": "Prices"}
    site.wait(lambda: "/thanks?a=" in site.paths())
    site.named("Button")
    assert set(site.names()) <= {"Button", "Contact", "engagement", "pageview"}
