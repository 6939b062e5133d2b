"""Which host names lead here, and to whose brand: what decides whether a request, or a certificate, is ours.

What is found is kept for a few seconds, since every request asks; a change in this process is seen at once, in another
one when that time is over.
"""

import copy
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save

from trailhouse.accounts.models import Account, BrandHost
from trailhouse.branding.models import Brand, Domain
from trailhouse.core.settings import settings

KEPT_S = 5.0
MOST_KEPT = 10_000  # names; anybody may send any

_kept: dict[str, tuple[float, Brand | None]] = {}
_lock = Lock()


def connect() -> None:
    """Listen from the start of the app on to what changes the answers."""
    for model in (Brand, Domain, Account):
        for signal in (post_save, post_delete):
            signal.connect(_changed, sender=model, dispatch_uid=f"hosts of brands: {model.__name__}")


def _changed(sender: Any, **kwargs: Any) -> None:
    forget()
    # Another thread may have read the state of before while the change was not committed yet.
    transaction.on_commit(forget)


def forget() -> None:
    """Look everything up anew."""
    with _lock:
        _kept.clear()


def brand_at(host: str) -> Brand | None:
    """The brand whose pages are at `host` (lower case, no port): one with an account that has proved it."""
    now = monotonic()
    with _lock:
        there = _kept.get(host)
    if there is None or there[0] < now:
        there = (now + KEPT_S, _find(host))
        with _lock:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[host] = there
    return copy.copy(there[1])


def _find(host: str) -> Brand | None:
    found = _live().filter(name=host).select_related("brand__account").first()
    return found.brand if found else None


def _live() -> Any:
    return Domain.objects.filter(removed_at=None, proved_at__isnull=False, brand__isnull=False, account__closed_at=None)


def place_of(brand: Brand) -> BrandHost:
    """What `sites.confining` needs to know of a brand whose host somebody is at."""
    assert brand.account_id is not None  # the operator's own has no host but the instance's
    first = Brand.objects.filter(account=brand.account_id).order_by("id").values_list("pk", flat=True).first()
    return BrandHost(brand.pk, brand.account_id, is_usual=first == brand.pk)


def may_have_certificate(host: str) -> bool:
    """Whether `host` is ours: the instance's, one of its script hosts, a brand's, or one that scripts came from.

    The last for ever: a script on somebody's page goes on counting, whatever became of brand and domain.
    """
    if host in own_hosts():
        return True
    given_out = Q(script_at__isnull=False)
    return Domain.objects.filter(given_out, name=host).exists() or _live().filter(name=host).exists()


def own_hosts() -> frozenset[str]:
    """The host names, without ports, that the operator has set up for the instance."""
    names = (urlsplit(settings().url).netloc, *settings().hosts)
    return frozenset(urlsplit(f"//{name}").hostname or "" for name in names)


def instance_host() -> str:
    """The host name of the instance itself, without a port: what domains of brands must lead to."""
    return urlsplit(settings().url).hostname or ""


def with_port(host: str) -> str:
    """`host` as it stands in addresses: with the port of the instance's own, where that is not the usual one."""
    port = urlsplit(settings().url).port
    return f"{host}:{port}" if port else host
