"""A host name in its one form. Pure but for the language of its refusals."""

import re
from functools import cache
from ipaddress import ip_address
from typing import Any

import idna
from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError

MAX_HOST = 253
# Names that RFC 2606 and RFC 6761 keep for examples and tests; they stand on no list of public suffixes.
RESERVED = frozenset({"example", "test", "localhost", "invalid", "internal", "local"})
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


@cache
def suffixes() -> Any:
    """The list of public suffixes: what somebody registers a name under."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)


def refused(why: str, hint: str) -> UserError:
    """What is said of something that is no host name."""
    return UserError("domain_refused", why, hint)


def ascii_hostname(host: str) -> str:
    """The one form of a host name, as the DNS and certificates know it: lower case, IDNA, without a dot at its end.

    Raises UserError for addresses, `localhost`, public suffixes and nonsense.
    """
    host = host.strip().rstrip(".").lower()
    if _is_address(host):
        raise refused(
            _("%(host)s is an address, not a domain.") % {"host": host}, _("Enter the name that visitors type.")
        )
    ascii_host = _ascii(host)
    if ascii_host == "localhost":
        raise refused(_("localhost is another one on every machine."), _("Enter the site's public domain."))
    if ascii_host.startswith("*."):
        raise refused(
            _("%(host)s stands for many domains.") % {"host": host},
            _("Enter %(host)s: its sub-domains count with it.") % {"host": host[2:]},
        )
    labels = ascii_host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(ascii_host) > MAX_HOST:
        raise refused(_("%(host)s is no domain.") % {"host": host}, as_in())
    if len(labels) == 1:
        raise refused(_("%(host)s is only the last part of a domain.") % {"host": host}, as_in())
    _refuse_suffix(ascii_host.removeprefix("www."), labels)
    return ascii_host


def readable(host: str) -> str:
    """An ASCII host name as people read it: `bücher.example`. Raises UserError where it cannot be read."""
    try:
        return ".".join(idna.decode(label) if label.startswith("xn--") else label for label in host.split("."))
    except idna.IDNAError:
        raise refused(_("%(host)s is no domain.") % {"host": host}, _("Check its letters.")) from None


def as_in() -> str:
    """What a site's domain looks like."""
    return _("Enter it as in client.example or client.example/shop.")


def _refuse_suffix(host: str, labels: list[str]) -> None:
    if labels[-1] in RESERVED:
        return
    known = suffixes()
    if known.publicsuffix(host) is None:
        raise refused(_("No domain ends in .%(ending)s.") % {"ending": labels[-1]}, _("Check the spelling."))
    if known.is_public(host):
        raise refused(
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
        raise refused(_("%(host)s is no domain.") % {"host": host}, _("Check its letters.")) from None
