"""Bots, libraries, automated browsers and pages loaded ahead are left out; people never are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collector.test_agents import CASES
from trailhouse.collector.bots import HEADERS, bot_reason
from trailhouse.collector.spam import is_referrer_spam

_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
)
_PHONE = "Mozilla/5.0 (Linux; Android 13; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Mobile Safari/537.36"

_PEOPLE = [pytest.param(user_agent, id=name) for name, _, user_agent in CASES if name != "nonsense"]
_BOTS = (Path(__file__).parent / "bots_cases.txt").read_text(encoding="utf-8").splitlines()[1:]


@pytest.mark.parametrize("user_agent", _PEOPLE)
def test_people_are_counted_whatever_they_browse_with(user_agent: str) -> None:
    assert bot_reason(user_agent, {"accept-language": "nl"}) is None


@pytest.mark.parametrize(
    "user_agent",
    [
        pytest.param(_PHONE.format("CUBOT NOTE 20"), id="a phone by Cubot"),
        pytest.param(_PHONE.format("CPH2557 Build/AP3A.240617.008; wv"), id="a build number that the list calls a bot"),
        pytest.param(_PHONE.format("SM-T500 Build/RP1A.201008/x"), id="another build number"),
        pytest.param(f"{_CHROME} Notion/2.0.1 Electron/25", id="a program that shows pages"),
        pytest.param(f"{_CHROME} SogouMobileBrowser/5.1", id="a browser by a search engine"),
        pytest.param("Dart/3.1 (dart:io)", id="an app's own sender"),
        pytest.param("Acme/42 CFNetwork/1494.0.7 Darwin/23.4.0", id="an iPhone app's own sender"),
        pytest.param("Mozilla/5.0 Umami/0.4.0", id="a server that reports visits"),
    ],
)
def test_what_only_looks_like_a_bot_is_counted(user_agent: str) -> None:
    assert bot_reason(user_agent, {}) is None


@pytest.mark.parametrize("user_agent", _BOTS)
def test_known_crawlers_and_libraries_are_left_out(user_agent: str) -> None:
    assert bot_reason(user_agent, {}) == "bot_user_agent"


@pytest.mark.parametrize(
    "user_agent",
    ["", "-", "null", "undefined", "Mozilla/5.0", "Mozilla", "a" * 50, "<script>alert(1)</script>/1",
     "Mozilla/5.0 ${jndi:ldap://x/a}", "() { :; }; /bin/bash -c x", "Mozilla/5.0 \x00 Chrome/124", "../../etc/passwd",
     pytest.param("Mozilla/5.0 " + "a" * 5000, id="long")],
)  # fmt: skip
def test_empty_and_absurd_user_agents_are_left_out(user_agent: str) -> None:
    assert bot_reason(user_agent, {}) == "bot_user_agent"


@pytest.mark.parametrize(
    ("user_agent", "headers"),
    [
        (_CHROME.replace("Chrome/", "HeadlessChrome/"), {}),
        (_CHROME, {"sec-ch-ua": '"HeadlessChrome";v="124", "Chromium";v="124"'}),
        ("Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1", {}),
        ("Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/22.1.0", {}),
        (f"{_CHROME} Playwright/1.40.0", {}),
    ],
)
def test_automated_browsers_are_left_out(user_agent: str, headers: dict[str, str]) -> None:
    assert bot_reason(user_agent, headers) == "bot_headless"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("sec-purpose", "prefetch", "bot_prefetch"), ("sec-purpose", "prefetch;prerender", "bot_prefetch"),
        ("sec-purpose", "prefetch;anonymous-client-ip", "bot_prefetch"), ("purpose", "prefetch", "bot_prefetch"),
        ("purpose", "Preview", "bot_prefetch"), ("x-purpose", "preview", "bot_prefetch"),
        ("x-moz", "prefetch", "bot_prefetch"), ("sec-purpose", "", None), ("purpose", "reading", None),
    ],
)  # fmt: skip
def test_pages_that_nobody_has_seen_yet_are_left_out(name: str, value: str, reason: str | None) -> None:
    assert name in HEADERS
    assert bot_reason(_CHROME, {name: value}) == reason


def test_a_hosting_network_counts_only_against_what_claims_to_be_no_browser() -> None:
    assert bot_reason("Acme/42 CFNetwork/1494", {}, "Hetzner Online GmbH") == "bot_datacentre"
    assert bot_reason("Acme/42 CFNetwork/1494", {}, "KPN B.V.") is None
    assert bot_reason("Acme/42 CFNetwork/1494", {}, "Hetzner Online GmbH", trusted_client=True) is None
    assert bot_reason(_CHROME, {}, "Hetzner Online GmbH") is None, "a VPN's exit stands there too"


def test_a_sender_with_a_key_may_report_visits_with_any_library_but_no_crawlers() -> None:
    for user_agent in ("", "python-requests/2.31.0", "axios/1.6.8", "Go-http-client/2.0", _CHROME):
        assert bot_reason(user_agent, {"purpose": "prefetch"}, trusted_client=True) is None
    assert bot_reason("Mozilla/5.0 (compatible; Googlebot/2.1)", {}, trusted_client=True) == "bot_user_agent"


@given(st.text(max_size=900), st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=50)), st.text(max_size=60))
def test_hostile_text_never_raises(user_agent: str, headers: dict[str, str], organisation: str) -> None:
    reason = bot_reason(user_agent, headers, organisation)
    assert reason in (None, "bot_user_agent", "bot_headless", "bot_prefetch", "bot_datacentre")


@pytest.mark.parametrize(
    ("host", "spam"),
    [
        ("semalt.com", True), ("SEMALT.com.", True), ("de.semalt.semalt.com", True), ("semalt.net", True),
        ("buttons-for-website.com", True), ("free-share-buttons.com", True), ("social-buttons-ii.xyz", True),
        ("54-best-seo.com", True), ("12-reasons-for-seo.net", True), ("darodar.com", True), ("ilovevitaly.ru", True),
        ("eu-cookie-law-enforcement2.xyz", True), ("social-traffic-7.xyz", True), ("o-o-8-o-o.ru", True),
        ("trafficbot.life", True), ("theguardlan.com", True),
        ("theguardian.com", False), ("google.com", False), ("com", False), ("", False), (".", False),
        ("notsemalt.com", False),
        ("semalt.com.example.org", False), ("adf.ly", False), ("kharkov.ua", False), ("best-seo.example.org", False),
        ("локалхост", False), pytest.param("x" * 100_000, False, id="long"), pytest.param("a." * 500, False, id="deep"),
    ],
)  # fmt: skip
def test_referrer_spam_is_known_by_host(host: str, spam: bool) -> None:
    assert is_referrer_spam(host) is spam
