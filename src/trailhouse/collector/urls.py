"""Addresses of pages as they are stored: one spelling each, and nothing in them that names a person.

Every event passes through `clean_url`, so repeated addresses cost one look-up and a new one some microseconds.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize
from urllib.parse import unquote_plus

import msgspec

MAX_URL = 2_000  # bytes
MAX_PATH = 1_000  # characters
MAX_TERM = 200  # characters
_MAX_PARAMETERS = 100
_CACHED = 16_384  # entries
_CACHED_HOSTS = 4_096
_CACHED_LENGTH = 500  # longer addresses are rare, and would let a hostile sender fill the memory


NAMING = "ot_"  # a parameter that begins so names the visitor: cut out of every address that is kept
_LONGEST_FACT = 200  # characters
_PERSON = re.compile(r"(?<=[?&])ot_[^&#]*&?", re.IGNORECASE)


class BadUrl(ValueError):  # noqa: N818 — it names the thing refused, and reads so where it is raised
    """The address of an event cannot be used; the text says why."""


class PageUrl(msgspec.Struct, frozen=True):
    """The address of a page, taken apart."""

    hostname: str  # lower case, without www. and port, international names in their own letters
    path: str  # as stored: with the allowed query parameters, in hash mode with the fragment
    query: Mapping[str, str]  # all parameters, for finding the source; never stored
    site_search_term: str = ""  # what was looked for in the site's own search
    person: Mapping[str, str] = MappingProxyType({})  # what the address says of its reader: ot_email=… → email


# --- Personal data -----------------------------------------------------------------------------------------

_LOCAL = r"""[^\s/?&=#:;,<>()\[\]{}"'@]"""
_DOMAIN = r"(?:[\w-]++\.)+(?!(?:png|jpe?g|gif|webp|svg|avif|css|js)\b)[^\W\d_]{2,}"
_EMAIL = re.compile(rf"(?<!{_LOCAL}){_LOCAL}++(?:@{_DOMAIN}(?:{_LOCAL}*+(?=@)|))+")  # also several in one run
_ENCODED_AT = re.compile(r"%(?:25)*40")
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?")
_UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_RUN = re.compile(r"[A-Za-z0-9_-]{32,}")
_LONG_WORD = re.compile(r"[A-Za-z0-9]{32,}")
_DIGIT = re.compile(r"\d")
_CHANGE_OF_CLASS = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])")
_CARD = re.compile(r"(?<!\d)\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?!\d)")
_PHONE = re.compile(r"(?:\+|%2B)\d(?:[ .()-]{0,2}\d){8,}", re.IGNORECASE)
_DIGITS = re.compile(r"(?<!\d)(?!97[89]\d{10}(?!\d))\d{12,}")  # a book's ISBN is no one's secret
_LONG_RUN = re.compile(r"[0-9A-Za-z_-]{32}")
_MANY_DIGITS = re.compile(r"\d(?:\d{11}|\d{3}[ -]\d{4}[ -])")


def scrub(text: str) -> str:
    """`text` without obvious personal data, for paths, titles and property values alike.

    E-mail addresses become "(email)", tokens (JWTs, UUIDs, random runs of 32 characters and more) "(token)",
    telephone, card and other numbers of 12 digits and more "(number)".
    """
    if "@" in text or "%" in text:
        text = _without_emails(text)
    if "eyJ" in text:
        text = _JWT.sub("(token)", text)
    if _LONG_RUN.search(text):
        text = _RUN.sub(_token_or_words, _UUID.sub("(token)", text))
    if "+" in text or "%2" in text:
        text = _PHONE.sub("(number)", text)
    if _MANY_DIGITS.search(text):
        text = _DIGITS.sub("(number)", _CARD.sub("(number)", text))
    return text


def _without_emails(text: str) -> str:
    if "40" in text and _ENCODED_AT.search(text):
        plain = _EMAIL.sub("(email)", _ENCODED_AT.sub("@", text))
        return plain if "(email)" in plain else text
    return _EMAIL.sub("(email)", text) if "@" in text else text


def _token_or_words(match: re.Match[str]) -> str:
    """Tell a random token from a long slug: in a token, kinds of letters change all the time."""
    run = match[0]
    if run.isdigit() or (run.islower() and not _DIGIT.search(run)):
        return run
    changes = len(_CHANGE_OF_CLASS.findall(run))
    words = _LONG_WORD.findall(run)
    random_word = any(not word.isdigit() and _DIGIT.search(word) for word in words)
    return "(token)" if random_word or changes * 10 >= len(run) * 3 else run


# --- Taking apart ------------------------------------------------------------------------------------------

_URL = re.compile(r"(?:https?):/{2,}([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_ASCII_HOST = re.compile(r"(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]{2,45}\]")
_ANY_HOST = re.compile(r"[^\x00-,/:-`{-\x9f\u3002\s]+")
_PORT = re.compile(r":\d*$")
_LABEL_BYTES = 63
_HOST_CHARACTERS = 253


def clean_url(
    url: str, *, query_allow: Collection[str] = (), hash_mode: bool = False, search_param: str = ""
) -> PageUrl:
    """The page that `url` names, without what must not be kept.

    Only the query parameters of `query_allow` stay in the path, sorted by name. With `hash_mode` the fragment is
    part of the path, and parameters in it are treated like those of the query. `search_param` is the parameter of
    the site's own search. Raises BadUrl where there is no http(s) address of at most 2,000 bytes with a host.
    """
    allow = query_allow if isinstance(query_allow, tuple) else tuple(sorted(query_allow))
    if len(url) > _CACHED_LENGTH:
        return _clean(url, allow, hash_mode, search_param)
    return _clean_cached(url, allow, hash_mode, search_param)


def _clean(url: str, allow: tuple[str, ...], hash_mode: bool, search_param: str) -> PageUrl:
    if len(url) > MAX_URL or (not url.isascii() and len(url.encode("utf-8", "replace")) > MAX_URL):
        raise BadUrl(f"longer than {MAX_URL} bytes")
    parts = _URL.fullmatch(url.strip())
    if parts is None:
        raise BadUrl("not an http or https address")
    authority, raw_path, raw_query, fragment = parts.groups(default="")
    hostname = normal_host(authority)
    if not hostname:
        raise BadUrl("without a usable host")
    query = parse_query(raw_query) if raw_query else {}
    person = _person_in(query) if NAMING in raw_query.lower() else {}
    path = clean_path(raw_path)
    if query and allow:
        path = _with_parameters(path, query, allow)
    if hash_mode and fragment:
        route, _, route_query = fragment.partition(":~:")[0].partition("?")
        extra = parse_query(route_query)
        person = _person_in(extra) | person
        path = _with_route(path, route, extra, allow)
        query = extra | query
    term = tidy(query.get(search_param, ""), MAX_TERM) if search_param else ""
    return PageUrl(hostname, path, MappingProxyType(query), term, MappingProxyType(person))


_clean_cached = lru_cache(_CACHED)(_clean)


def parse_query(text: str) -> dict[str, str]:
    """The parameters of a query string, decoded; of equal names the first counts, of many the first 100."""
    found: dict[str, str] = {}
    for pair in text.split("&", _MAX_PARAMETERS)[:_MAX_PARAMETERS]:
        name, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:
            name, value = unquote_plus(name), unquote_plus(value)
        if name:
            found.setdefault(name, value)
    return found


def _person_in(query: dict[str, str]) -> dict[str, str]:
    """Take what names the visitor out of `query`."""
    named = [name for name in query if name.lower().startswith(NAMING)]
    found = {name[len(NAMING) :].lower(): one_line(query.pop(name), _LONGEST_FACT) for name in named}
    return {name: value for name, value in found.items() if name and value}


def without_person(text: str) -> str:
    """An address, such as that of a clicked link, without the parameters that name a visitor."""
    if "ot_" not in text.lower() or "//" not in text:
        return text
    return _PERSON.sub("", text).rstrip("?&")


def one_line(text: str, limit: int) -> str:
    """`text` on one line, printable, of at most `limit` characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:limit].rstrip()


def tidy(text: str, limit: int) -> str:
    """`text` on one line, printable, without personal data, of at most `limit` characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return scrub(" ".join(text.split()))[:limit].rstrip()


# --- Hosts -------------------------------------------------------------------------------------------------


@lru_cache(_CACHED_HOSTS)
def normal_host(authority: str) -> str:
    """The one spelling of a host: lower case, without user, port, www. and final dot; "" when it is none.

    International names are kept in their own letters ("münchen.example", not "xn--mnchen-3ya.example"), for that
    is how people read them.
    """
    host = _PORT.sub("", authority.rpartition("@")[2]).lower().rstrip(".")
    if not host.isascii():
        host = normalize("NFKC", host.replace("\u3002", ".")).lower()
    if "xn--" in host:
        host = ".".join(_own_letters(label) for label in host.split("."))
    while host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    if len(host) > _HOST_CHARACTERS:
        return ""
    if host.isascii():
        return host if _ASCII_HOST.fullmatch(host) else ""
    return host if all(_is_label(label) for label in host.split(".")) else ""


def _own_letters(label: str) -> str:
    """A label that was written in Punycode; unchanged if it was not, or not well."""
    if not label.startswith("xn--") or len(label) > _LABEL_BYTES:
        return label
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    sound = not decoded.isascii() and _is_label(decoded) and normalize("NFKC", decoded).lower() == decoded
    return decoded if sound else label


def _is_label(label: str) -> bool:
    return label.isprintable() and _ANY_HOST.fullmatch(label) is not None


# --- Paths -------------------------------------------------------------------------------------------------

_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/-]*")
_ODD_IN_PATH = re.compile(r"((?:%[0-9A-Fa-f]{2})+)|[^A-Za-z0-9._~!$&'()*+,;=:@/-]")
_ODD_IN_VALUE = re.compile(r"()[^A-Za-z0-9._~!$'()*,:@/-]")
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@")
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_SLASHES = re.compile(r"/{2,}")
_TORN_END = re.compile(r"(?:/\.{1,2}|%[0-9A-F]?)+$")


def clean_path(raw: str) -> str:
    """The one spelling of a path: readable, without `.` segments, doubled slashes and personal data."""
    path = raw if _PLAIN_PATH.fullmatch(raw) else _readable(raw.replace("\\", "/"))
    if ";" in path:
        path = _SESSION.sub("", path)
    if "//" in path:
        path = _SLASHES.sub("/", path)
    if "/." in path:
        path = _without_dots(path)
    path = scrub(path)
    return _cut(path, MAX_PATH) if path else "/"


def _readable(text: str) -> str:
    return _ODD_IN_PATH.sub(_respell, text)


def _respell(match: re.Match[str]) -> str:
    """Letters and harmless signs as themselves; everything else as %XX with capitals."""
    escapes = match[1]
    if not escapes:
        return _escape(match[0])
    text = bytes.fromhex(escapes.replace("%", "")).decode("utf-8", "surrogateescape")
    return "".join(c if c in _SAFE else _escape(c) for c in text)


def _escape(character: str) -> str:
    if character > "\x7f" and character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, kept by surrogateescape
        return f"%{code - 0xDC00:02X}"
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    end = "/" if segments[-1] in (".", "..") and kept else ""
    return "/" + "/".join(kept) + end


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else _TORN_END.sub("", text[:limit])


def _with_parameters(path: str, query: Mapping[str, str], allow: tuple[str, ...]) -> str:
    """`path` with the allowed parameters of `query`, as many as there is room for."""
    sign = "?"
    for name in sorted(name for name in set(allow) if name in query):
        value = tidy(query[name], MAX_TERM)
        pair = sign + _ODD_IN_VALUE.sub(_respell, name) + "=" + _ODD_IN_VALUE.sub(_respell, value)
        if len(path) + len(pair) <= MAX_PATH:
            path, sign = path + pair, "&"
    return path


def _with_route(path: str, route: str, query: Mapping[str, str], allow: tuple[str, ...]) -> str:
    """`path` with the route that a fragment names; the home route is the page itself."""
    route = scrub(_readable(route))
    tail = _with_parameters("#" + route, query, allow)
    if tail in ("#", "#/", "#!", "#!/"):
        return path
    return _cut(path + tail, MAX_PATH)
