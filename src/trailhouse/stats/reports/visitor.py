"""One visitor: who it is, and every step of the visits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from trailhouse.core import clock
from trailhouse.events.model import ENGAGEMENT, PAGEVIEW
from trailhouse.events.store import Store
from trailhouse.events.visitors import whose
from trailhouse.events.visits import LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS
from trailhouse.stats import goals
from trailhouse.stats.params import Params, moment
from trailhouse.stats.question import Goal, SiteContext
from trailhouse.stats.reports.visits import HERE_MS, Mark, Reached, Visit, counted, numbers, times_reached, visits_at

VISITS = 20  # on one page
MOST_EVENTS = 1_000  # of one visit, pings included
SITE_SEARCH = "site_search"  # the property in which the collector keeps what was looked for in the site's own search
SPECIAL: Mapping[str, tuple["Kind", str]] = {
    "Outbound Link: Click": ("outbound", "url"),
    "File Download": ("download", "url"),
    "404": ("not_found", "path"),
    "identify": ("named", "name"),
}  # event → its kind of step, and the property that says the rest
Kind = Literal["page", "event", "outbound", "download", "not_found", "named", "goal"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a visitor over all visits that are kept. Money is in minor units of the site's currency.

    Place, organisation and agent are those of the newest visit; the source is that of the first.
    """

    visitor_id: int
    first_seen: datetime
    last_seen: datetime
    visits: int
    pageviews: int
    first_source: str
    revenue: int
    reached: tuple[Reached, ...]
    newest: Visit

    @property
    def goal_value(self) -> int:
        """What the goals that were reached are worth."""
        return sum(one.worth for one in self.reached)


@dataclass(slots=True)
class Step:
    """One thing that the visitor did.

    `text` is the page's path, the event's name, an address, or empty for a goal that was reached by reading or staying.
    `engaged_ms` is how long a page was read, by its own pings; None where it sent none. `props` are what an event said
    beside `text`. `reached` are the goals that this step reached; one that counts once a visit, only the first time.
    """

    at: datetime
    kind: Kind
    text: str
    hostname: str = ""
    title: str = ""
    search: str = ""
    engaged_ms: int | None = None
    props: tuple[tuple[str, str], ...] = ()
    revenue: int | None = None
    reached: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A visit with its steps in order. `here`: it still runs; `cut`: it had more events than are read."""

    visit: Visit
    steps: tuple[Step, ...]
    here: bool
    cut: bool


def profile(store: Store, site: SiteContext, visitor_ids: Sequence[int]) -> Profile | None:
    """The visitor with these numbers, of which the first one is its own; None where the site knows none."""
    params = Params()
    reached = times_reached(site, params)
    columns = [
        "toUnixTimestamp64Milli(min(visit_started))",
        "toUnixTimestamp64Milli(max(ts))",
        "uniqExact(visit_id)",
        "countIf(name = 'pageview')",
        "argMin(source, (visit_started, ts))",
        "sum(revenue)",
        f"[{', '.join(reached)}]" if reached else "CAST([] AS Array(UInt64))",
        "max((toUnixTimestamp64Milli(visit_started), visit_id, visitor_id))",
        "count()",
    ]
    (row,) = store.rows(f"SELECT {', '.join(columns)} FROM events WHERE {_of(site, visitor_ids)}", params.values)
    first, last, visits, pages, source, revenue, times, newest, count = row
    if not count:
        return None
    found = visits_at(store, site, [Mark(*map(int, newest))])
    if not found:
        return None  # erased between the two questions
    return Profile(
        visitor_ids[0],
        clock.from_ms(first),
        clock.from_ms(last),
        int(visits),
        int(pages),
        str(source),
        int(revenue),
        counted(site, times),
        found[0],
    )


def stories(
    store: Store, site: SiteContext, visitor_ids: Sequence[int], now: datetime, *, before: Mark | None = None
) -> tuple[list[Story], bool]:
    """The newest visits, or those before one, each with its steps; and whether there are older ones."""
    earlier = ""
    if before is not None:
        earlier = f" HAVING (started, visit) < ({int(before.started_ms)}, toUInt64({int(before.visit_id)}))"
    rows = store.rows(
        "SELECT toUnixTimestamp64Milli(visit_started) AS started, visit_id AS visit, any(visitor_id) FROM events"
        f" WHERE {_of(site, visitor_ids)} GROUP BY started, visit{earlier}"
        f" ORDER BY started DESC, visit DESC LIMIT {VISITS + 1}"
    )
    found = [Mark(int(started), int(visit), int(visitor)) for started, visit, visitor in rows[:VISITS]]
    events = _events(store, site, found)
    told = [
        _story(store, site, visit, events.get(visit.mark.visit_id, []), now) for visit in visits_at(store, site, found)
    ]
    return _with_titles(store, site, told), len(rows) > VISITS


def _of(site: SiteContext, visitor_ids: Iterable[int]) -> str:
    """All rows of the visitor: of each day the table skips everybody else's but for one granule."""
    return f"site_id = {int(site.site_id)} AND {whose(set(visitor_ids))}"


# -- steps


@dataclass(frozen=True, slots=True)
class _Event:
    ts: int
    name: str
    path: str
    hostname: str
    props: dict[str, str]
    revenue: int | None
    engaged_ms: int
    goals: tuple[int, ...]  # places in the site's list


def _events(store: Store, site: SiteContext, found: Sequence[Mark]) -> dict[int, list[_Event]]:
    """The events of each of these visits in order, one more than are told."""
    if not found:
        return {}
    params = Params()
    tests = ", ".join(f"if({goals.reaches(goal, params)}, {i}, -1)" for i, goal in enumerate(site.goals))
    reached = f"[{tests}]" if tests else "CAST([] AS Array(Int8))"
    starts = [mark.started_ms for mark in found]
    since, until = max(0, min(starts) - LONGEST_TIMEOUT_MS), max(starts) + LONGEST_VISIT_MS
    rows = store.rows(
        "SELECT visit_id, toUnixTimestamp64Milli(ts) AS at, name, path, hostname, props,"
        f" if(revenue_currency = '', NULL, revenue), engaged_ms, {reached}"
        f" FROM events WHERE {_of(site, (mark.visitor_id for mark in found))}"
        f" AND ts >= {moment(since)} AND ts <= {moment(until)}"
        f" AND visit_id IN ({numbers(mark.visit_id for mark in found)})"
        " ORDER BY visit_id, at, name = 'engagement', name != 'pageview', name, path"
        f" LIMIT {MOST_EVENTS + 1} BY visit_id",
        params.values,
    )
    by_visit: dict[int, list[_Event]] = {}
    for visit, ts, name, path, host, props, revenue, engaged, places in rows:
        own = tuple(place for place in places if place >= 0)
        by_visit.setdefault(int(visit), []).append(_Event(ts, name, path, host, props, revenue, engaged, own))
    return by_visit


def _story(store: Store, site: SiteContext, visit: Visit, events: Sequence[_Event], now: datetime) -> Story:
    here = clock.to_ms(now) - clock.to_ms(visit.last) < HERE_MS
    steps = _Telling(site).steps(events[:MOST_EVENTS])
    return Story(visit, steps, here, len(events) > MOST_EVENTS)


@dataclass(slots=True)
class _Telling:
    """Turns the events of one visit into steps."""

    site: SiteContext
    told: list[Step] = field(default_factory=list)
    reached: set[int] = field(default_factory=set)  # of the goals that count once a visit

    def steps(self, events: Iterable[_Event]) -> tuple[Step, ...]:
        """The steps in order."""
        for event in events:
            found = tuple(self._goals(event))
            if event.name != ENGAGEMENT:
                self.told.append(_step(event, found))
                continue
            self._read(event)
            if found:
                self.told.append(Step(clock.from_ms(event.ts), "goal", "", reached=found))
        return tuple(self.told)

    def _goals(self, event: _Event) -> Iterator[Goal]:
        for place in event.goals:
            goal = self.site.goals[place]
            if goals.once(goal):
                if place in self.reached:
                    continue
                self.reached.add(place)
            yield goal

    def _read(self, ping: _Event) -> None:
        """Add the time of a ping to the page that sent it: the last one of its path before it."""
        for step in reversed(self.told):
            if step.kind == "page" and step.text == ping.path:
                step.engaged_ms = (step.engaged_ms or 0) + ping.engaged_ms
                return


def _step(event: _Event, reached: tuple[Goal, ...]) -> Step:
    at = clock.from_ms(event.ts)
    props = {name: value for name, value in event.props.items() if name != SITE_SEARCH}
    search = event.props.get(SITE_SEARCH, "")
    if event.name == PAGEVIEW:
        return Step(
            at, "page", event.path, event.hostname, search=search, props=_sorted(props), revenue=event.revenue,
            reached=reached,
        )  # fmt: skip
    kind, says = SPECIAL.get(event.name, ("event", ""))
    text = props.pop(says, "") if says else event.name
    return Step(at, kind, text, event.hostname, props=_sorted(props), revenue=event.revenue, reached=reached)


def _sorted(props: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(name), str(value)) for name, value in props.items()))


# -- titles


def _with_titles(store: Store, site: SiteContext, told: list[Story]) -> list[Story]:
    """The stories with the title of each page that has one."""
    steps = [step for story in told for step in story.steps if step.kind == "page"]
    titles = titles_of(store, site.site_id, {step.text for step in steps})
    for step in steps:
        step.title = titles.get(step.text, "")
    return told


def titles_of(store: Store, site_id: int, paths: Iterable[str]) -> dict[str, str]:
    """The last seen titles of these pages."""
    params = Params()
    wanted = tuple(sorted(set(paths)))
    if not wanted:
        return {}
    rows = store.rows(
        f"SELECT path, argMax(title, ts) FROM titles WHERE site_id = {int(site_id)} AND path IN {params.texts(wanted)}"
        " GROUP BY path",
        params.values,
    )
    return {str(path): str(title) for path, title in rows}
