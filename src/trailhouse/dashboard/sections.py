"""Which section of the statistics a filter tells about: who is confined to sections filters by those alone."""

from trailhouse.dashboard.vocabulary import PANELS, PROPERTY

# What no list shows, beside what the panels' lists are split by.
_OTHERS = {
    "utm_source": "sources", "term": "sources", "content": "sources", "hostname": "pages",
    "browser_version": "technology", "system_version": "technology", "goal": "events", "event": "events",
}  # fmt: skip
_SECTIONS = _OTHERS | {short: panel.key for panel in PANELS for tab in panel.tabs for short in tab.fields}


def section_of(short: str) -> str:
    """The section that the field of this short name belongs to; "" for a name that no section shows."""
    return "events" if short.startswith(PROPERTY) else _SECTIONS.get(short, "")
