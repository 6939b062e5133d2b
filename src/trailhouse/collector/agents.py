"""What a visitor looks with: browser, operating system, device, class of screen, language.

Reads the user agent and, where a browser sends them, the client hints (https://wicg.github.io/ua-client-hints/).
What cannot be known is "", never a guess: since browsers froze parts of their user agents, the version of macOS, of
Android in Chrome and of Windows 10 against 11 is known from hints alone.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from ua_parser.core import Domain, PartialResult
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

# The request headers that parse_agent reads, lower case.
HINTS: tuple[str, ...] = (
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-ch-ua-platform-version",
    "sec-ch-ua-full-version-list",
)
LONGEST_USER_AGENT = 512  # characters that are looked at; also bounds the cache
_LONGEST_HINT = 256
_NEVER = re.compile(r"(?!)")


class Agent(msgspec.Struct, frozen=True):
    """Browser, system and device of a visitor; "" where unknown."""

    browser: str = ""
    browser_version: str = ""  # major; major.minor of Safari
    os: str = ""
    os_version: str = ""  # as people call it: "11", "10 or 11", "14", "17.4"
    device: str = ""  # Desktop, Mobile, Tablet, TV, Console, Wearable


# Apps that show pages in a view of their own: name, what their user agent holds, what stands before their version.
_APPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Messenger", ("FBAN/Messenger", "FB_IAB/Orca", "FB_IAB/MESSENGER"), "FBAV/"),
    ("Instagram", ("Instagram ",), "Instagram "),
    ("Threads", ("Barcelona ",), "Barcelona "),
    ("Facebook", ("FBAN/", "FB_IAB/", "FBAV/", "MetaIAB Facebook"), "FBAV/"),
    ("TikTok", ("musical_ly", "BytedanceWebview", "trill_", "TikTok"), "musical_ly_"),
    ("LinkedIn", ("LinkedInApp",), "[LinkedInApp]/"),
    ("Pinterest", ("Pinterest/",), "Pinterest for Android/"),
    ("Snapchat", ("Snapchat/", "Snapchat "), "Snapchat/"),
    ("X", ("Twitter for ", "TwitterAndroid"), "iPhone/"),
    ("Reddit", ("Reddit/",), "Reddit/"),
    ("WeChat", ("MicroMessenger/",), "MicroMessenger/"),
    ("LINE", (" Line/",), " Line/"),
    ("KakaoTalk", ("KAKAOTALK",), "KAKAOTALK "),
    ("Telegram", ("Telegram-Android/",), "Telegram-Android/"),
    ("Google app", (" GSA/",), " GSA/"),
    ("Microsoft Teams", (" Teams/", "TeamsMobile"), " Teams/"),
    ("Slack", (" Slack/", " slack/", "Slack_SSB"), "lack/"),
    ("LG Browser", ("Web0S",), "LG Browser/"),
    ("Huawei Browser", ("HuaweiBrowser/",), "HuaweiBrowser/"),
    ("PlayStation Browser", ("PlayStation",), "PlayStation Browser/"),
    ("Nintendo Browser", ("NintendoBrowser/",), "NintendoBrowser/"),
    ("KaiOS Browser", ("KAIOS/",), "KaiOS Browser/"),
    ("Electron app", (" Electron/",), "Electron app/"),
)
# Names of ua-parser's families where ours differ; "" where the family is no browser of a person, or says nothing.
_BROWSERS: dict[str, str] = {
    "Android": "Android Browser",
    "Apple Mail": "",
    "CFNetwork": "",
    "Chrome Frame": "Internet Explorer",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Chrome Mobile iOS": "Chrome",
    "Amazon Silk": "Silk",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Ecosia Android": "Ecosia",
    "Ecosia iOS": "Ecosia",
    "Edge Mobile": "Edge",
    "Firefox Alpha": "Firefox",
    "Firefox Beta": "Firefox",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "HTTPClient": "",
    "IE": "Internet Explorer",
    "IE Large Screen": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "MiuiBrowser": "Mi Browser",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "iOS WebView",
    "Oculus Browser": "Meta Quest Browser",
    "Opera Mobile": "Opera",
    "Other": "",
    "QQ Browser Mini": "QQ Browser",
    "QQ Browser Mobile": "QQ Browser",
    "Seznam prohlížeč": "Seznam",
    "SmartTV WebBrowser": "",
    "Whale": "Naver Whale",
}

# Brands of sec-ch-ua, the most telling first: an Edge says that it is Chromium as well.
_BRANDS: tuple[tuple[str, str], ...] = (
    ("Brave", "Brave"),
    ("Microsoft Edge", "Edge"),
    ("Opera GX", "Opera GX"),
    ("OperaMobile", "Opera"),
    ("Opera", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("YaBrowser", "Yandex Browser"),
    ("Yandex", "Yandex Browser"),
    ("Samsung Internet", "Samsung Internet"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("Whale", "Naver Whale"),
    ("CocCoc", "Coc Coc"),
    ("Avast Secure Browser", "Avast Secure Browser"),
    ("AVG Secure Browser", "AVG Secure Browser"),
    ("Norton Private Browser", "Norton Private Browser"),
    ("Huawei Browser", "Huawei Browser"),
    ("Meta Quest Browser", "Meta Quest Browser"),
    ("Oculus Browser", "Meta Quest Browser"),
    ("Google Chrome", "Chrome"),
)
_BRAND = re.compile(r'"([^"]{1,60})"\s*;\s*v="(\d{1,4})')

# Systems that the user agent names outright and no hint overrules: name, a mark in the lower-case user agent, and
# the pattern of the version where one is said.
_SYSTEMS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("PlayStation", "playstation", re.compile(r"playstation(?:; playstation)?(?: vita)? ?(\d)")),
    ("Xbox", "xbox", _NEVER),
    ("Nintendo", "nintendo", _NEVER),
    ("webOS", "web0s", _NEVER),
    ("webOS", "webos", _NEVER),
    ("Tizen", "tizen", re.compile(r"tizen[ /]?(\d+\.\d)")),
    ("KaiOS", "kaios/", re.compile(r"kaios/(\d+\.\d)")),
    ("HarmonyOS", "harmony", re.compile(r"harmony(?:os)?[ /]?(\d{1,2})")),
    ("tvOS", "appletv", _NEVER),
    ("tvOS", "apple tv", _NEVER),
    ("Roku", "roku", _NEVER),
    ("Fire OS", "; aft", _NEVER),
    ("Fire OS", "; kf", _NEVER),
    ("Chromecast", "crkey", _NEVER),
)
_OSES: dict[str, str] = {
    "Mac OS X": "macOS",
    "Mac OS": "macOS",
    "ATV OS X": "tvOS",
    "WatchOS": "watchOS",
    "Chrome OS": "Chrome OS",
    "Other": "",
    **dict.fromkeys(
        ("Arch Linux", "CentOS", "Debian", "Fedora", "Gentoo", "Kubuntu", "Linux", "Linux Mint", "Mageia", "Mandriva",
         "Red Hat", "SUSE", "Slackware", "Ubuntu"), "Linux"),
}  # fmt: skip
_WINDOWS: dict[str, str] = {
    "10": "10 or 11",
    **{name: name for name in ("8.1", "8", "7", "Vista", "XP", "2000", "ME", "98", "95")},
}
_PLATFORMS: dict[str, str] = {
    "Windows": "Windows",
    "macOS": "macOS",
    "Android": "Android",
    "Chrome OS": "Chrome OS",
    "Chromium OS": "Chrome OS",
    "Linux": "Linux",
}

# The first that matches says the device: marks anywhere in the lower-case user agent, or a pattern.
_DEVICES: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    ("Console", ("playstation", "xbox", "nintendo"), _NEVER),
    (
        "TV",
        (
            "smarttv",
            "smart-tv",
            "web0s",
            "netcast",
            "hbbtv",
            "googletv",
            "google tv",
            "androidtv",
            "android tv",
            "appletv",
            "apple tv",
            "bravia",
            "roku",
            "crkey",
            "viera",
            "mitv",
            "mibox",
            "shield android tv",
            "aquos",
            "chromecast",
            "opera tv",
            "vewd",
            " tv ",
            "; aft",
        ),
        _NEVER,
    ),
    ("Wearable", ("watch", "wear os", "wearos", "; sm-r8", "; sm-r9"), _NEVER),
    ("", ("oculusbrowser", "; quest", "; pico", " vr "), _NEVER),
    ("Desktop", ("windows nt",), _NEVER),  # before Tablet: old Windows machines say "Tablet PC"
    ("Tablet", ("ipad", "tablet", "playbook"), re.compile(r"; kf[a-z]{3,6}[ ;)]")),
    (
        "Mobile",
        ("mobi", "iphone", "ipod", "windows phone", "blackberry", "bb10", "opera mini", "kaios", "(phone;", "symbian"),
        _NEVER,
    ),
    ("Tablet", ("android",), _NEVER),  # its makers' convention: an Android that does not say "Mobile"
    ("Desktop", ("macintosh", "x11", "cros", "linux x86_64", "linux i686", "linux aarch64"), _NEVER),
)

_SCREENS: tuple[tuple[int, str], ...] = (
    (576, "Small (under 576)"),
    (992, "Medium (576 to 991)"),
    (1440, "Large (992 to 1439)"),
)
_WIDEST = "Extra large (1440 and over)"
_MOST_PIXELS = 30_000

_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]{1,35})?\s*(?:;[^,]*)?(?:,|$)")
_RENAMED_LANGUAGES = {"iw": "he", "in": "id", "ji": "yi"}  # codes that ISO 639 has withdrawn


def parse_agent(user_agent: str, hints: Mapping[str, str]) -> Agent:
    """Browser, system and device behind `user_agent`; `hints` are request headers with lower-case names.

    Never raises. About a microsecond for one seen before.
    """
    get = hints.get
    return _parse(
        user_agent[:LONGEST_USER_AGENT],
        get("sec-ch-ua", "")[:_LONGEST_HINT],
        get("sec-ch-ua-mobile", "") == "?1",
        get("sec-ch-ua-platform", "")[:32].strip('" '),
        get("sec-ch-ua-platform-version", "")[:32].strip('" '),
        get("sec-ch-ua-full-version-list", "")[:_LONGEST_HINT],
    )


@lru_cache(maxsize=1)
def _resolver() -> Resolver:
    # Without ua-parser's device patterns, which take 15 MB and are not needed.
    browsers, systems, _ = load_lazy_builtins()
    return Resolver((browsers, systems, []))


@lru_cache(maxsize=4096)
def _parse(user_agent: str, brands: str, mobile: bool, platform: str, platform_version: str, full_list: str) -> Agent:
    found = _resolver()(user_agent, Domain.USER_AGENT | Domain.OS)
    browser, version = _browser(user_agent, found, brands or full_list)
    system, system_version = _system(user_agent, found, platform, platform_version)
    return Agent(browser, version, system, system_version, _device(user_agent.lower(), mobile))


def _device(user_agent: str, mobile: bool) -> str:
    for name, marks, pattern in _DEVICES:
        if any(mark in user_agent for mark in marks) or pattern.search(user_agent):
            return "Mobile" if mobile and name == "Desktop" else name
    return ""


def _browser(user_agent: str, found: PartialResult, brands: str) -> tuple[str, str]:
    app = _app(user_agent)
    if app is not None:
        return app
    if brands and "Chrome/" in user_agent:
        sent = dict(_BRAND.findall(brands))
        for brand, name in _BRANDS:
            if brand in sent:
                return name, sent[brand]
    family = found.user_agent
    if family is None or (family.family in ("Safari", "Mobile Safari") and family.major is None):
        return "", ""
    name = _BROWSERS.get(family.family, family.family)[:40]
    version = _number(family.major)
    if name == "Safari" and version and family.minor:
        version = f"{version}.{_number(family.minor)}"
    return (name, version) if name else ("", "")


def _app(user_agent: str) -> tuple[str, str] | None:
    for name, marks, before_version in _APPS:
        if any(mark in user_agent for mark in marks):
            _, _, rest = user_agent.partition(before_version)
            digits = re.match(r"\d{1,4}", rest)
            return name, digits[0] if digits else ""
    return None


def _system(user_agent: str, found: PartialResult, platform: str, platform_version: str) -> tuple[str, str]:
    lower = user_agent.lower()
    for name, mark, pattern in _SYSTEMS:
        if mark in lower:
            match = pattern.search(lower)
            return name, match[1] if match else ""
    family = found.os
    hinted = _PLATFORMS.get(platform, "")
    if hinted and platform_version:
        return hinted, _hinted_version(hinted, platform_version)
    if family is None:
        return hinted, ""
    name = _OSES.get(family.family, family.family)[:40]
    if hinted and hinted != name:
        return hinted, ""
    if name == "iOS":
        return _ios(user_agent, found)
    return name, _sent_version(name, user_agent, family.major or "", family.minor or "")


def _hinted_version(name: str, version: str) -> str:
    """Hints give Windows as the number of a programming interface: 13 and above is Windows 11."""
    major, _, rest = version.partition(".")
    if not major.isascii() or not major.isdigit() or len(major) > 4:
        return ""
    if name == "Windows":
        old = {"1": "7", "2": "8", "3": "8.1"}
        return old.get(rest[:1], "") if major == "0" else "11" if int(major) >= 13 else "10"
    if name == "macOS":
        return f"10.{_number(rest.partition('.')[0])}" if major == "10" else major
    return major if name == "Android" else ""


def _sent_version(name: str, user_agent: str, major: str, minor: str) -> str:
    if name == "Windows":
        return _WINDOWS.get(f"{major}.{minor}" if minor else major, "")
    if name == "macOS":  # every browser says 10.15.7 since macOS 11
        return f"10.{_number(minor)}" if major == "10" and minor not in ("", "15", "16") else ""
    if name == "Android":  # Chrome says "Android 10; K" on every phone, Firefox caps at 10
        return "" if major == "10" and ("; K)" in user_agent or "Firefox/" in user_agent) else _number(major)
    return "" if name in ("Chrome OS", "Linux") else _number(major)


def _ios(user_agent: str, found: PartialResult) -> tuple[str, str]:
    major, minor = "", ""
    if found.os is not None:
        major, minor = _number(found.os.major), _number(found.os.minor)
    safari = found.user_agent
    if safari is not None and safari.family == "Mobile Safari" and int(_number(safari.major) or 0) >= 26:
        # From 26 on Safari keeps saying "OS 18_6"; its own version is the system's.
        major, minor = _number(safari.major), _number(safari.minor)
    name = "iPadOS" if "iPad" in user_agent and int(major or 0) >= 13 else "iOS"
    return name, f"{major}.{minor}" if major and minor else major


def _number(text: str | None) -> str:
    """`text` if it is a short number, else "": a version is never a place for somebody's own text."""
    return text if text and len(text) <= 4 and text.isascii() and text.isdigit() else ""


def screen_class(width_px: int) -> str:
    """The class of a screen `width_px` CSS pixels wide; "" for 0, negative and absurd widths.

    Small (under 576) are phones, Medium (576 to 991) large phones and tablets, Large (992 to 1439) most laptops,
    Extra large (1440 and over) desktop monitors.
    """
    if not 0 < width_px <= _MOST_PIXELS:
        return ""
    return next((name for limit, name in _SCREENS if width_px < limit), _WIDEST)


@lru_cache(maxsize=2048)
def _primary(accept_language: str) -> str:
    match = _LANGUAGE.match(accept_language)
    if match is None:
        return ""
    code = match[1].lower()
    return _RENAMED_LANGUAGES.get(code, code)


def language(accept_language: str) -> str:
    """The primary tag of the language that an Accept-Language header names first, such as "nl"; "" unknown.

    Browsers list by preference, so weights need no reading.
    """
    return _primary(accept_language[:100]) if accept_language else ""
