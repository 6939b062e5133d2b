"""Referrers that fake visits to be seen in reports. The list is our own: data/referrer_spam.txt."""

import re
from functools import lru_cache
from pathlib import Path

_LONGEST = 253  # a host name is never longer

# Families of throw-away hosts that differ by a number or an ending only.
_FAMILIES = re.compile(
    r"(?:^|[.-])(?:semalt|darodar|ilovevitaly|iloveitaly)\.[a-z]+$"
    r"|(?:^|\.)(?:free-)?(?:social|share|floating-share)-buttons?(?:-[a-z]{1,4}|\d{0,2})\.[a-z]+$"
    r"|(?:^|\.)(?:\d{1,3}-)?(?:best-seo|reasons-for-seo)[a-z-]*\.[a-z]+$"
    r"|(?:^|\.)(?:eu-)?cookie-law-enforcement[a-z0-9-]*\.[a-z]+$"
    r"|(?:^|\.)(?:law-enforcement|compliance)-[a-z]+(?:-[a-z]+)?\.(?:xyz|top)$"
    r"|(?:^|\.)social-traffic-\d\.[a-z]+$"
    r"|(?:^|\.)get-free-(?:social-)?traffic[a-z-]*\.[a-z]+$"
    r"|(?:^|\.)traffic2(?:cash|money)\.[a-z]+$"
    r"|(?:^|\.)o-o-\d{1,2}-o-o\.[a-z]+$"
)


@lru_cache(maxsize=1)
def _hosts() -> frozenset[str]:
    lines = (Path(__file__).parent / "data" / "referrer_spam.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_referrer_spam(host: str) -> bool:
    """Whether `host` (any case, without scheme, port and path) or a domain above it is a known spammer's."""
    return bool(host) and _is_spam(host[: _LONGEST + 1])


@lru_cache(maxsize=4096)
def _is_spam(host: str) -> bool:
    host = host.lower().rstrip(".")
    if len(host) > _LONGEST:
        return False
    labels = host.split(".")
    hosts = _hosts()
    if any(".".join(labels[at:]) in hosts for at in range(max(0, len(labels) - 5), len(labels) - 1)):
        return True
    return _FAMILIES.search(host) is not None
