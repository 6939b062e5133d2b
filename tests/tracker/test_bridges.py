"""Bridges to consent tools: pages that behave as each tool's own documentation says."""

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from tests.tracker.site import TrackedSite

pytestmark = pytest.mark.browser

_GOOGLE = """
window.dataLayer = window.dataLayer || [];
function gtag() { dataLayer.push(arguments) }
gtag('consent', 'default', {analytics_storage: 'denied', ad_storage: 'denied'});
"""
# What a container of Tag Manager does with the layer when it loads.
_MANAGER = "(() => { let before = dataLayer.push; dataLayer.push = (...all) => before.apply(dataLayer, all) })()"
_COOKIEBOT = "window.Cookiebot = {consent: {statistics: %s, marketing: false}, hasResponse: %s};"
_COMPLIANZ = """
window.cmplz_statistics = '%s';
window.cmplz_has_consent = (category) => category == 'statistics' && cmplz_statistics == 'allow';
window.cmplz_set_consent = (category, value) => {
  if (category == 'statistics') cmplz_statistics = value;
  document.dispatchEvent(new CustomEvent('cmplz_status_change', {detail: {category, value}}));
};
"""
_BORLABS_3 = """
window.groups = new Set(%s);
window.BorlabsCookie = {Consents: {hasConsentForServiceGroup: (group) => groups.has(group)}};
window.save = (...all) => {
  groups = new Set(all);
  window.dispatchEvent(new Event('borlabs-cookie-consent-saved'));
};
"""
_BORLABS_2 = """
window.consents = %s;
window.BorlabsCookie = {checkCookieGroupConsent: (group) => consents[group] !== undefined};
window.save = (...all) => {
  consents = Object.fromEntries(all.map((group) => [group, []]));
  document.dispatchEvent(new Event('borlabs-cookie-consent-saved'));
};
"""


@dataclass(frozen=True)
class Tool:
    """A consent tool as scripts of its page: `fresh` before an answer, `known` where it was yes on an earlier page."""

    name: Any
    fresh: str
    known: str
    other: str  # the visitor agrees to something else alone
    yes: str
    no: str


TOOLS = [
    pytest.param(
        Tool(
            "google",
            _GOOGLE,
            _GOOGLE + "gtag('consent', 'update', {analytics_storage: 'denied'});"
            "gtag('consent', 'update', {analytics_storage: 'granted'});",
            "gtag('consent', 'update', {ad_storage: 'granted'}); dataLayer.push({event: 'granted'}, null)",
            _MANAGER + "; gtag('consent', 'update', {analytics_storage: 'granted', ad_storage: 'denied'})",
            "gtag('consent', 'update', {analytics_storage: 'denied'})",
        ),
        id="Google Consent Mode",
    ),
    pytest.param(
        Tool(
            "cookiebot",
            _COOKIEBOT % ("false", "false"),
            _COOKIEBOT % ("true", "true"),
            "Cookiebot.consent.marketing = true; window.dispatchEvent(new Event('CookiebotOnAccept'))",
            "Cookiebot.consent.statistics = true; window.dispatchEvent(new Event('CookiebotOnAccept'))",
            "Cookiebot.consent.statistics = false; window.dispatchEvent(new Event('CookiebotOnDecline'))",
        ),
        id="Cookiebot",
    ),
    pytest.param(
        Tool(
            "complianz",
            _COMPLIANZ % "",
            _COMPLIANZ % "allow",
            "cmplz_set_consent('marketing', 'allow')",
            "cmplz_set_consent('statistics', 'allow')",
            "cmplz_set_consent('statistics', 'deny')",
        ),
        id="Complianz",
    ),
    pytest.param(
        Tool(
            "borlabs",
            _BORLABS_3 % "[]",
            _BORLABS_3 % "['essential', 'statistics']",
            "save('essential', 'marketing')",
            "save('essential', 'statistics')",
            "save('essential')",
        ),
        id="Borlabs Cookie 3",
    ),
    pytest.param(
        Tool(
            "borlabs",
            _BORLABS_2 % "{}",
            _BORLABS_2 % "{essential: [], statistics: ['trailhouse']}",
            "save('essential', 'marketing')",
            "save('essential', 'statistics')",
            "save('essential')",
        ),
        id="Borlabs Cookie 2",
    ),
]


def kept(page: Page) -> dict[str, str]:
    """All that this browser remembers for the site."""
    storage: dict[str, str] = page.evaluate("({...localStorage})")
    return storage


@pytest.mark.parametrize("tool", TOOLS)
def test_the_answer_given_to_the_tool_is_the_one_that_counts(page: Page, site: TrackedSite, tool: Tool) -> None:
    site.settings = replace(site.settings, recognised=True, consent=tool.name)
    site.early = tool.fresh
    page.goto(f"{site.url}/one")
    page.evaluate(f"{tool.other}; trailhouse('Before')")
    site.named("Before")
    assert all("c" not in event for event in site.sent)
    assert kept(page) == {}

    page.evaluate(f"{tool.yes}; trailhouse('Yes')")
    person = site.named("Yes")[0]["c"]
    assert kept(page) == {"trailhouse_id": person}

    site.early = tool.known
    page.goto(f"{site.url}/two")
    assert [event.get("c") for event in site.named("pageview", 2)] == [None, person]

    page.evaluate(f"{tool.no}; trailhouse('No')")
    assert "c" not in site.named("No")[0]
    assert kept(page) == {}


@pytest.mark.parametrize("tool", TOOLS)
def test_an_earlier_yes_is_known_before_the_first_pageview(page: Page, site: TrackedSite, tool: Tool) -> None:
    site.settings = replace(site.settings, recognised=True, consent=tool.name)
    site.early = tool.known
    page.goto(f"{site.url}/one")
    [first] = site.named("pageview")
    assert kept(page) == {"trailhouse_id": first["c"]}


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ("google", "window.dataLayer.push(['consent', 'update', {analytics_storage: 'granted'}])"),
        ("cookiebot", _COOKIEBOT % ("true", "true") + "dispatchEvent(new Event('CookiebotOnConsentReady'))"),
        ("complianz", _COMPLIANZ % "allow" + "document.dispatchEvent(new Event('cmplz_fire_categories'))"),
        ("borlabs", _BORLABS_3 % "['statistics']" + "dispatchEvent(new Event('borlabs-cookie-after-init'))"),
    ],
)
def test_a_tool_that_loads_after_the_script_is_heard_and_forgets_nobody_meanwhile(
    page: Page, site: TrackedSite, name: Any, arrives: str
) -> None:
    site.settings = replace(site.settings, recognised=True, consent=name)
    site.early = "localStorage.trailhouse_id ||= 'of-an-earlier-page-view'"
    page.goto(f"{site.url}/one")
    assert kept(page) == {"trailhouse_id": "of-an-earlier-page-view"}
    page.evaluate(f"{arrives}; trailhouse('Later')")
    assert site.named("Later")[0]["c"] == "of-an-earlier-page-view"


@pytest.mark.parametrize("name", ["google", "cookiebot", "complianz", "borlabs"])
def test_without_the_tool_or_with_a_broken_one_the_page_is_counted_without_an_id(
    page: Page, site: TrackedSite, name: Any
) -> None:
    site.settings = replace(site.settings, recognised=True, consent=name)
    site.early = "if (location.pathname == '/broken') Object.assign(window, {dataLayer: Object.freeze([7]),"
    site.early += " Cookiebot: 7, BorlabsCookie: {Consents: 7}, cmplz_has_consent: 7})"
    for path in ("/none", "/broken"):
        page.goto(site.url + path)
        site.wait(lambda path=path: path in site.paths())  # type: ignore[misc]
    assert all("c" not in event for event in site.sent)
    assert kept(page) == {}


def test_at_another_level_a_yes_to_the_tool_keeps_nothing(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, consent="cookiebot")
    site.early = _COOKIEBOT % ("true", "true")
    page.goto(f"{site.url}/one")
    assert "c" not in site.named("pageview")[0]
    assert kept(page) == {}
