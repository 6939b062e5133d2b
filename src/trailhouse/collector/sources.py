"""What brought a visit: its source, its channel and its search term, from the landing URL and the referrer.

The names are in data/sources.toml and the channels in `channels`; docs/sources.md tells the rules to people.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from trailhouse.collector.channels import Signs, channel_of, is_paid_medium
from trailhouse.collector.known_sources import SOURCES, Known, wording
from trailhouse.collector.urls import clean_path, normal_host, parse_query, scrub, tidy

DIRECT = "Direct"
MAX_FIELD = 200  # characters of every text of a Source but the referrer
MAX_REFERRER = 500  # characters
_MAX_INPUT = 2_000  # characters of a referrer that are looked at
_MAX_VALUE = 300  # characters of a parameter that are looked at
_CACHED = 2_048  # entries
_CACHED_LENGTH = 500  # longer ones are rare, and would let a hostile sender fill the memory


class Source(msgspec.Struct, frozen=True):
    """What brought a visit; every text is clean, bounded and "" where there is none."""

    name: str  # a known name, a host or what the campaign says; "Direct"
    channel: str  # one of channels.CHANNELS
    referrer: str = ""  # host and path
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    click_id: str = ""  # kind of click id, such as gclid; never its value
    search_term: str = ""


class ClickId(NamedTuple):
    """A parameter that an ad or mail system adds to links by itself."""

    name: str  # of the source
    kind: str  # of the source, as in data/sources.toml
    paid: bool  # whether it is on bought links alone


# In order of weight: where a link carries several, the first one counts.
CLICK_IDS: dict[str, ClickId] = {
    "gclid": ClickId("Google", "search", True),
    "gbraid": ClickId("Google", "search", True),
    "wbraid": ClickId("Google", "search", True),
    "gad_source": ClickId("Google", "search", True),
    "gad_campaignid": ClickId("Google", "search", True),
    "dclid": ClickId("Google Display", "ads", True),
    "msclkid": ClickId("Bing", "search", True),
    "yclid": ClickId("Yandex", "search", True),
    "ysclid": ClickId("Yandex", "search", False),
    "ymclid": ClickId("Yandex Market", "shopping", True),
    "bd_vid": ClickId("Baidu", "search", True),
    "n_ad": ClickId("Naver", "search", True),
    "sznclid": ClickId("Seznam", "search", True),
    "ttclid": ClickId("TikTok", "social", True),
    "twclid": ClickId("X (Twitter)", "social", True),
    "li_fat_id": ClickId("LinkedIn", "social", True),
    "sccid": ClickId("Snapchat", "social", True),
    "rdt_cid": ClickId("Reddit", "social", True),
    "qclid": ClickId("Quora", "social", True),
    "ndclid": ClickId("Nextdoor", "social", True),
    "tblci": ClickId("Taboola", "ads", True),
    "dicbo": ClickId("Outbrain", "ads", True),
    "obclid": ClickId("Outbrain", "ads", True),
    "vmcid": ClickId("Yahoo", "ads", True),
    "cto_pld": ClickId("Criteo", "ads", True),
    "awc": ClickId("Awin", "affiliates", False),
    "cjevent": ClickId("CJ", "affiliates", False),
    "irclickid": ClickId("Impact", "affiliates", False),
    "ransiteid": ClickId("Rakuten Advertising", "affiliates", False),
    "sscid": ClickId("ShareASale", "affiliates", False),
    "tduid": ClickId("Tradedoubler", "affiliates", False),
    "mc_eid": ClickId("Mailchimp", "mail", False),
    "mc_cid": ClickId("Mailchimp", "mail", False),
    "_hsenc": ClickId("HubSpot", "mail", False),
    "_kx": ClickId("Klaviyo", "mail", False),
    "mkt_tok": ClickId("Marketo", "mail", False),
    "vero_id": ClickId("Vero", "mail", False),
    "ml_subscriber": ClickId("MailerLite", "mail", False),
    "dm_i": ClickId("Dotdigital", "mail", False),
    "fbclid": ClickId("Facebook", "social", False),
    "igshid": ClickId("Instagram", "social", False),
    "igsh": ClickId("Instagram", "social", False),
    "epik": ClickId("Pinterest", "social", False),
    "xhsshare": ClickId("Xiaohongshu", "social", False),
    "srsltid": ClickId("Google", "search", False),
}
_NO_CLICK = ClickId("", "", False)
_YAHOO_JAPAN_CLICK = ClickId("Yahoo Japan", "search", True)

# Field of a campaign: the parameters that say it; the first one that is there counts.
_PARAMETERS: dict[str, tuple[str, ...]] = {
    "utm_source": ("utm_source", "mtm_source", "pk_source"),
    "utm_medium": ("utm_medium", "mtm_medium", "pk_medium"),
    "utm_campaign": ("utm_campaign", "mtm_campaign", "pk_campaign"),
    "utm_term": ("utm_term", "mtm_keyword", "mtm_kwd", "pk_keyword", "pk_kwd"),
    "utm_content": ("utm_content", "mtm_content", "pk_content"),
    "other_source": ("source", "ref"),
}
_TOLD_BY_VALUE = frozenset(name for names in _PARAMETERS.values() for name in names) | {"yclid"}
_TAGS = _TOLD_BY_VALUE | frozenset(CLICK_IDS)
# What tools write when they have nothing to say, and placeholders that nobody filled in.
_SAYS_NOTHING = re.compile(r"\(?(?:not set|not provided|none|null|undefined|unknown)\)?|.*(?:\{.*\}|\[\[.*\]\]).*")
_KINDS_WITH_TERMS = frozenset({"search", "shopping", ""})


class Tags(NamedTuple):
    """What the landing URL says of the campaign."""

    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    other_source: str = ""
    click_id: str = ""
    click: ClickId = _NO_CLICK


class Origin(NamedTuple):
    """What the referrer says."""

    host: str = ""  # "" none, or an application
    referrer: str = ""  # host and path
    name: str = ""
    kind: str = ""
    term: str = ""


def find_source(query: Mapping[str, str], referrer: str, own_host: Callable[[str], bool]) -> Source:
    """What brought a visit that landed with the parameters `query`, sent on by `referrer` (a raw URL).

    `own_host` tells whether a host (lower case, without www., in its own letters) is the site's own: a referrer
    from there counts as none. Never raises, whatever the texts.
    """
    origin = _origin(referrer) if referrer else _NO_ORIGIN
    if origin.host and own_host(origin.host):
        origin = _NO_ORIGIN
    tags = _tags(query) if query else _NO_TAGS
    return _source(tags, origin)


# --- What the landing URL says -----------------------------------------------------------------------------


def _tags(query: Mapping[str, str]) -> Tags:
    found = tuple(
        (low, value[:_MAX_VALUE] if low in _TOLD_BY_VALUE else "1")  # a click id's value is different each time
        for name, value in query.items()
        if (low := name.lower()) in _TAGS and value
    )
    return _read_tags(found) if found else _NO_TAGS


@lru_cache(_CACHED)
def _read_tags(pairs: tuple[tuple[str, str], ...]) -> Tags:
    found = dict(pairs)
    fields = {field: _first(found, names) for field, names in _PARAMETERS.items()}
    click_id = next((name for name in CLICK_IDS if name in found), "")
    click = CLICK_IDS.get(click_id, _NO_CLICK)
    if click_id == "yclid" and found[click_id].startswith(("YSS.", "YJAD.")):
        click = _YAHOO_JAPAN_CLICK
    return Tags(**fields, click_id=click_id, click=click)


def _first(found: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if name in found:
            value = tidy(found[name], MAX_FIELD)
            if value and not _SAYS_NOTHING.fullmatch(value.lower()):
                return value
    return ""


def _said_source(tags: Tags) -> tuple[str, Known | None]:
    """The source that the landing URL names, and what is known of it."""
    said = tags.utm_source or tags.other_source
    if not said or said.lower() in ("direct", "(direct)"):
        return "", None
    known = SOURCES.by_alias(wording(said)) or SOURCES.by_app(said.lower())
    if known is not None:
        return known.name, known
    origin = _origin(said) if "." in said else _NO_ORIGIN
    if not origin.name:
        return said, None
    return origin.name, SOURCES.by_host(origin.host)


# --- What the referrer says --------------------------------------------------------------------------------

_REFERRER = re.compile(r"(?:(https?|android-app|ios-app):)?//([^/?#\\]*)([^?#]*)(?:\?([^#]*))?.*", re.I | re.S)
_BARE = re.compile(r"[^\s/?#:@.]+(?:\.[^\s/?#:@.]+)+(?:[/?#].*)?", re.S)
_APP = re.compile(r"[a-z0-9][a-z0-9._-]{0,150}")


def _origin(referrer: str) -> Origin:
    if len(referrer) > _CACHED_LENGTH:
        return _parse_referrer(referrer[:_MAX_INPUT])
    return _parse_referrer_cached(referrer)


def _parse_referrer(referrer: str) -> Origin:
    text = referrer.strip()
    if _BARE.fullmatch(text):
        text = "//" + text
    parts = _REFERRER.fullmatch(text)
    if parts is None:
        return _NO_ORIGIN
    scheme, authority, path, query = parts.groups(default="")
    if scheme.lower().endswith("-app"):
        return _app(authority.lower())
    host = normal_host(authority)
    if not host:
        return _NO_ORIGIN
    known = SOURCES.by_host(host)
    path = clean_path(path) if len(path) > 1 else ""
    page = (host + path)[:MAX_REFERRER]
    if known is None:
        return Origin(host, page, host[:MAX_FIELD])
    return Origin(host, page, known.name, known.kind, _term(known, query) if query else "")


_parse_referrer_cached = lru_cache(_CACHED)(_parse_referrer)


def _app(identifier: str) -> Origin:
    if not _APP.fullmatch(identifier):
        return _NO_ORIGIN
    known = SOURCES.by_app(identifier)
    if known is None:
        identifier = scrub(identifier)
        return Origin("", identifier, identifier)
    return Origin("", identifier, known.name, known.kind)


def _term(known: Known, query: str) -> str:
    """What was looked for, where a search engine still tells."""
    parameters = parse_query(query)
    for name in known.terms:
        term = tidy(parameters.get(name, ""), MAX_FIELD)
        if term and not term.startswith(("http://", "https://")):  # some engines put the target there
            return term
    return ""


# --- Both together -----------------------------------------------------------------------------------------


@lru_cache(_CACHED)
def _source(tags: Tags, origin: Origin) -> Source:
    said, known = _said_source(tags)
    click = tags.click
    medium = tags.utm_medium.lower()
    paid = click.paid or is_paid_medium(medium) or (known is not None and known.is_paid(_said_word(tags)))
    name = said or (click.name if click.paid else "") or origin.name or click.name or DIRECT
    kind = known.kind if known is not None else _kind(said, click, origin, whole=paid or not medium)
    channel = channel_of(
        Signs(
            medium=medium,
            campaign=tags.utm_campaign.lower(),
            kind=kind,
            paid=paid,
            direct=name == DIRECT,
        )
    )
    term = origin.term or (tags.utm_term if kind in _KINDS_WITH_TERMS else "")
    return Source(name, channel, origin.referrer, *tags[:5], tags.click_id, term)


def _said_word(tags: Tags) -> str:
    return wording(tags.utm_source or tags.other_source)


def _kind(said: str, click: ClickId, origin: Origin, *, whole: bool) -> str:
    """The kind of a source that the landing URL does not name, or names by a word that is not known.

    Where a medium says how the visit came, an unknown source takes no kind from the referrer (`whole`).
    """
    if said and not whole:
        return ""
    if click.paid:
        return click.kind
    return origin.kind or click.kind


_NO_ORIGIN = Origin()
_NO_TAGS = Tags()
