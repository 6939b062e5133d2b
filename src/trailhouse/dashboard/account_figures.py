"""The figures of all sites that somebody sees, remembered for a minute where an account has many.

Two thousand sites with millions of events take both cores of a small machine for a moment. Whoever sorts, searches and
turns pages asks for the same figures again and again, and so do the people of one account; what they share is kept,
and renewed while it is read, so that neither a reader waits for it nor one reader starves the others.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from threading import Lock

from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import StoreUnavailable
from trailhouse.sites.listing import ListedSite, largest_accounts
from trailhouse.stats.reports.all_sites import Figures, all_sites, current_visitors

MANY = 200  # sites; fewer are always asked about anew
FRESH_MS = 60_000
RENEW_S = 20  # how often what is read is asked for again
IDLE_MS = 15 * 60_000  # what nobody has read for so long is not renewed
KEPT = 8  # accounts

Zones = Mapping[int, str]  # of sites by their number


@dataclass(frozen=True, slots=True)
class _Known:
    """The figures of an account's sites, as they were at `at_ms`; read last at `read_ms`."""

    zones: Zones
    figures: Mapping[int, Figures]
    at_ms: int
    read_ms: int

    def holds(self, zones: Zones, now_ms: int) -> bool:
        """Whether this answers for these sites still."""
        return 0 <= now_ms - self.at_ms < FRESH_MS and zones.items() <= self.zones.items()


_known: OrderedDict[int, _Known] = OrderedDict()  # by the account's number
_lock = Lock()
_begun = False


def figures_of(
    sites: Collection[ListedSite],
) -> tuple[Mapping[int, Figures] | None, Mapping[int, int] | None]:
    """The figures of sites whose figures may be seen, and who is on them now; None while the store is away."""
    zones = {site.number: site.timezone for site in sites if site.reads}
    try:
        return _figures(sites, zones), current_visitors(current.store(), zones, clock.now())
    except StoreUnavailable:
        return None, None


def renew() -> None:
    """Ask again for what has been read lately; the first time, for the accounts that have the most sites."""
    global _begun
    now_ms = clock.now_ms()
    if not _begun:
        for account, zones in largest_accounts(MANY, KEPT).items():
            _ask(account, zones, now_ms)
        _begun = True
        return
    with _lock:
        lately = {account: known for account, known in _known.items() if now_ms - known.read_ms < IDLE_MS}
    for account, known in lately.items():
        _ask(account, known.zones, known.read_ms)


def forget() -> None:
    """Ask about everything anew."""
    with _lock:
        _known.clear()


def _figures(sites: Collection[ListedSite], zones: Zones) -> Mapping[int, Figures]:
    if len(zones) <= MANY:
        return all_sites(current.store(), zones, clock.now())
    of_account: dict[int, dict[int, str]] = defaultdict(dict)
    for site in sites:
        if site.reads:
            of_account[site.account_id][site.number] = site.timezone
    found: dict[int, Figures] = {}
    for account, asked in of_account.items():
        figures = _remembered(account, asked)
        found |= {number: figures[number] for number in asked if number in figures}
    return found


def _remembered(account: int, zones: Zones) -> Mapping[int, Figures]:
    now_ms = clock.now_ms()
    with _lock:
        known = _known.get(account)
        if known is not None and known.holds(zones, now_ms):
            _known[account] = replace(known, read_ms=now_ms)
            return known.figures
    return _ask(account, zones, now_ms)


def _ask(account: int, zones: Zones, read_ms: int) -> Mapping[int, Figures]:
    now = clock.now()
    figures = all_sites(current.store(), zones, now)
    with _lock:
        _known[account] = _Known(zones, figures, clock.to_ms(now), read_ms)
        _known.move_to_end(account)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return figures
