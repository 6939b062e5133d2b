"""Looks at a site's page and says what there is of its script. It reads the page as it is sent and runs nothing."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import urljoin, urlsplit

import idna

from trailhouse.branding.domain_check import proof_name, text_of
from trailhouse.events.registry import EVENTS
from trailhouse.sites import policies
from trailhouse.sites.fetching import INTERNET, Page, Reach, UnreachableError, fetch
from trailhouse.sites.models import FILE_LENGTH, FOLDER_LENGTH, is_key

Code = Literal[
    "found", "old_key", "other_key", "twice", "by_code", "delayed", "blocked", "mixed", "cannot_send", "not_found",
    "by_domain", "by_key",
    "tag_manager", "framework", "consent_manager", "moved", "unreachable", "meta_found", "dns_found",
]  # fmt: skip

META = "stats-proof"  # no name of ours: whoever sees it may be a client of a brand
FILE = f"/.well-known/{META}.txt"

_SCRIPT = re.compile(r"/s/([^/]+)\.js")
_HOST_BEFORE = re.compile(r"(?:https?:)?//[^\s\"'`<>()\\/]+$")  # of a path that stands in code
_OWN_PATH = re.compile(rf"/[^/]{{{FOLDER_LENGTH}}}/([^/]{{{FILE_LENGTH}}})\.js")
_TYPES = {"", "text/javascript", "application/javascript", "module"}
_MOST_SCRIPTS = 500
_MOST_POLICIES = 20
_MOST_CODE = 500_000  # characters of scripts that stand in the page itself
_SECONDS_TO_READ = 2.0
_SLICE = 20_000
# What a consent manager leaves in a page, by its name.
CONSENT_MANAGERS = {
    "Cookiebot": ("consent.cookiebot.com", "consent.cookiebot.eu", "data-cookieconsent"),
    "Complianz": ("complianz-gdpr", "cmplz-"),
    "Borlabs Cookie": ("borlabs-cookie", "borlabscookie"),
    "Usercentrics": ("usercentrics.eu", "usercentrics-cmp"),
    "OneTrust": ("cdn.cookielaw.org", "otsdkstub"),
    "CookieYes": ("cdn-cookieyes.com", "cookie-law-info"),
    "Real Cookie Banner": ("real-cookie-banner",),
    "Iubenda": ("cdn.iubenda.com",),
}
TAG_MANAGER = "googletagmanager.com/gtm.js"
# What loads scripts by code that does not stand in the page, by what it leaves there.
FRAMEWORKS = {"Next.js": "/_next/static/"}


@dataclass(frozen=True)
class Wanted:
    """The script that is looked for."""

    domain: str  # of the site, perhaps with a path
    key: str
    old_keys: frozenset[str]  # rotated out, still counting
    base: str  # where the scripts are served
    token: str  # of the meta tag, the file or the record that proves the domain
    hosts: frozenset[str] = frozenset()  # further ones where they are served
    own_paths: Mapping[str, str] = field(default_factory=dict)  # of scripts at a path of the site's own → the key
    endpoint: str = ""  # the site's own choice, relative to the script


@dataclass(frozen=True)
class Finding:
    """One thing that was seen; `detail` is a name or an address, and hostile text."""

    code: Code
    detail: str = ""


@dataclass(frozen=True)
class Report:
    """All that was seen at `url`, the most important first, and whether the page or the DNS proves the domain."""

    url: str
    findings: tuple[Finding, ...]
    proves: bool = False


@dataclass
class _Tag:
    src: str
    type: str
    nonce: str
    lazy: bool = False  # the address stands in another attribute until somebody agrees
    by_code: bool = False  # it is no tag: code of the page makes one, as next/script does


@dataclass
class _Reader(HTMLParser):
    """Gathers scripts, policies and proofs of a page."""

    scripts: list[_Tag] = field(default_factory=list)
    preloads: list[_Tag] = field(default_factory=list)  # scripts that the page announces, for its code to run
    code: list[str] = field(default_factory=list)  # that stands in the page
    in_code: bool = False
    letters: int = 0  # of `code`
    policies: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    senders: list[tuple[str, str]] = field(default_factory=list)  # tags of other products: site, address
    base: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def read(self, text: str) -> None:
        """Read `text`, or as much of it as there is time for: it may be made to be hard to read."""
        until = time.monotonic() + _SECONDS_TO_READ
        for start in range(0, len(text), _SLICE):
            self.feed(text[start : start + _SLICE])
            if time.monotonic() > until:
                break

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the check needs of one tag."""
        values = {name: value or "" for name, value in reversed(attrs)}  # of two alike the first counts
        self.in_code = tag == "script"
        if tag == "script" and len(self.scripts) < _MOST_SCRIPTS:
            lazy = next(
                (values[name] for name in ("data-src", "data-cmp-src", "data-rocket-src") if name in values), ""
            )
            if "data-domain" in values:
                self.senders.append((values["data-domain"], values.get("data-api", "")))
            if src := values.get("src") or lazy:
                kind = values.get("type", "").strip().lower()
                self.scripts.append(_Tag(src.strip(), kind, values.get("nonce", ""), "src" not in values))
        elif tag == "link" and values.get("as", "").lower() == "script" and len(self.preloads) < _MOST_SCRIPTS:
            self.preloads.append(_Tag(values.get("href", "").strip(), "", values.get("nonce", ""), by_code=True))
        elif tag == "meta" and values.get("http-equiv", "").lower() == "content-security-policy":
            if len(self.policies) < _MOST_POLICIES:
                self.policies.append(values.get("content", ""))
        elif tag == "meta" and values.get("name", "").lower() == META:
            self.tokens.append(values.get("content", "").strip())
        elif tag == "base" and not self.base:
            self.base = values.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        """Code ends with its tag."""
        self.in_code = False

    def handle_data(self, data: str) -> None:
        """Keep the code that stands in the page, as far as there is room for it."""
        if self.in_code and self.letters < _MOST_CODE:
            self.code.append(data)
            self.letters += len(data)


async def check(wanted: Wanted, reach: Reach = INTERNET, scheme: str = "https", port: int | None = None) -> Report:
    """Fetch the site's page and read it, and ask for the record that proves its domain.

    What is wrong with the page is a finding, never an error.
    """
    report, texts = await asyncio.gather(_look(wanted, reach, scheme, port), reach.texts(record_name(wanted.domain)))
    if text_of(wanted.token) not in texts:
        return report
    return Report(report.url, (*report.findings, Finding("dns_found")), proves=True)


def record_name(domain: str) -> str:
    """The name of the TXT record that proves the site's domain."""
    return proof_name(_ascii(domain.partition("/")[0]))


async def _look(wanted: Wanted, reach: Reach, scheme: str, port: int | None) -> Report:
    host, slash, path = wanted.domain.partition("/")
    names = [_ascii(host)] if host.startswith("www.") else [_ascii(host), f"www.{_ascii(host)}"]
    failure = UnreachableError("no_such_name")
    for name in names:  # some sites answer under www alone
        url = f"{scheme}://{name}{f':{port}' if port else ''}/{path}"
        try:
            page = await fetch(url, reach)
        except UnreachableError as error:
            if failure.why == "no_such_name":
                failure = error
            if error.why == "slow":  # whoever waits has waited long enough
                break
            continue
        return await _with_file(_read(page, wanted), page, wanted, reach)
    url = f"{scheme}://{host}{slash}{path}"
    return Report(url, (Finding("unreachable", failure.why),))


async def _with_file(report: Report, page: Page, wanted: Wanted, reach: Reach) -> Report:
    """`report`, with the file looked for where the page itself proves nothing."""
    if report.proves or not is_own(page.url, wanted.domain):
        return report
    try:
        file = await fetch(urljoin(page.url, FILE), reach)
    except UnreachableError:
        return report
    if file.status == 200 and is_own(file.url, wanted.domain) and file.text.strip() == wanted.token:
        return Report(report.url, (*report.findings, Finding("meta_found")), proves=True)
    return report


def _read(page: Page, wanted: Wanted) -> Report:
    if page.status >= 400:
        return Report(page.url, (Finding("unreachable", f"status {page.status}"),))
    own = is_own(page.url, wanted.domain)
    reader = _Reader()
    reader.read(page.text)
    findings = [] if own else [Finding("moved", urlsplit(page.url).hostname or "")]
    findings += _scripts(page, reader, wanted)
    if (how := _by_another(reader, wanted)) == "by_domain" or (how and Finding("not_found") in findings):
        findings = [one for one in findings if one.code != "not_found"] + [Finding(how, wanted.key)]
    if not any(finding.code in {"found", "old_key"} for finding in findings):
        findings += [Finding("tag_manager")] if TAG_MANAGER in page.text else []
        findings += [Finding("framework", name) for name, mark in FRAMEWORKS.items() if mark in page.text]
    lower = page.text.lower()
    findings += [
        Finding("consent_manager", name)
        for name, marks in CONSENT_MANAGERS.items()
        if any(mark in lower for mark in marks)
    ]
    proves = own and wanted.token in reader.tokens
    return Report(page.url, (*findings, Finding("meta_found")) if proves else tuple(findings), proves)


def _scripts(page: Page, reader: _Reader, wanted: Wanted) -> list[Finding]:
    base = urljoin(page.url, reader.base)
    by_code = [*reader.preloads, *_named_in("".join(reader.code), wanted)]
    seen = [(urljoin(base, tag.src), tag) for tag in (*reader.scripts, *by_code)]
    keyed = [(url, tag, key) for url, tag in seen if (key := _key_of(url, wanted))]
    ours = [(url, tag, key) for url, tag, key in keyed if key == wanted.key or key in wanted.old_keys]
    if not ours:
        others = [key for url, _tag, key in keyed if urlsplit(url).netloc in _served_here(wanted)]
        return [Finding("other_key", others[0])] if others else [Finding("not_found")]
    url, tag, key = ours[0]  # tags stand before what code names
    findings = [Finding("found" if key == wanted.key else "old_key", url)]
    if tag.by_code:
        findings.append(Finding("by_code"))
    if tag.lazy or tag.type not in _TYPES:
        findings.append(Finding("delayed", tag.type))
    if (tags := sum(not tag.by_code for _url, tag, _key in ours)) > 1:
        findings.append(Finding("twice", str(tags)))
    rules = policies.parse([*page.all("Content-Security-Policy"), *reader.policies])
    if urlsplit(page.url).scheme == "https" and urlsplit(url).scheme == "http":
        findings.insert(0, Finding("mixed"))
    if not policies.allows(rules, policies.SCRIPT, url, page.url, tag.nonce):
        findings.insert(0, Finding("blocked", _origin(url)))
    endpoint = wanted.endpoint or ("in" if urlsplit(url).path in wanted.own_paths else EVENTS)
    if not policies.allows(rules, policies.CONNECT, urljoin(url, endpoint), page.url):
        findings.insert(0, Finding("cannot_send", _origin(urljoin(url, endpoint))))
    return findings


def _served_here(wanted: Wanted) -> set[str]:
    """The hosts, with their ports, where scripts are served and events are taken."""
    return {urlsplit(wanted.base).netloc, *wanted.hosts}


def _by_another(reader: _Reader, wanted: Wanted) -> Code | None:
    """How the script of another product, by its tag or by code of the page, names the site in what it sends here."""
    keys = {wanted.key, *wanted.old_keys}
    code = "".join(reader.code).replace("\\/", "/")
    sent = [(keys & set(named.split(",")), api) for named, api in reader.senders]
    sent.append(({key for key in keys if key in code}, code))
    here = [named for named, text in sent if any(f"//{host}{EVENTS}" in text for host in _served_here(wanted))]
    return None if not here else "by_key" if all(here) else "by_domain"


def _named_in(code: str, wanted: Wanted) -> list[_Tag]:
    """The scripts of the site that code in the page names, to load them by itself."""
    code = code.replace("\\/", "/")
    found = []
    for path in (*wanted.own_paths, *(f"/s/{key}.js" for key in (wanted.key, *sorted(wanted.old_keys)))):
        if (at := code.find(path)) >= 0:
            host = _HOST_BEFORE.search(code[max(0, at - 300) : at])
            found.append(_Tag(f"{host[0] if host else wanted.base}{path}", "", "", by_code=True))
    return found


def _key_of(url: str, wanted: Wanted) -> str:
    """The key in the address of a script, or what stands for it in another site's own path; empty for all others."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    if path in wanted.own_paths:
        return wanted.own_paths[path]
    found = _SCRIPT.fullmatch(path) or _OWN_PATH.fullmatch(path)
    return found[1] if found and is_key(found[1]) else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_own(url: str, domain: str) -> bool:
    """Whether `url` lies on the site's domain or under it."""
    host, own = (urlsplit(url).hostname or ""), _ascii(domain.partition("/")[0])
    return host == own or host.endswith(f".{own}")


def _ascii(host: str) -> str:
    return host if host.isascii() else idna.encode(host, uts46=True).decode()
