"""A site's public domain in its one form. Pure but for the language of its refusals.

Which hostnames count for a site is decided in `collector/steps.py` (`is_own_host`).
"""

import re
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from trailhouse.branding.hostnames import as_in, ascii_hostname, readable, refused, suffixes

MAX_PATH = 90
_WEB = re.compile(r"(?:(?:https?:/*)+|//+)", re.IGNORECASE)  # also typed twice, or with a slash too few
_ANY_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_INDEX = re.compile(r"(index|default|home)\.(html?|php[0-9]?|aspx?|jsp)", re.IGNORECASE)
_SEGMENT = re.compile(r"[^\s/?#%\\<>\"'`{}|^\[\]\x00-\x1f\x7f\ufffd]+")


def normal_domain(text: str) -> str:
    """The one form of a domain, or of a domain with a path (`client.nl/shop`), that a person typed or pasted.

    Scheme, port, query, fragment, `www.`, case and the name of an index file are dropped; an international name and
    the letters of a path are kept as people read them (`bücher.example/café`), which is also how the collector names
    hosts. What this gives, it gives again. Raises UserError with the reason of a refusal.
    """
    text = text.strip()
    if web := _WEB.match(text):
        text = f"https://{text[web.end() :]}"
    elif not _ANY_SCHEME.match(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
        parts.port  # noqa: B018 - raises ValueError for a wrong one
    except ValueError:
        raise refused(_("This is no domain."), as_in()) from None
    if "@" in parts.netloc and ":" not in parts.netloc and "/" not in text.partition("://")[2]:
        raise refused(_("This is an e-mail address, not a domain."), as_in())
    if parts.scheme.lower() not in {"http", "https"} or parts.username is not None or not host:
        raise refused(_("This is no domain."), as_in())
    return normal_hostname(host) + _normal_path(parts.path)


def normal_hostname(host: str) -> str:
    """The one form of a site's hostname, without `www.`. Raises UserError as `ascii_hostname` does."""
    name = ascii_hostname(host)
    while name.startswith("www."):  # once it is plain: in other spellings the collector drops it as well, and all of it
        name = ascii_hostname(name.removeprefix("www."))
    return readable(name)


def registrable_domain(domain: str) -> str:
    """What of a site's domain somebody registered: "client.co.uk" of "shop.client.co.uk/nl"."""
    host = domain.partition("/")[0]
    found: str | None = suffixes().privatesuffix(host)
    return found or ".".join(host.split(".")[-2:])


def _normal_path(path: str) -> str:
    segments = [normalize("NFC", unquote(segment)) for segment in path.split("/") if segment]
    while segments and _INDEX.fullmatch(segments[-1]):  # the file behind an address, as some copy it
        segments.pop()
    if not segments:
        return ""
    wrong = any(not _SEGMENT.fullmatch(segment) or segment in {".", ".."} for segment in segments)
    if wrong or len("/".join(segments)) > MAX_PATH:
        raise refused(_("This path cannot be a site of its own."), as_in())
    return "/" + "/".join(segments)
