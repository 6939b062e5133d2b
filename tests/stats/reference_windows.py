"""Counts of sites in spans of time, slowly and plainly."""

from collections.abc import Sequence

from tests.stats.reference import once, reaches
from trailhouse.events.model import Event
from trailhouse.stats.question import Goal
from trailhouse.stats.reports.windows import Span


def count(events: Sequence[Event], what: str | Goal, span: Span) -> int:
    """What is told of one site in one span."""
    there = [one for one in events if span[0] <= one.ts < span[1]]
    real = [one for one in there if one.name != "engagement"]
    if isinstance(what, Goal):
        reached = [one for one in there if reaches(what, one)]
        return len({one.visit_id for one in reached}) if once(what) else len(reached)
    return {
        "visitors": len({one.visitor_id for one in real}),
        "pageviews": sum(one.name == "pageview" for one in there),
        "events": len(real),
        "not_found": sum(one.name == "404" for one in there),
    }[what]
