"""What a page's Content-Security-Policy allows, as far as a script from another host and its requests go. Pure.

After https://www.w3.org/TR/CSP3/ (matching of source lists); hashes of scripts from elsewhere are left out.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

Policy = dict[str, list[str]]

# The directive that decides, and those that stand in for it.
SCRIPT = ("script-src-elem", "script-src", "default-src")
CONNECT = ("connect-src", "default-src")
_PORTS = {"http": 80, "https": 443}


def parse(values: Iterable[str]) -> list[Policy]:
    """The policies of all headers or meta tags; several in one value are parted by commas."""
    policies = []
    for text in (part for value in values for part in value.split(",")):
        policy: Policy = {}
        for directive in text.split(";"):
            name, *sources = directive.split()[:200] or [""]
            if name:
                policy.setdefault(name.lower(), sources)  # of two alike the first counts
        if policy:
            policies.append(policy)
    return policies


def allows(policies: Iterable[Policy], directives: tuple[str, ...], url: str, page: str, nonce: str = "") -> bool:
    """Whether each of `policies` lets `page` load `url`; `directives` is SCRIPT or CONNECT."""
    return all(_allows(policy, directives, url, page, nonce) for policy in policies)


def _allows(policy: Policy, directives: tuple[str, ...], url: str, page: str, nonce: str) -> bool:
    sources = next((policy[name] for name in directives if name in policy), None)
    if sources is None:
        return True
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    lower = [source.lower() for source in sources]
    if directives is SCRIPT and "'strict-dynamic'" in lower:
        return False  # only by nonce or hash
    return any(_matches(source, url, page) for source in sources)


def _matches(source: str, url: str, page: str) -> bool:
    wanted, own = urlsplit(url), urlsplit(page)
    if source.lower() == "'self'":
        return wanted.hostname == own.hostname and (_port(wanted) == _port(own) or wanted.scheme == "https")
    if source.startswith("'"):
        return False
    if source == "*":
        return wanted.scheme in {"http", "https"}
    if source.endswith(":") and "/" not in source:
        return _scheme_fits(source[:-1].lower(), wanted.scheme)
    return _host_fits(source if "://" in source else f"//{source}", url, own.scheme)


def _host_fits(source: str, url: str, own_scheme: str) -> bool:
    try:
        allowed, wanted = urlsplit(source.replace(":*", "")), urlsplit(url)
        host, port = (allowed.hostname or "").lower(), allowed.port
    except ValueError:
        return False
    if not _scheme_fits(allowed.scheme or own_scheme, wanted.scheme):
        return False
    name = (wanted.hostname or "").lower()
    if not (name.endswith(host[1:]) if host.startswith("*.") else name == host):
        return False
    if ":*" not in source and _port(wanted) != (port or _PORTS.get(wanted.scheme)):
        return False
    path = allowed.path
    return not path or path == "/" or (wanted.path.startswith(path) if path.endswith("/") else wanted.path == path)


def _scheme_fits(allowed: str, wanted: str) -> bool:
    return allowed == wanted or (allowed == "http" and wanted == "https")


def _port(parts: object) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)  # type: ignore[attr-defined]  # a SplitResult
