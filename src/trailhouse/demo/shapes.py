"""What a made-up site consists of. Weights are relative to each other; chances go from 0 to 1."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Page:
    """One page: how often visits begin on it, how long it is read, and where its links lead."""

    path: str
    title: str
    entry: int = 0
    seconds: int = 30  # typical time that somebody reads it
    leads: tuple[str, ...] = ()  # a path that stands twice is followed twice as often
    views: int = 0  # how often people get there by other ways than `leads`; 0: as often as by `entry`
    searches: tuple[
        str, ...
    ] = ()  # what people look for in the site's own search, of which the page shows what it found


@dataclass(frozen=True)
class Action:
    """Something that people do on a page, sent as a custom event."""

    path: str  # the page it happens on; "" for any
    name: str
    chance: float
    props: tuple[dict[str, str], ...] = ({},)
    price: tuple[int, int] | None = None  # bounds of its revenue in minor units of the site's currency
    then: str = ""  # the page that follows


@dataclass(frozen=True)
class Arrival:
    """A way by which visits come: the referrer of their first page, its query, and where they land."""

    weight: int
    referrer: str = ""
    query: str = ""
    landing: str = ""  # "" for any entry page


@dataclass(frozen=True)
class Campaign:
    """Extra visits for some days: once a year from `begins` (month, day), or each `weeks` weeks on a weekday."""

    extra: float  # visits at its height, as a share of an ordinary day
    query: str  # may hold {year} and {month}
    landing: str
    days: int
    begins: tuple[int, int] | None = None
    weeks: int = 2
    weekday: int = 3  # Monday is 0
    referrer: str = ""

    def strength(self, day: date) -> float:
        """How strongly the campaign works on `day`: 1 at its beginning, fading to 0 at its end."""
        if self.begins is None:
            since = (day.toordinal() - 1 - self.weekday) % (7 * self.weeks)
        else:
            first = date(day.year, *self.begins)
            since = (day - (first if first <= day else date(day.year - 1, *self.begins))).days
        return (1 - since / self.days) if since < self.days else 0.0

    def query_on(self, day: date) -> str:
        """The landing query of the campaign's run that `day` belongs to."""
        before = self.begins is not None and (day.month, day.day) < self.begins
        return self.query.format(year=day.year - before, month=f"{day.month:02}")


@dataclass(frozen=True)
class Place:
    """Where people live. Region and city are written as in the store, with what they lie in."""

    weight: int
    country: str
    region: str = ""
    city: str = ""
    languages: tuple[str, ...] = ("en",)
    organisations: tuple[str, ...] = ("",)

    @property
    def columns(self) -> tuple[str, str, str]:
        """Country, region and city as they are stored."""
        region = f"{self.country}/{self.region}" if self.region else ""
        return self.country, region, f"{region}/{self.city}" if self.city else ""


@dataclass(frozen=True)
class DemoGoal:
    """A goal as `sites` knows it; `value` in minor units."""

    name: str
    kind: str
    pattern: str
    value: int | None = None


@dataclass(frozen=True)
class DemoSite:
    """A made-up site and its traffic."""

    domain: str
    client: str
    timezone: str
    currency: str
    privacy: str
    visits: int  # on an ordinary day at the beginning of 2026
    growth: float  # factor a year
    returning: float  # chance that a visitor has been here before
    stay: float  # chance that a page is followed by another one
    mobile: float  # chance of a telephone
    weekdays: tuple[float, ...]  # seven factors, Monday first
    months: tuple[float, ...]  # twelve factors
    hours: tuple[int, ...]  # 24 weights in the site's time zone
    pages: tuple[Page, ...]
    arrivals: tuple[Arrival, ...]
    campaigns: tuple[Campaign, ...]
    actions: tuple[Action, ...]
    places: tuple[Place, ...]
    goals: tuple[DemoGoal, ...]
