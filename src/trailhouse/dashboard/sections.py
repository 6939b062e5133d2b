"""Sections of the statistics: which of them can be chosen for somebody, and which one a filter tells about."""

from collections.abc import Collection

from trailhouse.dashboard.panels import PANELS, Panel, Tab
from trailhouse.dashboard.vocabulary import PROPERTY
from trailhouse.sites.models import Section

# What no list shows, beside what the panels' lists are split by.
_OTHERS = {
    "search_term": "sources", "hostname": "pages",
    "browser_version": "technology", "system_version": "technology", "goal": "events", "event": "events",
    "returning": "visitors",
    "entry_hostname": "pages", "exit_hostname": "pages",
}  # fmt: skip
_SECTIONS = _OTHERS | {short: panel.key for panel in PANELS for tab in panel.tabs for short in tab.fields}


def choices() -> list[tuple[str, str]]:
    """The sections that can be ticked, by value and name."""
    return [(one.value, str(one.label)) for one in Section]


def section_of(short: str) -> str:
    """The section that the field of this short name belongs to; "" for a name that no section shows."""
    return "events" if short.startswith(PROPERTY) else _SECTIONS.get(short, "")


def tabs_seen(panel: Panel, seen: Collection[str]) -> list[Tab]:
    """The lists of a panel, without those that are split by what belongs to another section that is not seen."""
    shown = {panel.key, *seen}
    return [tab for tab in panel.tabs if all(section_of(short) in shown for short in tab.fields)]
