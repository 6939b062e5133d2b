"""The settings of a site's script in the words of Plausible's Sites API: `tracker_script_configuration`."""

from collections.abc import Mapping
from typing import Any

from trailhouse.core.errors import UserError
from trailhouse.sites.models import Site

CONFIGURATION = "tracker_script_configuration"
# Their word → ours (`sites.settings.TRACKER`), and whether the usual script does it.
CHOSEN = {
    "outbound_links": ("outbound", True),
    "file_downloads": ("downloads", True),
    "tagged_events": ("class_events", True),
    "hash_based_routing": ("hash_routes", False),
}
# What the script always does where the page asks for it, and what it does not do by itself.
FIXED = {"revenue_tracking": True, "pageview_props": True, "track_404_pages": True, "form_submissions": False}
EXAMPLE = {
    "id": "k7w2mq9xtz", "installation_type": None,
    **{word: usual for word, (_ours, usual) in CHOSEN.items()}, **FIXED,
}  # fmt: skip


def told(site: Site) -> dict[str, Any]:
    """What the site's script does. `id` is the site's key, under which it is served."""
    chosen = {word: bool(site.tracker.get(ours, usual)) for word, (ours, usual) in CHOSEN.items()}
    return {"id": site.key, "installation_type": None, **chosen, **FIXED}


def read(given: Mapping[str, Any]) -> dict[str, bool]:
    """What is chosen in `given`, in our words. What cannot be chosen here is passed over: the answer tells how it is.

    Raises UserError for a value that is neither true nor false.
    """
    found = {}
    for word, (ours, _usual) in CHOSEN.items():
        value = given.get(word)
        if value is None:
            continue
        if not isinstance(value, bool):
            raise UserError("wrong_value", f"Invalid {CONFIGURATION}.{word}.", "Use true or false.")
        found[ours] = value
    return found
