"""The steps of the pipeline, in order. A `drop_…` may return the reason to leave a Hit out, a `put_…` adds to it."""

from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import ip_network
from urllib.parse import urlsplit

import msgspec

from trailhouse.collector.address import Networks
from trailhouse.collector.draft import Draft, Parameters, Step, World
from trailhouse.collector.identity import recognised_id, visitor_id
from trailhouse.collector.request import Request
from trailhouse.collector.sources import Source, find_source
from trailhouse.collector.spam import is_referrer_spam
from trailhouse.collector.urls import BadUrl, clean_url, normal_host
from trailhouse.events.model import ENGAGEMENT, IDENTIFY
from trailhouse.events.registry import ServedSite

_MOST_SOURCES = 16_384  # that are remembered
_USUAL_LENGTH = 700  # of a page's and a referrer's address; longer ones would let a hostile sender fill the memory
# attribute of a Source → the limit that it comes under
_BOUNDED = {
    "name": "source", "referrer": "referrer", "utm_source": "utm_source", "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign", "utm_term": "utm_term", "utm_content": "utm_content", "search_term": "search_term",
}  # fmt: skip

# Every reason for which an event is left out, with what it means to the people who read "What was left out".
REASONS: dict[str, str] = {
    "unknown_site": "No site has this key or domain",
    "site_closed": "The site is paused or closed",
    "bad_url": "The page's address cannot be used",
    "foreign_hostname": "The page is not on the site's domain, a sub-domain or an alias of it",
    "own_visit": "The visitor marked this browser as their own",
    "privacy_control": "The browser asks for Global Privacy Control, which the site respects",
    "bot_user_agent": "The user agent is that of a known bot",
    "bot_headless": "An automated browser",
    "bot_prefetch": "The browser loaded the page ahead; nobody has seen it",
    "bot_datacentre": "Comes from a hosting network and does not even claim to be a browser",
    "referrer_spam": "The referrer is known for faked visits",
    "excluded_address": "The address is excluded by the site",
    "excluded_country": "The country is excluded by the site",
    "excluded_path": "The path is excluded by the site",
    "visitor_flood": "More events in ten seconds than a person makes",
    "site_flood": "More events in ten seconds than one site may bring",
    "name_without_consent": "A name was sent for a visitor of a site that recognises nobody",
    "engagement_without_visit": "An engagement ping without a running visit",
    "site_emptied": "It happened before the site's statistics were reset or deleted",
}


def drop_unknown_site(draft: Draft, world: World) -> str | None:
    """Find the site by key or by domain."""
    name = draft.hit.site
    site = world.registry.by_key(name)
    draft.by_key = site is not None
    if site is None:
        site = _by_domain(draft, world)
    if site is None:
        return "unknown_site"
    draft.site = site
    return None


def _by_domain(draft: Draft, world: World) -> ServedSite | None:
    try:
        parts = urlsplit(draft.hit.url)
    except ValueError:
        return None
    domain, _, path = draft.hit.site.partition("/")
    host = normal_host(domain or parts.netloc)
    return world.registry.by_domain(host, path or parts.path) if host else None


def drop_closed_site(draft: Draft, world: World) -> str | None:
    """Paused, cancelled and deleted sites do not count."""
    return None if draft.site.counts else "site_closed"


def drop_own_visit(draft: Draft, world: World) -> str | None:
    """The visitor asked not to be counted."""
    return "own_visit" if draft.hit.own_visit else None


def drop_privacy_control(draft: Draft, world: World) -> str | None:
    """The site respects Global Privacy Control: also where no script asks the browser, as for the pixel."""
    asks = draft.site.tracker.get("respect_gpc") and draft.hit.request.headers.get("sec-gpc") == "1"
    return "privacy_control" if asks else None


def put_page(draft: Draft, world: World) -> str | None:
    """Clean the page's address: allowed query parameters only, personal data cut out."""
    hit, site = draft.hit, draft.site
    try:
        draft.page = clean_url(
            hit.url, query_allow=site.query_allow, hash_mode=hit.hash_mode, search_param=site.search_param
        )
    except BadUrl:
        return "bad_url"
    return None


def drop_foreign_hostname(draft: Draft, world: World) -> str | None:
    """Only the site's domain, its sub-domains and its aliases count."""
    return None if is_own_host(draft.site, draft.page.hostname) else "foreign_hostname"


def is_own_host(site: ServedSite, hostname: str) -> bool:
    """Whether `hostname` (without www.) is one of the site's."""
    domain = site.domain.partition("/")[0]
    return hostname == domain or hostname.endswith(f".{domain}") or hostname in site.aliases


def drop_bot(draft: Draft, world: World) -> str | None:
    """Leave out what no person has seen."""
    return draft.hit.request.sender.bot


def drop_excluded(draft: Draft, world: World) -> str | None:
    """Leave out what the site excludes by address, country and path."""
    site, request = draft.site, draft.hit.request
    if site.exclude_networks and request.address in _networks(site.exclude_networks):
        return "excluded_address"
    if site.exclude_countries and request.sender.place.country in site.exclude_countries:
        return "excluded_country"
    if site.exclude_paths and any(fnmatchcase(draft.page.path, pattern) for pattern in site.exclude_paths):
        return "excluded_path"
    return None


@lru_cache(maxsize=1000)
def _networks(networks: tuple[str, ...]) -> Networks:
    return Networks(ip_network(network, strict=False) for network in networks)


def put_visitor(draft: Draft, world: World) -> str | None:
    """Make the visitor id of the site's privacy level."""
    hit, site = draft.hit, draft.site
    if hit.name == IDENTIFY and not recognises(draft):
        return "name_without_consent"
    daily, before = _daily_ids(hit.request, site.site_id, world.salts.pair(draft.ts))
    if recognises(draft):
        # The visit in which consent was given has begun under the daily id, and goes on.
        draft.visitor_id = recognised_id(world.registry.snapshot.secret, site.site_id, hit.person)
        draft.other_visitor_id = daily
    else:
        draft.visitor_id = daily
        draft.other_visitor_id = before
    return None


def recognises(draft: Draft) -> bool:
    """Whether the visitor agreed to be known again, on a site that may: only then has the event a first-party id."""
    return draft.site.privacy == "recognised" and bool(draft.hit.person)


def _daily_ids(request: Request, site_id: int, salts: tuple[bytes, bytes | None]) -> tuple[int, int]:
    """The visitor's ids under the salt of the day and under the one before it, 0 where that is gone."""
    sender = request.sender
    if sender.site_id != site_id or sender.salts != salts:
        address = request.address
        first, second = (visitor_id(salt, site_id, address, sender.user_agent) if salt else 0 for salt in salts)
        sender.site_id, sender.salts, sender.visitor_ids = site_id, salts, (first, second)
    return sender.visitor_ids


def drop_flood(draft: Draft, world: World) -> str | None:
    """Leave out what no person and no audience makes."""
    return world.floods.reason(draft.hit.request.received_ms, draft.visitor_id, draft.site.site_id)


def put_source(draft: Draft, world: World) -> str | None:
    """Find what brought the visit; referrer spam is left out."""
    hit, site = draft.hit, draft.site
    key: tuple[int, str, Parameters] = (site.site_id, "", ())  # an engagement ping only ever continues a visit
    if hit.name != ENGAGEMENT:
        key = site.site_id, hit.referrer, tuple(draft.page.query.items())
    try:
        source = world.sources[key]
    except KeyError:
        source = _find_source(site, key[1], dict(key[2]), world)
        if len(hit.referrer) + len(hit.url) <= _USUAL_LENGTH:
            if len(world.sources) >= _MOST_SOURCES:
                world.sources.clear()
            world.sources[key] = source
    if source is None:
        return "referrer_spam"
    draft.source = source
    return None


def _find_source(site: ServedSite, referrer: str, query: dict[str, str], world: World) -> Source | None:
    """What brought a visit, as bounded by what the site brought today; None for referrer spam."""
    source = find_source(query, referrer, lambda host: is_own_host(site, host))
    if source.referrer and is_referrer_spam(source.referrer.partition("/")[0]):
        return None
    return _bounded(source, site.site_id, world)


def _bounded(source: Source, site_id: int, world: World) -> Source:
    """`source` with "(other)" for what the site has brought too many of today."""
    found = {name: (limit, getattr(source, name)) for name, limit in _BOUNDED.items()}
    known = {name: world.cardinality.bounded(site_id, limit, value) for name, (limit, value) in found.items() if value}
    return msgspec.structs.replace(source, **known)


STEPS: tuple[Step, ...] = (
    drop_unknown_site,
    drop_closed_site,
    drop_own_visit,
    drop_privacy_control,
    drop_bot,
    put_page,
    drop_foreign_hostname,
    drop_excluded,
    put_visitor,
    drop_flood,
    put_source,
)
