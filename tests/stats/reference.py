"""The figures once more, slowly and obviously: plain Python over the same events that the store holds."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from babel import Locale

from tests.stats.reference_returning import Known
from trailhouse.core import clock
from trailhouse.events.model import Event
from trailhouse.stats.filters import (
    And,
    Contains,
    Filter,
    HasDone,
    HasNotDone,
    InSegment,
    Is,
    IsEmpty,
    Matches,
    Not,
    Or,
)
from trailhouse.stats.question import Goal, SiteContext

Number = int | float | None
Table = dict[tuple[str, ...], dict[str, Number]]
NAMES = Locale("en").territories

# Attributes of events and visits that are a column as they stand.
COLUMNS = {
    "event:page": "path",
    "event:form": "path",
    "event:hostname": "hostname",
    "event:name": "name",
    "visit:entry_page": "entry_path",
    **{
        f"visit:{name}": name
        for name in (
            "source", "channel", "referrer", "search_term", "utm_source", "utm_medium", "utm_campaign", "utm_term",
            "utm_content", "click_id", "country", "region", "city", "organisation", "browser", "browser_version", "os",
            "os_version", "device", "screen", "language", "network_kind",
        )
    },
}  # fmt: skip

# Dimensions that only events of one name have: name, property.
SPECIAL = {
    "event:outbound": ("Outbound Link: Click", "url"),
    "event:download": ("File Download", "url"),
    "event:not_found": ("404", "path"),
}

# The name of the events that alone have a value of a dimension.
ONLY = {"event:form": "Form: Submission", **{name: own for name, (own, _) in SPECIAL.items()}}

LABELS: dict[str, Callable[[int, ZoneInfo], str]] = {}


def _local(ms: int, zone: ZoneInfo) -> datetime:
    """The local time with the offset of that very moment."""
    local = clock.from_ms(ms).astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))


def _label(name: str) -> Callable[[Callable[[int, ZoneInfo], str]], Callable[[int, ZoneInfo], str]]:
    def keep(function: Callable[[int, ZoneInfo], str]) -> Callable[[int, ZoneInfo], str]:
        LABELS[name] = function
        return function

    return keep


@_label("time:minute")
def _minute(ms: int, zone: ZoneInfo) -> str:
    return _local(ms, zone).replace(second=0, microsecond=0).isoformat()


@_label("time:hour")
def _hour(ms: int, zone: ZoneInfo) -> str:
    return _local(ms, zone).replace(minute=0, second=0, microsecond=0).isoformat()


@_label("time:day")
def _day(ms: int, zone: ZoneInfo) -> str:
    return clock.from_ms(ms).astimezone(zone).date().isoformat()


@_label("time:week")
def _week(ms: int, zone: ZoneInfo) -> str:
    day = clock.from_ms(ms).astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


@_label("time:month")
def _month(ms: int, zone: ZoneInfo) -> str:
    return clock.from_ms(ms).astimezone(zone).date().replace(day=1).isoformat()


@_label("time:hour_of_week")
def _hour_of_week(ms: int, zone: ZoneInfo) -> str:
    return clock.from_ms(ms).astimezone(zone).strftime("%u-%H")


class Visit:
    """All events of one visit."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.events = sorted(events, key=lambda event: event.ts)
        self.started = self.events[0].visit_started
        self.visitor = self.events[0].visitor_id
        self.pages = [event for event in self.events if event.name == "pageview"]
        self.real = [event for event in self.events if event.name != "engagement"]

    @property
    def bounced(self) -> bool:
        others = [event for event in self.real if event.name != "pageview" and event.interactive]
        return len(self.pages) == 1 and not others

    @property
    def duration_ms(self) -> int:
        return self.events[-1].ts - self.events[0].ts


def reaches(goal: Goal, event: Event) -> bool:
    """Whether an event reaches a goal."""
    if goal.kind == "page":
        return event.name == "pageview" and _like(goal.pattern, event.path)
    if goal.kind == "event":
        return event.name == goal.pattern
    if goal.kind == "duration":
        return event.ts - event.visit_started >= int(goal.pattern) * 1000
    percent, _, path = goal.pattern.partition(" ")
    return event.name == "engagement" and event.scroll_depth >= int(percent) and (not path or _like(path, event.path))


def _like(pattern: str, path: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path, re.DOTALL) is not None


def once(goal: Goal) -> bool:
    """Whether a goal counts once a visit."""
    return goal.kind in ("scroll", "duration")


@dataclass
class World:
    """The events of one site, by visit."""

    site: SiteContext
    visits: dict[int, Visit]

    @classmethod
    def of(cls, site: SiteContext, events: Iterable[Event]) -> "World":
        grouped: dict[int, list[Event]] = defaultdict(list)
        for event in events:
            grouped[event.visit_id].append(event)
        return cls(site, {number: Visit(own) for number, own in grouped.items()})

    # -- values and filters

    def value(self, name: str, event: Event) -> str:
        """The value that an event has of a dimension that has one value."""
        visit = self.visits[event.visit_id]
        if name == "visit:returning":
            every = (e for one in self.visits.values() for e in one.events)
            return Known.of(every, self.site.return_after_s).kind(event.visit_id)
        if name in COLUMNS:
            return str(getattr(event, COLUMNS[name]))
        if name == "visit:engine_term":
            return event.search_term if event.search_term != event.utm_term else ""
        if name == "event:page_group":
            return next((g.name for g in self.site.page_groups if any(_like(p, event.path) for p in g.patterns)), "")
        if name in SPECIAL:
            return event.props.get(SPECIAL[name][1], "")
        if name.startswith("event:props:"):
            return event.props.get(name.removeprefix("event:props:"), "")
        if name in ("visit:region_name", "visit:city_name"):
            return str(getattr(event, name[6:-5])).split("/")[-1]
        if name == "visit:country_name":
            return NAMES.get(event.country, event.country) if event.country else ""
        if name == "visit:entry_page_hostname":
            return visit.real[0].hostname
        page = visit.pages[-1] if visit.pages else None
        return "" if page is None else page.path if name == "visit:exit_page" else page.hostname

    def can_have(self, name: str, event: Event) -> bool:
        """Whether an event can have a value of that dimension."""
        if name == "event:name":
            return event.name != "engagement"
        return name not in ONLY or event.name == ONLY[name]

    def holds(self, part: Filter | None, event: Event, pings: bool = True) -> bool:
        """Whether an event fulfils a filter; without `pings` goals of the visit count as not reached."""
        match part:
            case None:
                return True
            case And(parts):
                return all(self.holds(p, event, pings) for p in parts)
            case Or(parts):
                return any(self.holds(p, event, pings) for p in parts)
            case Not(inner):
                return not self.holds(inner, event, pings)
            case HasDone(inner):
                return self._done(inner, event)
            case HasNotDone(inner):
                return not self._done(inner, event)
            case InSegment(ids):
                return any(self.holds(self.site.segments[number], event, pings) for number in ids)
            case _ if part.dimension == "event:goal":
                return any(reaches(g, event) for g in self.named(part) if pings or not once(g))
            case _:
                return self.can_have(part.dimension, event) and self._test(part, self.value(part.dimension, event))

    def _done(self, part: Filter, event: Event) -> bool:
        visit = self.visits[event.visit_id]
        return any(self.holds(part, e) for e in (visit.events if self.needs_pings(part) else visit.real))

    def _test(self, test: Is | Contains | Matches | IsEmpty, value: str) -> bool:
        if isinstance(test, IsEmpty):
            return (value == "") != test.negated
        fold: Callable[[str], str] = str if test.case_sensitive else str.lower
        if isinstance(test, Is):
            found = fold(value) in [fold(v) for v in test.values]
        elif isinstance(test, Contains):
            found = any(fold(v) in fold(value) for v in test.values)
        else:
            flags = re.NOFLAG if test.case_sensitive else re.IGNORECASE
            found = any(re.search(v, value, flags) for v in test.values)
        return found != test.negated

    def named(self, test: Filter) -> list[Goal]:
        """The goals that a test names."""
        assert isinstance(test, Is | Contains)
        return [g for g in self.site.goals if self._test(test, g.name)]

    def needs_pings(self, part: Filter | None) -> bool:
        """Whether a filter asks an event for a goal that counts once a visit."""
        match part:
            case And(parts) | Or(parts):
                return any(map(self.needs_pings, parts))
            case Not(inner):
                return self.needs_pings(inner)
            case InSegment(ids):
                return any(self.needs_pings(self.site.segments[number]) for number in ids)
            case Is() | Contains() if part.dimension == "event:goal":
                return any(map(once, self.named(part)))
        return False

    def goals(self, part: Filter | None) -> list[Goal]:
        """The goals that a report counts."""
        found = list(self.site.goals)
        for own in part.parts if isinstance(part, And) else (part,):
            if isinstance(own, Is | Contains) and own.dimension == "event:goal":
                found = [g for g in found if g in self.named(own)]
        return found
