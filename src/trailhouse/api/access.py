"""Who may ask the API what: keys, their sites and how often."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja.security import HttpBearer

from trailhouse.accounts import selectors as accounts
from trailhouse.accounts.models import Account, ApiKey, User
from trailhouse.accounts.services import ACCOUNT_WIDE_SCOPES, is_operators
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites import selectors as sites
from trailhouse.sites import services
from trailhouse.sites.access import Privilege, allowed_in_account
from trailhouse.sites.models import Privacy, Site
from trailhouse.stats.answer import Answer, ask
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.strict import ask_strictly

REQUESTS_AN_HOUR = 6_000
HOUR_S = 3_600
STATS = "stats"
SITES = "sites"
PEOPLE = "people"
OPERATOR = "operator"

_lock = Lock()
_asked: defaultdict[int, deque[float]] = defaultdict(deque)


def api_site(request: HttpRequest, domain: Any) -> tuple[Site, SiteContext, date | None]:
    """The site that the request asks about, with its plain values and its first local day.

    Raises UserError: 401 without a key that opens this site (an unknown site looks the same), 400 without a site,
    429 for too many requests with one key, 503 while the site is locked.
    """
    site = stats_site(request, domain)[0]
    return site, context_of(site), first_day(site, store())


def stats_site(request: HttpRequest, domain: Any) -> tuple[Site, ApiKey]:
    """The site that the request asks about, and its key. Raises UserError as `api_site` does."""
    key = key_with(request, STATS)
    if not isinstance(domain, str) or not domain:
        raise UserError("missing_site", "Missing site ID.", "Give the site's domain as site_id.")
    site = _site_named(key, domain)
    if site is None:
        raise _refused()
    unlocked(site)
    return site, key


def unlocked(site: Site) -> None:
    """Raise UserError 503 while the statistics of a site are locked."""
    if site.locked:
        raise UserError(
            "temporarily_unavailable",
            "The statistics of this site are temporarily unavailable.",
            "Nothing that is counted gets lost. Ask again later.",
            status=503,
        )


def first_day(site: Site, events: Store) -> date | None:
    """The local day of the site's first event; None where none has come yet."""
    if services.look_for_first_event(site, events) and site.first_event_at is not None:
        return site.first_event_at.astimezone(ZoneInfo(site.timezone)).date()
    return None


def figures(events: Store, site: Site, question: Question) -> Answer:
    """The answer to a question, as far as the site's level of privacy lets it be told."""
    return ask_strictly(events, question) if site.privacy == Privacy.STRICT else ask(events, question)


def context_of(site: Site) -> SiteContext:
    """The plain values of a site as `stats` wants them; of its segments those that are the site's."""
    return SiteContext.of(sites.context(site))


def store() -> Store:
    """The event store. Raises UserError 503 while it is away."""
    return current.store()


class KeyWith(HttpBearer):
    """Lets those alone to an operation who send a key with one of `scopes`."""

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> ApiKey:
        """The key. Raises UserError as `key_with` does, and 403 for what is the whole account's."""
        key = key_with(request, *self.scopes)
        if ACCOUNT_WIDE_SCOPES.intersection(self.scopes):
            for_the_whole_account(key)
        if OPERATOR in self.scopes and not is_operators(key):
            raise UserError(
                "not_operator", "This key's maker does not run the instance.", "Use an operator's key.", status=403
            )
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key of `token`."""
        return accounts.api_key(token)


def key_with(request: HttpRequest, *scopes: str) -> ApiKey:
    """The key that the request brings. It acts with its account's rights.

    Raises UserError: 401 without a key that has one of `scopes`, 403 while the account is suspended, 429 for too many
    requests.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UserError("missing_key", "Missing API key.", "Send a valid API key as Bearer token.", status=401)
    key = accounts.api_key(token.strip())
    brand = getattr(request, "brand", None)  # at the host of a brand its account alone exists, and not the operator
    if key is None or (brand is not None and (key.account_id != brand.account_id or OPERATOR in scopes)):
        raise _refused()
    _count(request, key.pk, time.monotonic())
    if not set(scopes).intersection(key.scopes):
        raise _refused()
    if not allowed_in_account(key.account.owner, key.account, Privilege.MANAGE_ACCOUNT):
        raise UserError("account_suspended", "This account is suspended.", "Ask its administrator.", status=403)
    return key


def _site_named(key: ApiKey, name: str) -> Site | None:
    account, only = key.account, key.site_ids
    return sites.site_for_api(account, name, only) or sites.site_with_alias(account, name, only)


def key_site(key: ApiKey, domain: str, *, exactly: bool = False) -> Site:
    """The site of the key's account that `domain` names, or that was called so before it was renamed.

    `exactly`: by its domain or key of today alone. Raises UserError 404 alike for another's and none.
    """
    site = sites.site_for_api(key.account, domain, key.site_ids) if exactly else _site_named(key, domain)
    if site is None:
        raise UserError("no_site", "There is no such site.", "Give the domain of a site of the key.", status=404)
    return site


def key_sites(key: ApiKey, names: Sequence[str]) -> list[Site]:
    """The sites that `names` names, each once, by a few questions however many. Raises UserError as `key_site` does."""
    found = sites.sites_for_api(key.account, names, key.site_ids)
    return list({site.pk: site for site in (found.get(name) or key_site(key, name) for name in names)}.values())


def key_of(request: HttpRequest) -> ApiKey:
    """The key that `KeyWith` let in."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]  # set by ninja
    return key


def by_of(request: HttpRequest) -> User:
    """On whose behalf a key acts: its account's administrator."""
    return key_of(request).account.owner


def key_account(request: HttpRequest, number: int) -> Account:
    """The account of the key, named by its number. Raises UserError 404 alike for another's and none."""
    account = key_of(request).account
    if account.pk != number:
        raise missing("no_account", "There is no such account.")
    return account


def missing(code: str, message: str) -> UserError:
    """What is said of what the key's account does not have."""
    return UserError(code, message, status=404)


def for_the_whole_account(key: ApiKey) -> None:
    """Raise UserError for a key that is limited to some sites."""
    if key.site_ids:
        raise UserError("limited_key", "This key is for some sites alone.", "Use one for all sites.", status=403)


def _refused() -> UserError:
    return UserError(
        "wrong_key", "Invalid API key or site ID.", "Use a key with access to the site that you ask about.", status=401
    )


@dataclass(frozen=True)
class Rate:
    """How often a key may ask still; `reset_s` is in how many seconds it may once more than now."""

    limit: int
    remaining: int
    reset_s: int
    refused: bool


def rate_headers(request: HttpRequest) -> dict[str, str]:
    """What the answer says of the key's limit; nothing where no key was sent."""
    rate: Rate | None = getattr(request, "rate", None)
    if rate is None:
        return {}
    headers = {
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Remaining": str(rate.remaining),
        "X-RateLimit-Reset": str(math.ceil(clock.now_ms() / 1000) + rate.reset_s),
    }
    return headers | {"Retry-After": str(rate.reset_s)} if rate.refused else headers


def _count(request: HttpRequest, key: int, now_s: float) -> None:
    """Note one request and refuse it where the key has used up its hour."""
    with _lock:
        asked = _asked[key]
        while asked and asked[0] <= now_s - HOUR_S:
            asked.popleft()
        refused = len(asked) >= REQUESTS_AN_HOUR
        if not refused:
            asked.append(now_s)
        reset_s = max(1, math.ceil(asked[0] + HOUR_S - now_s))
        rate = Rate(REQUESTS_AN_HOUR, max(0, REQUESTS_AN_HOUR - len(asked)), reset_s, refused)
    request.rate = rate  # type: ignore[attr-defined]  # `rate_headers` tells it
    if refused:
        raise UserError("too_many_requests", f"This key is limited to {REQUESTS_AN_HOUR} requests an hour.", status=429)
