"""The menu of a site's statistics: one row a page, shown where its route exists and somebody may see it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from trailhouse.dashboard import addresses
from trailhouse.dashboard.vocabulary import Text
from trailhouse.sites.models import Section, Site


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the menu: what `nav` calls it, its words, the section that shows it, its route and that one's parts."""

    nav: str
    label: Text
    section: Section
    route: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A page as the menu draws it."""

    nav: str
    label: Text
    link: str


def _report(section: Section, label: Text) -> Page:
    return Page(section.value, label, section, "report", (section.value,))


# Group → its pages, in the order of the menu. The first group has no heading.
GROUPS: tuple[tuple[Text, tuple[Page, ...]], ...] = (
    (
        "",
        (
            Page("overview", _("Overview"), Section.OVERVIEW, "overview"),
            Page("live", _("Live"), Section.LIVE, "live"),
            Page("visitors", _("Visitors"), Section.VISITORS, "visitors"),
            Page("trends", _("Trends"), Section.OVERVIEW, "trends"),
            Page("month", _("Monthly report"), Section.OVERVIEW, "month"),
            Page("work_log", _("Work log"), Section.OVERVIEW, "work_log"),
        ),
    ),
    (
        _("Reports"),
        (
            _report(Section.SOURCES, _("Sources")),
            _report(Section.PAGES, _("Pages")),
            Page("journeys", _("Journeys"), Section.PAGES, "journeys"),
            _report(Section.PLACES, _("Places")),
            _report(Section.TECHNOLOGY, _("Technology")),
            _report(Section.EVENTS, _("Events")),
            Page("properties", _("Properties"), Section.EVENTS, "properties"),
            Page("returning", _("New and returning"), Section.VISITORS, "returning"),
            Page("hours", _("Hours of the week"), Section.OVERVIEW, "hours"),
            Page("segments", _("Segments"), Section.OVERVIEW, "segments"),
            Page("left_out", _("What was left out"), Section.OVERVIEW, "left_out"),
        ),
    ),
    (
        _("Outcomes"),
        (
            Page("goals", _("Goals"), Section.EVENTS, "goals"),
            Page("funnels", _("Funnels"), Section.EVENTS, "funnels"),
            Page("revenue", _("Revenue"), Section.EVENTS, "revenue"),
            Page("campaigns", _("Campaign return"), Section.SOURCES, "campaigns"),
        ),
    ),
)


# What nobody sees who is confined to a segment: it is not narrowed to one.
WHOLE = frozenset({"month", "left_out"})


def groups_for(
    request: HttpRequest, site: Site, sees: Collection[str], *, confined: bool = False
) -> list[tuple[Text, list[Link]]]:
    """The groups with the pages that exist and that somebody sees; a group without any is left out."""
    hidden = WHOLE if confined else frozenset()
    shown = [(label, [page for page in pages if page.nav not in hidden]) for label, pages in GROUPS]
    found = [(label, list(_links(request, site, sees, pages))) for label, pages in shown]
    return [(label, links) for label, links in found if links]


def _links(request: HttpRequest, site: Site, sees: Collection[str], pages: Collection[Page]) -> Iterator[Link]:
    for page in pages:
        if page.section not in sees:
            continue
        try:
            link = addresses.of(request, site, page.route, *page.parts)
        except NoReverseMatch:  # not for guests
            continue
        yield Link(page.nav, page.label, link)
