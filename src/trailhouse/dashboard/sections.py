"""Sections of the statistics: which of them can be chosen for somebody, and which one a filter tells about."""

from collections.abc import Collection

from trailhouse.dashboard.vocabulary import PANELS, PROPERTY
from trailhouse.sites.models import Section

WITHOUT_PAGE = frozenset({Section.LIVE, Section.VISITORS})  # nobody is offered what no page shows yet
WITH_PAGE = tuple(section for section in Section if section not in WITHOUT_PAGE)

# What no list shows, beside what the panels' lists are split by.
_OTHERS = {
    "utm_source": "sources", "term": "sources", "content": "sources", "hostname": "pages",
    "browser_version": "technology", "system_version": "technology", "goal": "events", "event": "events",
    "not_found": "pages", "click_id": "sources", "entry_hostname": "pages", "exit_hostname": "pages",
}  # fmt: skip
_SECTIONS = _OTHERS | {short: panel.key for panel in PANELS for tab in panel.tabs for short in tab.fields}


def choices(given: Collection[str] = ()) -> list[tuple[str, str]]:
    """The sections that can be ticked, by value and name: those that a page shows, and those `given` already.

    One that was given and left out of the form would be lost at the next save, and with the last one the confinement.
    """
    return [(one.value, str(one.label)) for one in Section if one in WITH_PAGE or one.value in given]


def section_of(short: str) -> str:
    """The section that the field of this short name belongs to; "" for a name that no section shows."""
    return "events" if short.startswith(PROPERTY) else _SECTIONS.get(short, "")
