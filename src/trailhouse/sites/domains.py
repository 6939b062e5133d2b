"""A site's public domain in its one form. Pure but for the language of its refusals.

Which hostnames count for a site is decided in `collector/steps.py` (`is_own_host`).
"""

import re
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import idna
from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError

MAX_HOST = 253
MAX_PATH = 90
# Names that RFC 2606 and RFC 6761 keep for examples and tests; they stand on no list of public suffixes.
RESERVED = frozenset({"example", "test", "localhost", "invalid", "internal", "local"})
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_INDEX = re.compile(r"(index|default|home)\.(html?|php[0-9]?|aspx?|jsp)", re.IGNORECASE)
_SEGMENT = re.compile(r"[^\s/?#%\\<>\"'`{}|^\[\]\x00-\x1f]+")


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


def _refused(why: str, hint: str) -> UserError:
    return UserError("domain_refused", why, hint)


def _as_in() -> str:
    return _("Enter it as in client.example or client.example/shop.")


def normal_domain(text: str) -> str:
    """The one form of a domain, or of a domain with a path (`client.nl/shop`), that a person typed or pasted.

    Scheme, port, query, fragment, `www.`, case and the name of an index file are dropped; an international name is
    kept as people read it (`bücher.example`), which is also how the collector names hosts. Raises UserError with the
    reason of a refusal.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text.lstrip('/')}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
        parts.port  # noqa: B018 - raises ValueError for a wrong one
    except ValueError:
        raise _refused(_("This is no domain."), _as_in()) from None
    if "@" in parts.netloc and ":" not in parts.netloc and "/" not in text.partition("://")[2]:
        raise _refused(_("This is an e-mail address, not a domain."), _as_in())
    if parts.scheme.lower() not in {"http", "https"} or parts.username is not None or not host:
        raise _refused(_("This is no domain."), _as_in())
    return normal_hostname(host) + _normal_path(parts.path)


def normal_hostname(host: str) -> str:
    """The one form of a hostname. Raises UserError for addresses, `localhost`, public suffixes and nonsense."""
    host = host.strip().rstrip(".").lower()
    if _is_address(host):
        raise _refused(
            _("%(host)s is an address, not a domain.") % {"host": host}, _("Enter the name that visitors type.")
        )
    ascii_host = _ascii(host).removeprefix("www.")
    if ascii_host == "localhost":
        raise _refused(_("localhost is another one on every machine."), _("Enter the site's public domain."))
    if ascii_host.startswith("*."):
        raise _refused(
            _("%(host)s stands for many domains.") % {"host": host},
            _("Enter %(host)s: its sub-domains count with it.") % {"host": host[2:]},
        )
    labels = ascii_host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(ascii_host) > MAX_HOST:
        raise _refused(_("%(host)s is no domain.") % {"host": host}, _as_in())
    if len(labels) == 1:
        raise _refused(_("%(host)s is only the last part of a domain.") % {"host": host}, _as_in())
    _refuse_suffix(ascii_host, labels)
    return _readable(ascii_host)


def registrable_domain(domain: str) -> str:
    """What of a site's domain somebody registered: "client.co.uk" of "shop.client.co.uk/nl"."""
    host = domain.partition("/")[0]
    found: str | None = _suffixes().privatesuffix(host)
    return found or ".".join(host.split(".")[-2:])


def _refuse_suffix(host: str, labels: list[str]) -> None:
    if labels[-1] in RESERVED:
        return
    suffixes = _suffixes()
    if suffixes.publicsuffix(host) is None:
        raise _refused(_("No domain ends in .%(ending)s.") % {"ending": labels[-1]}, _("Check the spelling."))
    if suffixes.is_public(host):
        raise _refused(
            _("%(host)s is shared by many owners.") % {"host": host},
            _("Enter the site's own name under it, as in name.%(host)s.") % {"host": host},
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        last = host.rpartition(".")[2]
        return last.isdigit() or last.startswith("0x")  # as browsers read 127.1 and 0x7f000001
    return True


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise _refused(_("%(host)s is no domain.") % {"host": host}, _("Check its letters.")) from None


def _readable(host: str) -> str:
    try:
        return ".".join(idna.decode(label) if label.startswith("xn--") else label for label in host.split("."))
    except idna.IDNAError:
        raise _refused(_("%(host)s is no domain.") % {"host": host}, _("Check its letters.")) from None


def _normal_path(path: str) -> str:
    segments = [segment for segment in path.split("/") if segment]
    while segments and _INDEX.fullmatch(segments[-1]):  # the file behind an address, as some copy it
        segments.pop()
    if not segments:
        return ""
    wrong = any(not _SEGMENT.fullmatch(segment) or segment in {".", ".."} for segment in segments)
    if wrong or len("/".join(segments)) > MAX_PATH:
        raise _refused(_("This path cannot be a site of its own."), _as_in())
    return "/" + "/".join(segments)
