"""Counts of many sites in a few spans of time, in one statement: what alerts watch, and reports on all sites tell.

Each site's rows of these spans are read, and nothing else. A count of a span that holds nothing is 0; a site without a
row in any of its spans is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from trailhouse.events.store import Store
from trailhouse.stats import goals
from trailhouse.stats.conditions import NO_PING
from trailhouse.stats.params import Params, moment
from trailhouse.stats.question import Goal

Span = tuple[int, int]  # milliseconds since 1970, half-open
What = Literal["visitors", "pageviews", "events", "not_found"]
MOST_PARTS = 100  # of one statement

_COUNTS: Mapping[str, str] = {
    "visitors": f"uniqExactIf(visitor_id, {NO_PING} AND {{span}})",
    "pageviews": "countIf(name = 'pageview' AND {span})",
    "events": f"countIf({NO_PING} AND {{span}})",
    "not_found": "countIf(name = '404' AND {span})",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted at some sites, in each of `spans`: a figure, or how often a goal was reached."""

    sites: tuple[int, ...]
    spans: tuple[Span, ...]
    what: What | Goal


Found = dict[tuple[int, int], tuple[int, ...]]  # (place of what was asked, site) → a count a span


def counts(store: Store, asked: Sequence[Asked]) -> Found:
    """What was asked, by one statement for up to MOST_PARTS of them. Raises UserError for a goal that is none."""
    found: Found = {}
    for start in range(0, len(asked), MOST_PARTS):
        params = Params()
        some = asked[start : start + MOST_PARTS]
        parts = [_part(place, one, params) for place, one in enumerate(some, start) if one.sites]
        if parts:
            lines = store.rows(" UNION ALL ".join(parts), params.values)
            found |= {(place, site): tuple(numbers) for place, site, numbers in lines}
    return found


def _part(place: int, asked: Asked, params: Params) -> str:
    one = _counted(asked.what, params)
    each = ", ".join(one.replace("{span}", _within(span)) for span in asked.spans)
    spans = " OR ".join(f"({_within(span)})" for span in asked.spans)
    return (
        f"SELECT toUInt32({int(place)}) AS part, site_id, [{each}] AS numbers FROM events"
        f" WHERE site_id IN ({_numbers(asked.sites)}) AND ({spans}) GROUP BY site_id"
    )


def _counted(what: What | Goal, params: Params) -> str:
    if not isinstance(what, Goal):
        return _COUNTS[what]
    reached = goals.reaches(what, params)
    return f"uniqExactIf(visit_id, {reached} AND {{span}})" if goals.once(what) else f"countIf({reached} AND {{span}})"


def _within(span: Span) -> str:
    return f"ts >= {moment(span[0])} AND ts < {moment(span[1])}"


def _numbers(site_ids: Collection[int]) -> str:
    return ", ".join(str(int(number)) for number in sorted(site_ids))
