"""What sites of many accounts used in a month: their billable pageviews by local day, in one statement.

Billable are live `pageview` events. Imports are of another origin; bots and what a site excludes never become events.
Sites whose days begin at the same instants are read together, and of each the rows of that month alone.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from trailhouse.core.clock import to_ms
from trailhouse.core.periods import start_of
from trailhouse.events.store import Store
from trailhouse.stats.params import moment

_DAY_MS = 86_400_000

Usage = Mapping[int, Mapping[date, int]]  # site → day → pageviews; days and sites without any are left out


def billable(store: Store, zones: Mapping[int, str], first: date, last: date) -> Usage:
    """Billable pageviews from the local day `first` to `last`, of the sites whose time zones `zones` has."""
    if not zones:
        return {}
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for site_id, place, count in store.rows(statement(zones, first, last), None):
        found[site_id][first + timedelta(place)] = count
    return dict(found)


def statement(zones: Mapping[int, str], first: date, last: date) -> str:
    """A line a site and day: the site's number, the day's place among the days, its pageviews."""
    calendars: dict[tuple[int, ...], list[int]] = defaultdict(list)
    of_zone = {name: _starts(first, last, ZoneInfo(name)) for name in set(zones.values())}
    for site_id, name in zones.items():
        calendars[of_zone[name]].append(site_id)
    return " UNION ALL ".join(_counted(starts, site_ids) for starts, site_ids in calendars.items())


def _starts(first: date, last: date, zone: ZoneInfo) -> tuple[int, ...]:
    """The instants at which the days begin, in milliseconds, and at which the last one ends."""
    days = (last - first).days + 1
    return tuple(to_ms(start_of(first + timedelta(place), zone)) for place in range(days + 1))


def _counted(starts: tuple[int, ...], site_ids: Collection[int]) -> str:
    numbers = ", ".join(str(int(number)) for number in sorted(site_ids))
    return (
        f"SELECT site_id, {_place(starts)} AS place, count() FROM events WHERE site_id IN ({numbers})"
        f" AND ts >= {moment(starts[0])} AND ts < {moment(starts[-1])} AND name = 'pageview' AND origin = 'live'"
        " GROUP BY site_id, place"
    )


def _place(starts: tuple[int, ...]) -> str:
    """SQL: the place of the day that an event's moment is in, by division as far as days have 24 hours."""
    ms = "toUnixTimestamp64Milli(ts)"
    stretches, begun = [], 0
    for place, (start, end) in enumerate(pairwise(starts)):
        if end - start != _DAY_MS or place == len(starts) - 2:
            # Of a day of 25 hours the last one would fall on the next.
            day = f"least({begun} + intDiv({ms} - {starts[begun]}, {_DAY_MS}), {place})"
            stretches += [f"{ms} < {end}", f"toUInt16({day})"]
            begun = place + 1
    return f"multiIf({', '.join(stretches)}, toUInt16({len(starts) - 2}))"
