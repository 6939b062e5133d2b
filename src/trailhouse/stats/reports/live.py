"""Who is on the site now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trailhouse.core import clock
from trailhouse.core.periods import Period, named
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask_all, rows_of
from trailhouse.stats.check import check
from trailhouse.stats.filters import Filter
from trailhouse.stats.params import Params
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports.visits import HERE_MS, Mark, Visit, visits_at
from trailhouse.stats.scope import Scope

MOST_PEOPLE = 100
MINUTES = 30
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Live:
    """Visitors with an event, not counting engagement pings, in the last 5 and in the last 30 minutes."""

    current: int
    recent: int


@dataclass(frozen=True, slots=True)
class Person:
    """A visitor who did something in the last 30 minutes, in the visit of that. `here`: in the last 5."""

    visit: Visit
    seen: datetime
    here: bool


def live(store: Store, site: SiteContext, now: datetime) -> Live:
    """How many visitors are on the site at `now` (aware)."""
    zone = ZoneInfo(site.timezone)
    answers = ask_all(store, [Question(site, named(name, zone, now), ("visitors",)) for name in ("realtime", "30m")])
    current, recent = (int(answer.first.metrics[0] or 0) for answer in answers)
    return Live(current, recent)


def last_minutes(zone: ZoneInfo, now: datetime) -> Period:
    """The last 30 minutes of the clock, the one that still runs included, for a chart by the minute."""
    end = now.replace(second=0, microsecond=0) + MINUTE
    return Period(end - MINUTES * MINUTE, end, zone, "minutes")


def people(store: Store, site: SiteContext, now: datetime, filters: Filter | None = None) -> list[Person]:
    """Who was on the site in the last 30 minutes under a filter: those who are here first, then the latest arrivals.

    At most MOST_PEOPLE, those who did something last. Raises UserError as `ask` does.
    """
    period = named("30m", ZoneInfo(site.timezone), now)
    params = Params()
    scope = Scope.of(check(Question(site, period, ("visitors",), filters=filters)), params, clock.to_ms(now))
    text = (
        "SELECT visitor_id, argMax((toUnixTimestamp64Milli(visit_started), visit_id), ts) AS visit,"
        f" toUnixTimestamp64Milli(max(ts)) AS seen FROM events WHERE {scope.rows()} AND ({scope.counted()})"
        f" GROUP BY visitor_id ORDER BY seen DESC, visitor_id LIMIT {MOST_PEOPLE}"
    )
    rows = rows_of(store, text, params.values)
    seen = {int(visitor): int(at) for visitor, _visit, at in rows}
    marks = [Mark(int(visit[0]), int(visit[1]), int(visitor)) for visitor, visit, _at in rows]
    since = clock.to_ms(now) - HERE_MS
    found = [
        Person(visit, clock.from_ms(seen[visit.mark.visitor_id]), seen[visit.mark.visitor_id] >= since)
        for visit in visits_at(store, site, marks)
    ]
    return sorted(found, key=lambda one: (not one.here, -one.visit.mark.started_ms, one.visit.mark.visit_id))
