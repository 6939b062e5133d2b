"""Where it is counted how often somebody tried, a part of the services of `accounts`.

The counts lie in Django's cache: in memory, or in the table of `RateLimit` where several app processes may serve pages
(see `connections.counts`), so that a limit is one limit however many there are. Allauth's own limits lie there as well.
"""

from allauth.core.internal.ratelimit import cache_lock
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from trailhouse.accounts.models import RateLimit
from trailhouse.core import clock

NAME = "limit:"


def key(name: str, prefix: str, version: int) -> str:
    """What a count is called in the database: it tells nobody's address, which is part of the name."""
    return str(salted_hmac("trailhouse.accounts.limits", f"{prefix}:{version}:{name}", algorithm="sha256").hexdigest())


def counted(name: str) -> int:
    """How often `name` was counted since its first time, as long as that is not over."""
    times, until = cache.get(NAME + name, (0, 0))
    return int(times) if until > clock.now_ms() else 0


def count(name: str, seconds: int) -> int:
    """Count `name` once more; how often that was within `seconds` of the first time."""
    with cache_lock(NAME + name):  # two processes that count at once are both counted
        times, until = cache.get(NAME + name, (0, 0))
        if until <= clock.now_ms():
            times, until = 0, clock.now_ms() + seconds * 1000
        cache.set(NAME + name, (times + 1, until), seconds)
    return int(times) + 1


def forget(name: str) -> None:
    """Begin anew with `name`."""
    cache.delete(NAME + name)


def prune() -> int:
    """Delete what is counted no longer; how many."""
    return RateLimit.objects.filter(expires__lt=clock.now()).delete()[0]
