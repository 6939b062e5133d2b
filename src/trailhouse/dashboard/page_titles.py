"""Titles of pages beside their paths."""

from collections.abc import Sequence
from dataclasses import replace

from trailhouse.dashboard.lists import Line
from trailhouse.dashboard.panels import Tab
from trailhouse.dashboard.questions import Scope
from trailhouse.events import current
from trailhouse.stats.reports.journeys import titles


def titled(lines: Sequence[Line], tab: Tab, scope: Scope) -> tuple[Line, ...]:
    """The rows of a list; those of pages with their last title as the note."""
    if tab.ways != "page":
        return tuple(lines)
    found = titles(current.store(), scope.site.site_id, [line.code for line in lines])
    return tuple(replace(line, note=found.get(line.code, "")) for line in lines)
