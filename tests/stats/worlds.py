"""Random sites with random visits, and random questions about them.

What draws is made once: to make a strategy and to check it takes longer than to draw from it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from tests.events.makers import completed, event
from trailhouse.core import clock
from trailhouse.core.periods import Period, between
from trailhouse.events.model import Event
from trailhouse.events.visits import Stitcher
from trailhouse.stats.dimensions import DIMENSIONS, Level
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
from trailhouse.stats.page_groups import PageGroup
from trailhouse.stats.question import Goal

GOALS = (
    Goal(1, "Signup", "event", "Signup", 250),
    Goal(2, "Blog", "page", "/blog/*"),
    Goal(3, "Read half", "scroll", "50", 10),
    Goal(4, "Read blog", "scroll", "25 /blog/*"),
    Goal(5, "Ten minutes", "duration", "600", 1),
    Goal(6, "A_%", "page", "/a_%"),
)

PAGE_GROUPS = (
    PageGroup("Blog", ("/blog/x", "/nothing", "/blog/Ü*")),
    PageGroup("Odd", ("*_%", "/b*g/x")),  # none of the second pattern is left for it
)

# Days around which clocks change, or never do.
DAYS = {
    "Europe/Amsterdam": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Kolkata": (date(2026, 5, 31), date(2026, 12, 31)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
    "UTC": (date(2026, 2, 28), date(2026, 3, 1)),
}

GAPS_MS = (1, 999, 1_000, 240_000, 1_799_999, 1_800_000, 1_800_001, 7_200_000, 33_000_000, 86_400_000)
NAMES = (
    *("pageview", "pageview", "pageview", "engagement", "Signup", "Outbound Link: Click", "File Download", "404"),
    "Form: Submission",
)
PATHS = ("/", "/blog/x", "/blog/Ünï", "/a_%", "/abc")
VALUES = {
    "hostname": ("harbour-bakery.example", "shop.harbour-bakery.example"),
    "path": PATHS,
    "name": NAMES,
    "props": (
        {},
        {"url": "https://elsewhere.example/"},
        {"plan": "Gold", "path": "/gone"},
        {"plan": "it's \\ \"\n\t{x}"},
    ),
}
ATTRIBUTES = {
    "source": ("Direct", "Google", "news.example"),
    "channel": ("Direct", "Organic search"),
    "referrer": ("", "news.example/a"),
    "utm_campaign": ("", "Spring", "spring"),
    "utm_term": ("", "bread"),
    "search_term": ("", "bread", "ü"),
    "country": ("", "NL", "DE"),
    "region": ("", "NL/North Holland"),
    "city": ("", "NL/North Holland/Den Helder"),
    "device": ("Desktop", "Mobile"),
    "network_kind": ("", "company", "provider"),
}
TEXTS = tuple(
    dict.fromkeys(
        text
        for values in (*VALUES.values(), *ATTRIBUTES.values(), ("netherlands", "'", "\\", "a%", "ü"))
        for value in values
        for text in (value.values() if isinstance(value, dict) else (value,))
        if text
    )
)

PROPS = ("event:props:plan", "event:props:url", "event:props:it's")
TESTABLE = (*(name for name, d in DIMENSIONS.items() if d.level not in (Level.TIME, Level.GOAL)), *PROPS)
USUAL = (
    "event:page",
    "event:page_group",
    "event:name",
    "visit:source",
    "visit:exit_page",
    "visit:country_name",
    "event:props:plan",
)


_ATTRIBUTES = {name: st.sampled_from(options) for name, options in (VALUES | ATTRIBUTES).items()}
_HOURS = st.sampled_from((-24, -1, 0, 1, 2, 23, 24)) | st.integers(-30, 30)
_MOMENTS = st.sampled_from((-1_200_000, -1, 0, 59_999))
_GAPS = st.sampled_from(GAPS_MS)


@st.composite
def histories(draw: st.DrawFn, zone: str, site_id: int, timeout_ms: int) -> tuple[date, list[Event]]:
    """A day, and the stitched events of a few visitors around it."""
    day = draw(st.sampled_from(DAYS[zone]))
    begin = clock.to_ms(datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC))
    events: list[Event] = []
    for visitor in range(1, draw(st.integers(1, 4)) + 1):
        at = begin + draw(_HOURS) * 3_600_000 + draw(_MOMENTS)
        for _ in range(draw(st.integers(1, 7))):
            at += draw(_GAPS)
            events.append(_event(draw, site_id, visitor, at))
    events.sort(key=lambda e: e.ts)
    if len(events) > 2 and draw(st.booleans()):  # one comes late
        events.append(events.pop(draw(st.integers(0, len(events) - 2))))
    stitcher = Stitcher()
    return day, [completed(e, visit) for e in events if (visit := stitcher.stitch(e, 0, timeout_ms))]


def _event(draw: st.DrawFn, site_id: int, visitor: int, at: int) -> Event:
    values: dict[str, Any] = {name: draw(one) for name, one in _ATTRIBUTES.items()}
    if values["name"] == "engagement":
        values |= {"scroll_depth": draw(st.sampled_from((0, 25, 50, 100))), "engaged_ms": draw(st.integers(0, 9_000))}
    if values["name"] == "Signup" and draw(st.booleans()):
        values |= {"revenue": draw(st.integers(-500, 10_000)), "revenue_currency": "EUR"}
    made = event(at, **values, site_id=site_id, visitor_id=visitor, interactive=draw(st.booleans()))
    made.person = _person(draw, visitor)
    return msgspec.structs.replace(made, props=dict(made.props))


def _person(draw: st.DrawFn, visitor: int) -> int:
    """One visitor never agreed to be recognised, one agrees in the middle of visits, and two are the same person."""
    if visitor == 1 or (visitor == 2 and draw(st.booleans())):
        return 0
    return 22 if visitor == 2 else 3


def periods(zone: str, day: date, events: Sequence[Event]) -> st.SearchStrategy[Period]:
    """Whole days around `day`, or a span that begins and ends at an event or beside it."""
    tz = ZoneInfo(zone)
    whole = st.tuples(st.integers(-1, 1), st.integers(0, 2)).map(
        lambda pair: between(day + timedelta(pair[0]), day + timedelta(pair[0] + pair[1]), tz)
    )
    if not events:
        return whole
    moment = st.tuples(st.sampled_from([e.ts for e in events]), st.sampled_from((-60_000, -1, 0, 1, 60_000))).map(sum)
    odd = st.tuples(moment, moment).map(
        lambda pair: Period(clock.from_ms(min(pair)), clock.from_ms(max(pair) + 1), tz),
    )
    return whole | odd


@cache
def dimension_lists() -> st.SearchStrategy[tuple[str, ...]]:
    """Up to three dimensions, one of time at most."""
    times = [name for name, d in DIMENSIONS.items() if d.level is Level.TIME and name not in ("time", "time:minute")]
    usual = st.sampled_from((*USUAL, "event:goal"))
    others = st.lists(usual | st.sampled_from((*TESTABLE, "event:goal")), max_size=2, unique=True)
    return st.tuples(st.lists(st.sampled_from(times), max_size=1), others).map(lambda pair: (*pair[0], *pair[1]))


@cache
def filters(goals: bool = True) -> st.SearchStrategy[Filter]:
    """Trees of conditions."""
    names = st.sampled_from(USUAL) | st.sampled_from(TESTABLE)
    values = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True).map(tuple)
    patterns = st.lists(st.sampled_from(("^/blog/", "o.g", "[xyz]$", "G", r"\\", "^$")), min_size=1, max_size=2)
    tests: st.SearchStrategy[Filter] = st.one_of(
        st.builds(Is, names, values, st.booleans(), st.booleans()),
        st.builds(Contains, names, values, st.booleans(), st.booleans()),
        st.builds(Matches, names, patterns.map(tuple), st.booleans(), st.booleans()),
        st.builds(IsEmpty, names, st.booleans()),
        st.just(InSegment((1, 2))),
    )
    reached = st.lists(st.sampled_from([g.name for g in GOALS]), min_size=1, max_size=3, unique=True).map(tuple)
    named = st.builds(Is, st.just("event:goal"), reached)
    leaves = st.one_of(tests, named, named) if goals else tests

    def grow(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        several = st.lists(inner, min_size=1, max_size=3).map(tuple)
        done = inner if not goals else leaves
        return st.one_of(
            several.map(And), several.map(Or), done.map(HasDone), done.map(HasNotDone), _turned() if goals else inner
        )

    return st.recursive(leaves, grow, max_leaves=5)


def _turned() -> st.SearchStrategy[Filter]:
    return filters(goals=False).map(Not)
