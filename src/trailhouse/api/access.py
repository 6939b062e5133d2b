"""Who may ask the API what: keys, their sites and how often."""

import time
from collections import defaultdict, deque
from datetime import date
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from trailhouse.accounts import selectors as accounts
from trailhouse.accounts.models import ApiKey
from trailhouse.core.errors import UserError
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites import selectors as sites
from trailhouse.sites import services
from trailhouse.sites.models import Privacy, Site
from trailhouse.stats.answer import Answer, ask
from trailhouse.stats.question import Goal, Question, SiteContext
from trailhouse.stats.strict import ask_strictly

REQUESTS_AN_HOUR = 6_000
STATS = "stats"

_lock = Lock()
_asked: defaultdict[int, deque[float]] = defaultdict(deque)


def api_site(request: HttpRequest, domain: Any) -> tuple[Site, SiteContext, date | None]:
    """The site that the request asks about, with its plain values and its first local day.

    Raises UserError: 401 without a key that opens this site (an unknown site looks the same), 400 without a site,
    429 for too many requests with one key.
    """
    key = _key(request)
    _count(key.pk, time.monotonic())
    if not isinstance(domain, str) or not domain:
        raise UserError("missing_site", "Missing site ID.", "Give the site's domain as site_id.")
    site = sites.site_for_api(key.account, domain, key.site_ids) if STATS in key.scopes else None
    if site is None:
        raise _refused()
    return site, context_of(site), first_day(site, store())


def first_day(site: Site, events: Store) -> date | None:
    """The local day of the site's first event; None where none has come yet."""
    if services.look_for_first_event(site, events) and site.first_event_at is not None:
        return site.first_event_at.astimezone(ZoneInfo(site.timezone)).date()
    return None


def figures(events: Store, site: Site, question: Question) -> Answer:
    """The answer to a question, as far as the site's level of privacy lets it be told."""
    return ask_strictly(events, question) if site.privacy == Privacy.STRICT else ask(events, question)


def context_of(site: Site) -> SiteContext:
    """The plain values of a site as `stats` wants them."""
    values = sites.context(site)
    goals = tuple(Goal(g.id, g.name, g.kind, g.pattern, g.value_minor) for g in values.goals)  # type: ignore[arg-type]
    return SiteContext(values.site_id, values.timezone, values.visit_timeout_s, values.currency, goals)


def store() -> Store:
    """The event store. Raises UserError 503 while it is away."""
    return current.store()


def _key(request: HttpRequest) -> ApiKey:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UserError("missing_key", "Missing API key.", "Send a valid API key as Bearer token.", status=401)
    key = accounts.api_key(token.strip())
    if key is None:
        raise _refused()
    return key


def _refused() -> UserError:
    return UserError(
        "wrong_key", "Invalid API key or site ID.", "Use a key with access to the site that you ask about.", status=401
    )


def _count(key: int, now_s: float) -> None:
    """Note one request and refuse it where the key has used up its hour."""
    with _lock:
        asked = _asked[key]
        while asked and asked[0] < now_s - 3_600:
            asked.popleft()
        if len(asked) >= REQUESTS_AN_HOUR:
            raise UserError(
                "too_many_requests", f"This key is limited to {REQUESTS_AN_HOUR} requests an hour.", status=429
            )
        asked.append(now_s)
