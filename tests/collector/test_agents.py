"""Browser, system, device, screen and language: what is said is read, what cannot be known stays empty."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trailhouse.collector.agents import HINTS, Agent, language, parse_agent, screen_class

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WIN = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT}"
_LINUX = f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT}"
_MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT}"
_DROID = f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT}"
_VIEW = f"Mozilla/5.0 (Linux; Android 13; SM-G991B Build/TP1A; wv) {_WEBKIT} Version/4.0 Chrome/123.0.6312.80 Mobile"

_LINES = (Path(__file__).parent / "agents_cases.txt").read_text(encoding="utf-8").splitlines()
# Name, what is expected, user agent.
CASES = [
    (name, tuple("" if part == "-" else part for part in told), user_agent)
    for line in _LINES
    if not line.startswith("#")
    for name, *told, user_agent in [line.split(" | ", 4)]
]


def _told(agent: Agent) -> tuple[str, ...]:
    browser, system = f"{agent.browser} {agent.browser_version}", f"{agent.os} {agent.os_version}"
    return browser.strip(), system.strip(), agent.device


@pytest.mark.parametrize(("expected", "user_agent"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_user_agents_are_told_as_people_call_them(user_agent: str, expected: tuple[str, ...]) -> None:
    assert _told(parse_agent(user_agent, {})) == expected


def _hints(brands: str, mobile: str = "?0", platform: str = "", version: str = "") -> dict[str, str]:
    values = (brands, mobile, f'"{platform}"', f'"{version}"')
    return {name: value for name, value in zip(HINTS, values, strict=False) if value != '""'}


_CHROMIUM = '"Chromium";v="124", "Not-A.Brand";v="99"'


_BARE = f"{_WIN} Chrome/124.0.0.0 Safari/537.36"
_PHONE = f"{_DROID} Chrome/124.0.0.0 Mobile Safari/537.36"
_SEVEN = _BARE.replace("NT 10.0", "NT 6.1")
_APP = f"{_VIEW} Safari/537.36 Instagram 322.0.0.30.92 Android"
_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"


@pytest.mark.parametrize(
    ("user_agent", "hints", "expected"),
    [
        pytest.param(
            _BARE,
            _hints(f'{_CHROMIUM}, "Brave";v="124"', platform="Windows"),
            ("Brave 124", "Windows 10 or 11", "Desktop"),
            id="Brave, which hints alone tell",
        ),
        pytest.param(
            _BARE,
            _hints(f'{_CHROMIUM}, "Google Chrome";v="124"', platform="Windows", version="15.0.0"),
            ("Chrome 124", "Windows 11", "Desktop"),
            id="Windows 11",
        ),
        pytest.param(
            _BARE,
            _hints(_CHROMIUM, platform="Windows", version="10.0.0"),
            ("Chrome 124", "Windows 10", "Desktop"),
            id="Windows 10",
        ),
        pytest.param(
            _SEVEN,
            _hints(_CHROMIUM, platform="Windows", version="0.1.0"),
            ("Chrome 124", "Windows 7", "Desktop"),
            id="Windows 7",
        ),
        pytest.param(
            f"{_MAC} Chrome/124.0.0.0 Safari/537.36",
            _hints(_CHROMIUM, platform="macOS", version="14.4.1"),
            ("Chrome 124", "macOS 14", "Desktop"),
            id="macOS",
        ),
        pytest.param(
            _PHONE,
            _hints(_CHROMIUM, "?1", "Android", "14.0.0"),
            ("Chrome 124", "Android 14", "Mobile"),
            id="Android",
        ),
        pytest.param(
            f"{_BARE} Edg/124.0",
            _hints(f'{_CHROMIUM}, "Microsoft Edge";v="124"'),
            ("Edge 124", "Windows 10 or 11", "Desktop"),
            id="Edge says Chromium too",
        ),
        pytest.param(
            _APP,
            _hints('"Android WebView";v="123", "Chromium";v="123"', "?1", "Android"),
            ("Instagram 322", "Android 13", "Mobile"),
            id="an app's own view",
        ),
        pytest.param(
            f"{_LINUX} Chrome/124.0.0.0 Safari/537.36",
            _hints(_CHROMIUM, "?1"),
            ("Chrome 124", "Linux", "Mobile"),
            id="a phone that asks for the desktop's page",
        ),
        pytest.param(
            f"{_LINUX} Chrome/124.0.0.0 Safari/537.36",
            _hints(_CHROMIUM, "?0", "Chrome OS", "15633.69.0"),
            ("Chrome 124", "Chrome OS", "Desktop"),
            id="a platform number is no version",
        ),
        pytest.param(
            _FIREFOX, _hints('"Brave";v="1"'), ("Firefox 125", "Linux", "Desktop"), id="hints that do not fit"
        ),
        pytest.param(
            _BARE,
            _hints('";;"="Brave', "maybe", "Plan 9", "now"),
            ("Chrome 124", "Windows 10 or 11", "Desktop"),
            id="broken hints",
        ),
    ],
)
def test_client_hints_say_what_the_user_agent_hides(
    user_agent: str, hints: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert _told(parse_agent(user_agent, hints)) == expected


@given(st.text(max_size=700), st.dictionaries(st.sampled_from(HINTS), st.text(max_size=400)))
@example("Firefox/" + "9" * 500, {})
@example("CriOS/1 " + "(" * 500, {})
@example(f"{_WIN} Chrome/1", {"sec-ch-ua": '"' * 400})
def test_hostile_text_never_raises_and_never_grows(user_agent: str, hints: dict[str, str]) -> None:
    agent = parse_agent(user_agent, hints)
    assert len(agent.browser) <= 40
    assert len(agent.os) <= 40
    assert len(agent.browser_version) <= 9
    assert len(agent.os_version) <= 9
    assert agent.device in ("Desktop", "Mobile", "Tablet", "TV", "Console", "Wearable", "")


@pytest.mark.parametrize(
    ("width", "name"),
    [
        (-1, ""), (0, ""), (1, "Small (under 576)"), (575, "Small (under 576)"), (576, "Medium (576 to 991)"),
        (991, "Medium (576 to 991)"), (992, "Large (992 to 1439)"), (1439, "Large (992 to 1439)"),
        (1440, "Extra large (1440 and over)"), (30_000, "Extra large (1440 and over)"), (30_001, ""),
    ],
)  # fmt: skip
def test_screens_fall_into_classes_by_width(width: int, name: str) -> None:
    assert screen_class(width) == name


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"), ("en", "en"), ("EN-us", "en"), (" de ;q=0.7, fr", "de"),
        ("zh-Hant-TW", "zh"), ("gsw-CH,de", "gsw"), ("iw", "he"), ("*", ""), ("", ""), ("x", ""), ("english", ""),
        ("nl'; DROP TABLE", ""), ("<b>", ""),
        pytest.param("n" * 100_000, "", id="long"),
    ],
)  # fmt: skip
def test_the_language_is_the_primary_tag_of_the_first_choice(header: str, tag: str) -> None:
    assert language(header) == tag
