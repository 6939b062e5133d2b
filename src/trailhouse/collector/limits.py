"""Bounds on what one visitor, one site and one day may bring, in constant memory."""

from array import array

OTHER = "(other)"

WINDOW_MS = 10_000
_SLOTS = 1 << 17


class Floods:
    """Counts events of each visitor and each site in windows of ten seconds.

    Visitors share slots by hash: a collision can only add a few events to a limit that people are far below.
    """

    def __init__(self, *, visitor: int = 120, site: int = 100_000) -> None:
        self._limits = visitor, site
        self._window = 0
        self._visitors = array("H", bytes(2 * _SLOTS))
        self._sites: dict[int, int] = {}

    def reason(self, now_ms: int, visitor_id: int, site_id: int) -> str | None:
        """Count one event; "visitor_flood" or "site_flood" where one of them is beyond its limit."""
        window = now_ms // WINDOW_MS
        if window != self._window:
            self._window = window
            self._visitors = array("H", bytes(2 * _SLOTS))
            self._sites = {}
        most_of_visitor, most_of_site = self._limits
        slot = visitor_id % _SLOTS
        count = self._visitors[slot]
        if count >= most_of_visitor:
            return "visitor_flood"
        self._visitors[slot] = count + 1
        count = self._sites[site_id] = self._sites.get(site_id, 0) + 1
        return "site_flood" if count > most_of_site else None


# How many different values a site may bring a day; beyond it a new one is "(other)".
CAPS: dict[str, int] = {
    "path": 20_000,
    "name": 1_000,
    "hostname": 1_000,
    "referrer": 20_000,
    "source": 5_000,
    "utm_source": 2_000,
    "utm_medium": 1_000,
    "utm_campaign": 5_000,
    "utm_term": 10_000,
    "utm_content": 5_000,
    "search_term": 10_000,
    "prop": 300,
}
_MOST_VALUES = 1_000_000  # of all sites together, in this process; a site's first ones count beyond it
_FIRST = 500


class Cardinality:
    """Which values each site has brought today (UTC), as hashes."""

    def __init__(self, caps: dict[str, int] = CAPS) -> None:
        self._caps = caps
        self._day = 0
        self._seen: dict[tuple[int, str], set[int]] = {}
        self._count = 0

    def turn(self, day: int) -> bool:
        """Begin a new day, if it is one; whether it is."""
        if day == self._day:
            return False
        self._day = day
        self._seen = {}
        self._count = 0
        return True

    def bounded(self, site_id: int, field: str, value: str) -> str:
        """`value`, or "(other)" where the site has brought too many different ones today."""
        seen = self._seen.get((site_id, field))
        if seen is None:
            seen = self._seen[site_id, field] = set()
        number = hash(value)
        if number in seen:
            return value
        if len(seen) >= self._caps[field] or (self._count >= _MOST_VALUES and len(seen) >= _FIRST):
            return OTHER
        seen.add(number)
        self._count += 1
        return value
