"""The panels of the overview and, each with all its lists, the reports of the same name: one row a list."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trailhouse.dashboard.vocabulary import NOTHING, Text
from trailhouse.stats.filters import Filter, Is


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
                empty=_("No form was sent. Forms of the class site-event-name=Form:+Submission are counted here."),
            ),
        ),
    ),
)
PANELS_BY_KEY: dict[str, Panel] = {panel.key: panel for panel in PANELS}
