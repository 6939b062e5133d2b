"""What the columns of all events hold, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.stats.reports.raw_events import COLUMNS

Text = str | Promise

MEANINGS: dict[str, Text] = {
    "time": _("When it happened (UTC, milliseconds)"),
    "name": _("pageview, engagement, or the event’s own name"),
    "visitor": _("Pseudonym of the visitor; without recognition of one day"),
    "visit": _("The visit that it belongs to"),
    "visit_started": _("When that visit began (UTC, milliseconds)"),
    "interactive": _("Whether it keeps its visit from being a bounce"),
    "hostname": _("Hostname of the page"),
    "path": _("Path of the page"),
    "entry_path": _("Path of the visit’s first page"),
    "referrer": _("Page that the visit came from"),
    "source": _("What brought the visit"),
    "channel": _("Group of sources"),
    "utm_source": _("utm_source of the visit’s first address"),
    "utm_medium": _("utm_medium of the visit’s first address"),
    "utm_campaign": _("utm_campaign of the visit’s first address"),
    "utm_term": _("utm_term of the visit’s first address"),
    "utm_content": _("utm_content of the visit’s first address"),
    "click_id": _("Which kind of paid click it was, such as gclid"),
    "search_term": _("What was searched for, where an engine tells"),
    "country": _("Country by ISO 3166 code"),
    "region": _("Region, after its country"),
    "city": _("City, after its region and country"),
    "organisation": _("Name of the network"),
    "browser": _("Browser"),
    "browser_version": _("Version of the browser"),
    "system": _("Operating system"),
    "system_version": _("Version of the system"),
    "device": _("Desktop, Mobile, Tablet and so on"),
    "screen": _("Class of the screen’s width"),
    "language": _("Language of the browser"),
    "properties": _("The event’s properties: an object"),
    "revenue": _("What it brought, in the site’s currency"),
    "original_revenue": _("The same as it was sent"),
    "original_currency": _("Currency in which it was sent"),
    "scroll_depth": _("How far the page was read, in per cent; of engagement"),
    "engaged_ms": _("Milliseconds that the page was visible and used; of engagement"),
    "origin": _("live, or import"),
}


def columns() -> list[tuple[str, Text]]:
    """Each column and what it holds, in the order of the file."""
    return [(column.name, MEANINGS[column.name]) for column in COLUMNS]
