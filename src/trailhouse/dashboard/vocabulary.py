"""What the report pages can show and filter by: one row each. Nothing else names a metric or a dimension."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trailhouse.dashboard import names
from trailhouse.stats.segments import SEGMENT
from trailhouse.stats.strict import LEAST

Text = str | Promise
EMPTY = ("is_empty", "is_not_empty")
ANY = ("is", "is_not", "contains", "contains_not", "matches", "matches_not", *EMPTY)
EXACT = ("is", "is_not")
CODED = (*EXACT, *EMPTY)
GOAL_OPERATORS = ("is", "is_not", "contains", "contains_not")
PROPERTY = "prop."
UNKNOWN = _("Unknown")
NOTHING = _("Nothing in this period.")


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the six figures. `nothing` says that there is none; more of it is better (`sign` 1) or worse (-1)."""

    metric: str
    label: Text
    nothing: Text
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Field:
    """A dimension as people meet it: `short` in addresses, `label` in sentences, `name` of a value.

    `search` turns a search text into the values it means, for dimensions whose stored value is a code.
    """

    short: str
    dimension: str
    label: Text
    unknown: Text = UNKNOWN
    name: Callable[[str], str] = str
    note: Callable[[str], str] = names.no_note
    search: Callable[[str], tuple[str, ...]] | None = None
    operators: tuple[str, ...] = ANY
    strict_least: int = 0  # at a strict site: only totals of at least so many visitors, and no filter


FIGURES: tuple[Figure, ...] = (
    Figure("visitors", _("Visitors"), _("No visitors in this period")),
    Figure("visits", _("Visits"), _("No visits in this period")),
    Figure("pageviews", _("Pageviews"), _("No pageviews in this period")),
    Figure("bounce_rate", _("Bounce rate"), _("No bounces in this period"), sign=-1),
    Figure("visit_duration", _("Visit duration"), _("No visit durations in this period")),
    Figure("goals_reached", _("Goals reached"), _("No goals reached in this period")),
)

_FIELDS: tuple[Field, ...] = (
    Field("source", "visit:source", _("Source"), unknown=_("Direct / none"), name=names.source),
    Field("channel", "visit:channel", _("Channel"), name=names.channel),
    Field("referrer", "visit:referrer", _("Referrer"), unknown=_("Direct / none")),
    Field("search_term", "visit:search_term", _("Search term"), unknown=_("None")),
    Field("campaign", "visit:utm_campaign", _("Campaign"), unknown=_("None")),
    Field("utm_source", "visit:utm_source", _("UTM source"), unknown=_("None")),
    Field("medium", "visit:utm_medium", _("UTM medium"), unknown=_("None")),
    Field("term", "visit:utm_term", _("UTM term"), unknown=_("None")),
    Field("content", "visit:utm_content", _("UTM content"), unknown=_("None")),
    Field("click_id", "visit:click_id", _("Click id"), unknown=_("None")),
    Field("engine_term", "visit:engine_term", _("Search engine's term"), unknown=_("None")),
    Field("site_search", "event:props:site_search", _("Searched on the site"), unknown=_("Nothing")),
    Field("page", "event:page", _("Page")),
    Field("page_group", "event:page_group", _("Group of pages"), unknown=_("In no group")),
    Field("entry_page", "visit:entry_page", _("Entry page")),
    Field("exit_page", "visit:exit_page", _("Exit page")),
    Field("hostname", "event:hostname", _("Hostname")),
    Field("country", "visit:country", _("Country"), name=names.country, search=names.search_countries, operators=CODED),
    Field("region", "visit:region", _("Region"), name=names.last_part, note=names.country_of),
    Field("city", "visit:city", _("City"), name=names.last_part, note=names.region_of),
    Field("organisation", "visit:organisation", _("Organisation"), strict_least=LEAST["visit:organisation"]),
    Field("network", "visit:network_kind", _("Kind of network"), name=names.network_kind, operators=EXACT),
    Field(
        "returning",
        "visit:returning",
        _("New or returning"),
        unknown=_("Not recognised"),
        name=names.returning,
        operators=EXACT,
    ),
    Field("browser", "visit:browser", _("Browser")),
    Field("browser_version", "visit:browser_version", _("Browser version")),
    Field("system", "visit:os", _("System")),
    Field("system_version", "visit:os_version", _("System version")),
    Field("device", "visit:device", _("Device"), name=names.device),
    Field("screen", "visit:screen", _("Screen"), name=names.screen),
    Field(
        "language", "visit:language", _("Language"), name=names.language, search=names.search_languages, operators=CODED
    ),
    Field("goal", "event:goal", _("Goal"), operators=GOAL_OPERATORS),
    Field("event", "event:name", _("Event")),
    Field("outbound", "event:outbound", _("Outbound link"), name=names.address),
    Field("download", "event:download", _("Download"), name=names.address),
    Field("not_found", "event:not_found", _("Page not found")),
    Field("form", "event:form", _("Page of the form")),
    Field("entry_hostname", "visit:entry_page_hostname", _("Hostname of the entry page")),
    Field("exit_hostname", "visit:exit_page_hostname", _("Hostname of the exit page")),
)
FIELDS: dict[str, Field] = {field.short: field for field in _FIELDS}


SEGMENT_FIELD = Field(SEGMENT, SEGMENT, _("Segment"), operators=EXACT)


def field(short: str) -> Field | None:
    """The field of that short name, also `prop.NAME` for any property, and segments; None for an unknown one."""
    if short == SEGMENT:
        return SEGMENT_FIELD
    if short.startswith(PROPERTY) and len(short) > len(PROPERTY):
        name = short.removeprefix(PROPERTY)
        return Field(short, f"event:props:{name}", format_lazy("{} {}", _("Property"), name), unknown=_("Not sent"))
    return FIELDS.get(short)


PERIOD_LABELS: dict[str, Text] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "24h": _("Last 24 hours"),
    "7d": _("Last 7 days"),
    "30d": _("Last 30 days"),
    "91d": _("Last 91 days"),
    "month": _("This month"),
    "last_month": _("Last month"),
    "year": _("This year"),
    "12mo": _("Last 12 months"),
    "all": _("All time"),
}
COMPARISON_LABELS: dict[str, Text] = {
    "none": _("No comparison"),
    "previous": _("Previous period"),
    "year": _("Year ago"),
}
COMPARISON_SHORT: dict[str, Text] = {
    "none": pgettext_lazy("comparison", "none"),
    "previous": pgettext_lazy("comparison", "previous"),
    "year": pgettext_lazy("comparison", "year ago"),
    "custom": pgettext_lazy("comparison", "custom"),
}
OPERATOR_LABELS: dict[str, Text] = {
    "is": pgettext_lazy("filter", "is"),
    "is_not": pgettext_lazy("filter", "is not"),
    "contains": pgettext_lazy("filter", "contains"),
    "contains_not": pgettext_lazy("filter", "does not contain"),
    "matches": pgettext_lazy("filter", "matches"),
    "matches_not": pgettext_lazy("filter", "does not match"),
    "is_empty": pgettext_lazy("filter", "is empty"),
    "is_not_empty": pgettext_lazy("filter", "is not empty"),
}
HOW_LABELS: dict[str, Text] = {
    "": _("the page or event that is counted"),
    "not": _("not the page or event that is counted"),
    "done": _("any page or event of the visit"),
    "done_not": _("no page or event of the visit"),
}
CASE_LABELS: dict[str, Text] = {
    "": _("As usual: they matter, but not for “contains”"),
    "case": _("They matter"),
    "nocase": _("They do not matter"),
}
