"""Who is no visitor: crawlers, libraries, automated browsers, pages loaded ahead, senders in data centres.

The list of crawlers is a vendored one (data/crawlers.txt, see data/VENDORED.md); our own short rules stand on top.
When in doubt it is a person: a bot too many is seen in "Technology", a person too few is seen nowhere.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from trailhouse.collector.geo import hosting

# The request headers that bot_reason reads, lower case.
HEADERS: tuple[str, ...] = ("sec-purpose", "purpose", "x-purpose", "x-moz", "sec-ch-ua")

_LONGEST = 512  # characters of a user agent that are looked at; also bounds the cache
_ABSURD_LENGTH = 2000
_SHORTEST = 10
_DATA = Path(__file__).parent / "data"

# Patterns of the list that people's own browsers match as well: seen in the list's own examples.
_NOT_BOTS = frozenset({
    r"008\/",  # ends of Android build numbers
    r"AP3A\.240617\.008",  # a build number of millions of phones
    r"Code\/1\.",  # the browser inside an editor
    r"Fluid",  # pages as programs on a Mac
    r"Genieo",  # a toolbar
    r"Goodreads",
    r"MetaIAB Facebook",  # Facebook's browser on Android
    r"Notion\/",
    r"PayPal\/",
    r"Sogou",  # also a browser; its spiders match the rules below
    r"Trae\/",
    r"Tumblr\/",
    r"Viber",
    r"ds9",
    r"mail\.ru",  # a toolbar
    r"s4a\/",
    r"upday\/",
})  # fmt: skip

# Our own rules, on the lower-case user agent.
_BOT_WORDS = (
    *("crawl", "spider", "scraper", "scrapy", "scraping", "archiver", "slurp", "fetcher", "lighthouse", "pagespeed"),
    *("linkcheck", "python", "libwww", "go-http", "wget", "curl/", "java/", "perl/", "ruby/", "php/", "okhttp"),
    *("httpclient", "http_client", "http-client", "axios/", "node-fetch", "undici", "guzzle", "postman", "insomnia"),
    *("winhttp", "http://", "https://"),
)
_BOT = re.compile(r"(?<!cu)bot(?![a-z])")  # "Cubot" is a maker of phones
_MAIL = re.compile(r"@[a-z0-9-]{1,60}\.[a-z]{2}")
_HEADLESS_WORDS = (
    *("headless", "phantomjs", "slimerjs", "jsdom/", "happydom/", "playwright", "puppeteer", "selenium", "cypress/"),
    "webdriver",
)
_ABSURD = re.compile(r"[<>\x00-\x1f\x7f]")
_ABSURD_WORDS = ("${", "() {", "(){", "../")

# What a program sends that reports visits for other people's browsers.
_LIBRARY = re.compile(
    r"(?:python|aiohttp|httpx|node|undici|axios|got|okhttp|go-http|java|apache-http|php|guzzle|ruby|faraday|curl|wget"
    r"|libwww|perl|dart|cfnetwork)\b",
    re.I,
)
_SPECIAL = re.compile(r"[\\^$|*+?.\[\](){}]")  # what makes a pattern more than a word
_SHORT_WORD = 5
_AHEAD = ("prefetch", "prerender", "preview", "instant")


def bot_reason(
    user_agent: str, headers: Mapping[str, str], organisation: str = "", *, trusted_client: bool = False
) -> str | None:
    """Why a request is no visitor's, or None for a person.

    bot_prefetch: the browser loads the page ahead, nobody looks at it. bot_headless: an automated browser.
    bot_user_agent: a known crawler or library, or an empty or absurd user agent. bot_datacentre: the network that it
    came from (`organisation`, "" unknown) rents out servers, and the user agent does not even claim to be a browser.
    Nobody is left out for the network alone: a VPN's exit stands there too.

    `trusted_client`: the sender has shown a key and reports visits for others; then its headers, its network and the
    name of its library say nothing about the visitor, and only a crawler's or an automated browser's user agent counts.
    """
    if not trusted_client:
        for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"):
            value = headers.get(name)
            if value and value.lower().startswith(_AHEAD):
                return "bot_prefetch"
        if "Headless" in headers.get("sec-ch-ua", ""):
            return "bot_headless"
    elif not user_agent or _LIBRARY.match(user_agent):
        return None
    if len(user_agent) > _ABSURD_LENGTH:
        return "bot_user_agent"
    reason = _agent_reason(user_agent[:_LONGEST])
    if reason is None and not trusted_client and not _claims_browser(user_agent):
        return "bot_datacentre" if hosting(organisation) else None
    return reason


def _claims_browser(user_agent: str) -> bool:
    return user_agent.startswith(("Mozilla/", "Opera/"))


@lru_cache(maxsize=4096)
def _agent_reason(user_agent: str) -> str | None:
    if len(user_agent) < _SHORTEST or "/" not in user_agent or user_agent in ("Mozilla/5.0", "Mozilla/4.0"):
        return "bot_user_agent"
    lower = user_agent.lower()
    if any(word in lower for word in _HEADLESS_WORDS):
        return "bot_headless"
    own = any(word in lower for word in _BOT_WORDS) or _BOT.search(lower) or _MAIL.search(lower)
    absurd = _ABSURD.search(lower) or any(word in lower for word in _ABSURD_WORDS)
    return "bot_user_agent" if own or absurd or _crawlers().match(user_agent) else None


class _Crawlers:
    """Finds any of many patterns in a text, most of them plain words.

    A word is looked for only where its first three letters are: 20 µs a text and 0.5 MB, where one big expression
    takes 500 µs and the engine of ua-parser 8 MB.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._words: dict[str, tuple[str, ...]] = {}
        self._expressions: list[re.Pattern[str]] = []
        for pattern in patterns:
            word = re.sub(r"\\([^A-Za-z0-9])", r"\1", pattern)
            if _SPECIAL.search(re.sub(r"\\[^A-Za-z0-9]", "", pattern)):
                self._expressions.append(re.compile(pattern))
            else:
                self._words[word[:3]] = (*self._words.get(word[:3], ()), word)
        self._starts = frozenset(self._words)

    def match(self, text: str) -> bool:
        starts = self._starts.intersection([text[at : at + 3] for at in range(len(text))])
        if any(_found(word, text) for start in starts for word in self._words[start]):
            return True
        return any(expression.search(text) for expression in self._expressions)


def _found(word: str, text: str) -> bool:
    at = text.find(word)
    # A short word is part of others too easily: it must start one.
    return at >= 0 and (len(word) > _SHORT_WORD or at == 0 or not text[at - 1].isalnum())


@lru_cache(maxsize=1)
def _crawlers() -> _Crawlers:
    lines = (_DATA / "crawlers.txt").read_text(encoding="utf-8").split("\n")
    return _Crawlers(line for line in lines if line and line not in _NOT_BOTS)
