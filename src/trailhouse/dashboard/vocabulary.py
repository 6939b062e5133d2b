"""What the report pages can show and filter by: one row each. Nothing else names a metric or a dimension."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trailhouse.dashboard import names
from trailhouse.stats.filters import Filter, Is
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


@dataclass(frozen=True, slots=True)
class Column:
    """One figure in a list; the first one is sorted by and drawn as a bar."""

    metric: str
    label: Text


@dataclass(frozen=True, slots=True)
class Tab:
    """One list: the fields it is split by (the last one names the row), its columns and its own condition."""

    key: str
    label: Text
    head: Text
    fields: tuple[str, ...]
    columns: tuple[Column, ...]
    condition: Filter | None = None
    empty: Text = NOTHING
    skip_unknown: bool = False  # where "no value" says nothing, such as a visit without campaign
    is_map: bool = False
    in_panel: bool = True
    linked: bool = False  # the value is an address of the web: also linked to itself
    ways: str = ""  # where each row leads besides: to the ways by its "page", or to what led to a page "not_found"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the overview and, with all its tabs, a report of its own."""

    key: str
    label: Text
    tabs: tuple[Tab, ...]

    def tab(self, key: str) -> Tab:
        """The tab of that key; the first one for any other key."""
        return next((tab for tab in self.tabs if tab.key == key), self.tabs[0])


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


_VISITORS = Column("visitors", _("Visitors"))
_VISITS = Column("visits", _("Visits"))
_BOUNCES = Column("bounce_rate", _("Bounce rate"))
_DURATION = Column("visit_duration", _("Visit duration"))
_VIEWS = Column("pageviews", _("Pageviews"))
_TIME = Column("time_on_page", _("Time on page"))
_SCROLL = Column("scroll_depth", _("Scroll depth"))
_OF_PAGE = (_VISITORS, _VIEWS, Column("entry_bounce_rate", _("Bounce rate")), _TIME, _SCROLL)
_BY_VISIT = (_VISITORS, _VISITS, _BOUNCES, _DURATION)
_BY_EVENT = (_VISITORS, Column("events", _("Events")))
# Who sells access to people, or rents out servers, tells nothing of who is visiting. Of older visits that is not known.
_NO_PROVIDER = Is("visit:network_kind", ("provider", "hosting"), negated=True)
_CUSTOM_EVENT = Is("event:name", ("pageview", "engagement"), negated=True)


def _by_tag(key: str, label: Text, short: str, empty: Text) -> Tab:
    """A list of what the links of campaigns say in one of their parameters."""
    return Tab(key, label, label, (short,), _BY_VISIT, skip_unknown=True, in_panel=False, empty=empty)


PANELS: tuple[Panel, ...] = (
    Panel(
        "sources",
        _("Sources"),
        (
            Tab("sources", _("Sources"), _("Source"), ("source",), _BY_VISIT),
            Tab("channels", _("Channels"), _("Channel"), ("channel",), _BY_VISIT),
            Tab("referrers", _("Referrers"), _("Referrer"), ("referrer",), _BY_VISIT, in_panel=False, linked=True),
            Tab("landing", _("Landing pages"), _("Landing page"), ("entry_page",), _BY_VISIT, in_panel=False),
            Tab(
                "campaigns",
                _("Campaigns"),
                _("Campaign"),
                ("campaign",),
                _BY_VISIT,
                skip_unknown=True,
                empty=_("No visit came by a campaign. Add utm_campaign to your links to see them here."),
            ),
            _by_tag("utm_sources", _("UTM source"), "utm_source", _("No visit came by a link with utm_source.")),
            _by_tag("mediums", _("UTM medium"), "medium", _("No visit came by a link with utm_medium.")),
            _by_tag("contents", _("UTM content"), "content", _("No visit came by a link with utm_content.")),
            _by_tag(
                "click_ids", _("Click id"), "click_id", _("No visit came by a link that an ad or mail system made.")
            ),
            _by_tag("ad_terms", _("Ad term"), "term", _("No visit came by a link with utm_term, the words of an ad.")),
            Tab(
                "terms",
                _("Search terms"),
                _("Search term"),
                ("engine_term",),
                _BY_VISIT,
                skip_unknown=True,
                empty=_("No search term was sent. Most search engines keep them to themselves."),
            ),
            Tab(
                "site_search",
                _("Site search"),
                _("Site search"),
                ("site_search",),
                (_VISITORS, Column("pageviews", _("Searches"))),
                condition=Is("event:name", ("pageview",)),
                skip_unknown=True,
                in_panel=False,
                empty=_("Nobody searched on the site, or the settings do not say by which parameter it is searched."),
            ),
        ),
    ),
    Panel(
        "pages",
        _("Pages"),
        (
            Tab(
                "top",
                pgettext_lazy("pages", "Top"),
                _("Page"),
                ("page",),
                _OF_PAGE,
                ways="page",
            ),
            Tab("entry", pgettext_lazy("pages", "Entry"), _("Entry page"), ("entry_page",), _BY_VISIT, ways="page"),
            Tab(
                "exit",
                pgettext_lazy("pages", "Exit"),
                _("Exit page"),
                ("exit_page",),
                (_VISITORS, Column("visits", _("Exits")), Column("exit_rate", _("Exit rate"))),
                ways="page",
            ),
            Tab(
                "groups",
                pgettext_lazy("pages", "Groups"),
                _("Group of pages"),
                ("page_group",),
                _OF_PAGE,
                skip_unknown=True,
                in_panel=False,
                empty=_("No page of a group was seen. The site's settings make groups, such as Blog for /blog/*."),
            ),
        ),
    ),
    Panel(
        "places",
        _("Places"),
        (
            Tab("countries", _("Countries"), _("Country"), ("country",), _BY_VISIT),
            Tab("map", _("Map"), _("Country"), ("country",), _BY_VISIT, is_map=True),
            Tab("regions", _("Regions"), _("Region"), ("region",), _BY_VISIT),
            Tab("cities", _("Cities"), _("City"), ("city",), _BY_VISIT),
            Tab(
                "organisations",
                _("Organisations"),
                _("Organisation"),
                ("organisation",),
                _BY_VISIT,
                condition=_NO_PROVIDER,
                empty=_("No visit came from a company's network, as far as that is known."),
                skip_unknown=True,
            ),
            Tab("networks", _("Kinds of network"), _("Kind of network"), ("network",), _BY_VISIT, in_panel=False),
        ),
    ),
    Panel(
        "technology",
        _("Technology"),
        (
            Tab("browsers", _("Browsers"), _("Browser"), ("browser",), _BY_VISIT),
            Tab("systems", _("Systems"), _("System"), ("system",), _BY_VISIT),
            Tab("devices", _("Devices"), _("Device"), ("device",), _BY_VISIT),
            Tab("screens", _("Screens"), _("Screen"), ("screen",), _BY_VISIT),
            Tab("languages", _("Languages"), _("Language"), ("language",), _BY_VISIT),
            Tab(
                "browser_versions",
                _("Browser versions"),
                _("Browser version"),
                ("browser", "browser_version"),
                _BY_VISIT,
                in_panel=False,
            ),
            Tab(
                "system_versions",
                _("System versions"),
                _("System version"),
                ("system", "system_version"),
                _BY_VISIT,
                in_panel=False,
            ),
        ),
    ),
    Panel(
        "events",
        _("Events"),
        (
            Tab(
                "goals",
                _("Goals"),
                _("Goal"),
                ("goal",),
                (_VISITORS, Column("goals_reached", _("Reached"))),
                empty=_("No goal was reached in this period."),
            ),
            Tab(
                "events",
                _("Events"),
                _("Event"),
                ("event",),
                _BY_EVENT,
                condition=_CUSTOM_EVENT,
                empty=_("No event was sent in this period."),
            ),
            Tab(
                "outbound",
                pgettext_lazy("links", "Outbound"),
                _("Outbound link"),
                ("outbound",),
                _BY_EVENT,
                empty=_("No outbound link was clicked in this period."),
                skip_unknown=True,
                linked=True,
            ),
            Tab(
                "downloads",
                _("Downloads"),
                _("Download"),
                ("download",),
                _BY_EVENT,
                empty=_("No file was downloaded in this period."),
                skip_unknown=True,
                linked=True,
            ),
            Tab(
                "not_found",
                _("Not found"),
                _("Page not found"),
                ("not_found",),
                _BY_EVENT,
                skip_unknown=True,
                in_panel=False,
                ways="not_found",
                empty=_("No missing page was asked for. The script tells of them on pages that are marked as 404."),
            ),
            Tab(
                "forms",
                _("Forms"),
                _("Page of the form"),
                ("form",),
                (_VISITORS, Column("events", _("Sent"))),
                in_panel=False,
                empty=_(
                    "No form was sent. Forms of the class trailhouse-event-name=Form:+Submission are counted here."
                ),
            ),
        ),
    ),
)
PANELS_BY_KEY: dict[str, Panel] = {panel.key: panel for panel in PANELS}

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
