"""Visits as pages write them, and their place in the list as addresses carry it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from trailhouse.dashboard import addresses, billing_words, formats, names
from trailhouse.dashboard.conditions import shown
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.sections import section_of
from trailhouse.dashboard.vocabulary import FIELDS
from trailhouse.sites.models import Site
from trailhouse.stats.question import Question
from trailhouse.stats.reports.known import Known
from trailhouse.stats.reports.marks import encoded
from trailhouse.stats.reports.visits import Reached, Visit


@dataclass(frozen=True, slots=True)
class Named:
    """A value in words, and the address that filters by it; "" where it cannot be filtered by."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal that was reached, how often, and what that is worth, in words."""

    name: str
    times: str  # "" for once
    worth: str


@dataclass(frozen=True, slots=True)
class Row:
    """One visit of a list."""

    link: str
    day: str
    time: str
    label: str  # a name, or a few letters that tell visitors apart
    known: bool  # whether `label` is a name
    returning: bool | None  # None: not known
    duration: str
    pages: str
    source: Named
    by: str  # what was searched for, the campaign or the channel
    entry: Named
    exit: str
    place: Named
    organisation: str
    agent: Named
    device: str
    goals: tuple[GoalLine, ...]
    revenue: str


def question(scope: Scope) -> Question:
    """The visits of a page's period under its filters."""
    return Question(scope.site, scope.span.period, ("visits",), filters=scope.narrowed())


def hexadecimal(visitor_id: int) -> str:
    """A visitor's number as addresses name it."""
    return f"{visitor_id:016x}"


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes the visits of one page for whoever reads it. `base` is the list to which filters lead."""

    request: HttpRequest
    site: Site
    scope: Scope
    sees: Collection[str]  # of Section: what the reader may filter by, and whether to single visitors there is a way
    base: str = ""
    known: Known = field(default_factory=Known)

    def rows(self, visits: Iterable[Visit]) -> tuple[Row, ...]:
        """The visits in their order."""
        return tuple(map(self._row, visits))

    def local(self, at: datetime) -> datetime:
        """The moment where the site is."""
        return at.astimezone(self.scope.span.period.zone)

    def day(self, at: datetime) -> str:
        """Today, Yesterday, or the day."""
        today = self.local(self.scope.now).date()
        theirs = self.local(at).date()
        if theirs == today:
            return _("Today")
        return _("Yesterday") if theirs == today - timedelta(days=1) else formats.short_day(theirs)

    def visitor(self, visit: Visit) -> str:
        """The address of the visit's visitor; newer and older ones are counted from this visit."""
        address = addresses.of(self.request, self.site, "visitor", hexadecimal(visit.mark.visitor_id))
        query = self.scope.state.carried().query()
        return f"{address}?{f'{query}&' if query else ''}at={encoded(visit.mark)}"

    def label(self, visitor_id: int) -> str:
        """The visitor's name, or a few letters that tell visitors apart."""
        return self.known.names.get(visitor_id) or _("Visitor %(letters)s") % {"letters": hexadecimal(visitor_id)[-6:]}

    def _row(self, visit: Visit) -> Row:
        local = self.local(visit.started)
        return Row(
            link=self.visitor(visit) if "visitors" in self.sees else "",
            day=self.day(visit.started),
            time=formats.time_of_day(local),
            label=self.label(visit.mark.visitor_id),
            known=visit.mark.visitor_id in self.known.names,
            returning=self.known.returning(visit),
            duration=formats.duration(visit.duration_ms / 1000),
            pages=formats.count(visit.pageviews),
            source=self.named("source", visit.source),
            by=by(visit),
            entry=self.named("entry_page", visit.entry_path),
            exit=visit.exit_path if visit.exit_path != visit.entry_path else "",
            place=self.place(visit),
            organisation=visit.organisation,
            agent=Named(agent(visit), self.named("browser", visit.browser).link),
            device=names.device(visit.device),
            goals=self.goals(visit.reached),
            revenue=self.money(visit.revenue),
        )

    def named(self, short: str, value: str) -> Named:
        """A value of the field of this short name."""
        if section_of(short) not in self.sees:
            return Named(shown(FIELDS[short], value))
        return Named(
            shown(FIELDS[short], value), f"{self.base}{self.scope.state.carried().toggled(short, value).url()}"
        )

    def place(self, visit: Visit) -> Named:
        """The city with its country, or as much as is known."""
        short, value = next(
            ((short, value) for short, value in (("city", visit.city), ("region", visit.region)) if value),
            ("country", visit.country),
        )
        found = self.named(short, value)
        if short == "country":
            return found
        return Named(f"{found.text}, {names.country(value.split('/', 1)[0])}", found.link)

    def goals(self, reached: Iterable[Reached]) -> tuple[GoalLine, ...]:
        """The goals that were reached."""
        return tuple(
            GoalLine(one.goal.name, f"× {formats.count(one.times)}" if one.times > 1 else "", self.money(one.worth))
            for one in reached
        )

    def money(self, amount: int | None) -> str:
        """An amount in the site's currency; "" for none."""
        return billing_words.money(amount, self.site.currency) if amount else ""


def by(visit: Visit) -> str:
    """What else is known of where a visit came from."""
    if visit.search_term:
        return _("by “%(term)s”") % {"term": visit.search_term}
    if visit.utm_campaign:
        return _("campaign “%(name)s”") % {"name": visit.utm_campaign}
    channel = names.channel(visit.channel)
    return "" if visit.channel == visit.source else channel


def agent(visit: Visit) -> str:
    """Firefox 143, Linux."""
    browser = f"{visit.browser} {visit.browser_version.split('.')[0]}".strip() if visit.browser else ""
    return ", ".join(part for part in (browser, visit.os) if part) or _("Unknown")
