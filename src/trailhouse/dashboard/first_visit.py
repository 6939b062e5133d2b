"""The wait for a site's first visit: whether it has come, and what came instead and was left out."""

from contextlib import suppress
from typing import Any

from trailhouse.core import clock
from trailhouse.dashboard import left_out_words
from trailhouse.events import current
from trailhouse.events.store import StoreUnavailable
from trailhouse.sites import hostnames, services
from trailhouse.sites.models import Site
from trailhouse.stats.reports.instance import LeftOutEvent, newest_left_out

FOREIGN = "foreign_hostname"


def state_of(site: Site) -> dict[str, Any]:
    """Whether the first visit was `seen`, and before that what `left_of` tells."""
    seen = _seen(site)
    return {"seen": seen} | ({} if seen else left_of(site))


def left_of(site: Site) -> dict[str, Any]:
    """What came last and was `left` out (None where nothing was), and why, as `left_words`."""
    left = _left_out(site)
    return {"left": left, "left_words": left and left_out_words.words(left.reason)}


def _left_out(site: Site) -> LeftOutEvent | None:
    try:
        found = newest_left_out(current.store(), clock.now(), 1, "", site.pk)
    except StoreUnavailable:
        return None
    # A hostname that was let in since says nothing any more.
    return next((one for one in found if one.reason != FOREIGN or not hostnames.counts(site, one.hostname)), None)


def _seen(site: Site) -> bool:
    with suppress(StoreUnavailable):  # what is known already holds
        services.look_for_visits([site], current.store())
    return site.first_event_at is not None
