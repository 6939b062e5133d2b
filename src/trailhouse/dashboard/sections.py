"""Which part of the statistics somebody may see, as far as pages show and filter by it."""

from collections.abc import Collection

from trailhouse.dashboard.vocabulary import PANELS, PROPERTY, Panel

Sections = Collection[str] | None  # of sites.models.Section; None: all

# What can be filtered by without a list of its own.
_ELSEWHERE = {
    "utm_source": "sources",
    "term": "sources",
    "content": "sources",
    "hostname": "pages",
    "browser_version": "technology",
    "system_version": "technology",
    "goal": "events",
    "event": "events",
}
_OF_FIELD = _ELSEWHERE | {short: panel.key for panel in PANELS for tab in panel.tabs for short in tab.fields}


def section_of(short: str) -> str:
    """The section that a field of the vocabulary belongs to, by its short name; properties are events'."""
    return "events" if short.startswith(PROPERTY) else _OF_FIELD[short]


def may_filter(sections: Sections, short: str) -> bool:
    """Whether somebody who sees `sections` may filter by the field: the figures of a filter tell of it."""
    return sections is None or section_of(short) in sections


def panels(sections: Sections) -> tuple[Panel, ...]:
    """The panels that they see."""
    return tuple(panel for panel in PANELS if sections is None or panel.key in sections)
