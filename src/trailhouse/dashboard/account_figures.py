"""The figures of all sites that somebody sees, remembered for a minute where there are many.

Two thousand sites with millions of events take both cores of a small machine for a moment. Whoever sorts, searches and
turns pages asks for the same figures again and again; what they share is kept, so that one reader cannot starve the
others.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from threading import Lock

from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import StoreUnavailable
from trailhouse.sites.listing import ListedSite
from trailhouse.stats.reports.all_sites import Figures, all_sites, current_visitors

MANY = 200  # sites; fewer are always asked about anew
FRESH_MS = 60_000
KEPT = 8  # sets of sites

_remembered: OrderedDict[frozenset[tuple[int, str]], tuple[int, Mapping[int, Figures]]] = OrderedDict()
_lock = Lock()


def figures_of(
    sites: Collection[ListedSite],
) -> tuple[Mapping[int, Figures] | None, Mapping[int, int] | None]:
    """The figures of sites whose figures may be seen, and who is on them now; None while the store is away."""
    zones = {site.number: site.timezone for site in sites if site.reads}
    try:
        return _figures(zones), current_visitors(current.store(), zones, clock.now())
    except StoreUnavailable:
        return None, None


def forget() -> None:
    """Ask about everything anew."""
    with _lock:
        _remembered.clear()


def _figures(zones: Mapping[int, str]) -> Mapping[int, Figures]:
    store, now = current.store(), clock.now()
    if len(zones) <= MANY:
        return all_sites(store, zones, now)
    asked = frozenset(zones.items())
    with _lock:
        at, found = _remembered.get(asked, (0, {}))
    if 0 <= clock.to_ms(now) - at < FRESH_MS:
        return found
    found = all_sites(store, zones, now)
    with _lock:
        _remembered[asked] = clock.to_ms(now), found
        _remembered.move_to_end(asked)
        while len(_remembered) > KEPT:
            _remembered.popitem(last=False)
    return found
