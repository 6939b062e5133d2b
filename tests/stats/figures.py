"""The figures of a question, computed from the slow and obvious world of `reference`."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from tests.stats import reference_journeys
from tests.stats.reference import LABELS, Visit, World, once, reaches
from trailhouse.core import clock
from trailhouse.core.periods import Period
from trailhouse.events.model import Event
from trailhouse.stats.filters import And, Filter, HasDone, HasNotDone, InSegment, Not, Or
from trailhouse.stats.question import Goal, Question, SiteContext

Number = int | float | None
Table = dict[tuple[str, ...], dict[str, Number]]


@dataclass
class Figures:
    """One question over one period."""

    world: World
    question: Question
    period: Period
    now_ms: int

    def __post_init__(self) -> None:
        self.start, self.end = clock.to_ms(self.period.start), clock.to_ms(self.period.end)
        self.filters = self.question.filters
        self.goal_dimension = "event:goal" in self.question.dimensions
        self.events = [
            event for visit in self.world.visits.values() for event in visit.events if self.start <= event.ts < self.end
        ]

    def keys(self, event: Event, at: int, goals: list[Goal]) -> Iterator[tuple[str, ...]]:
        """The lines to which an event counts."""
        zone = self.period.zone
        options: list[list[str]] = []
        for name in self.question.dimensions:
            if name == "event:goal":
                options.append([g.name for g in goals if reaches(g, event)])
            elif name in LABELS:
                options.append([LABELS[name](at, zone)])
            else:
                options.append([self.world.value(name, event)] if self.world.can_have(name, event) else [])
        return product(*options)

    def counts(self, event: Event) -> bool:
        """Whether an event is counted at all."""
        goals = self.world.goals(self.filters)
        pings = self.world.needs_pings(self.filters) or (self.goal_dimension and any(map(once, goals)))
        return (pings or event.name != "engagement") and self.world.holds(self.filters, event)

    def table(self) -> Table:
        """All lines that have an event, a visit, a page or a conversion."""
        lines: Table = defaultdict(dict)
        for part in (
            self.of_events(),
            self.of_visits(),
            reference_journeys.exit_rates(self),
            self.of_pages(),
            self.of_goals(),
        ):
            for key, metrics in part.items():
                lines[key] |= metrics
        if not self.question.dimensions:
            lines[()] |= {}
        self.tell_shares(lines)
        return lines

    def of_events(self) -> Table:
        """Metrics over events."""
        goals = self.world.goals(self.filters)
        by_name = {g.name: g for g in goals}
        lines: dict[tuple[str, ...], list[tuple[Event, bool]]] = defaultdict(list)
        for event in filter(self.counts, self.events):
            plain = event.name != "engagement" and (
                self.world.holds(self.filters, event, pings=not self.world.needs_pings(self.filters))
            )
            for key in self.keys(event, event.ts, goals):
                if self.goal_dimension:
                    plain = not once(by_name[key[self.question.dimensions.index("event:goal")]])
                lines[key].append((event, plain))
        return {key: self.event_metrics(found) for key, found in lines.items()}

    def event_metrics(self, found: list[tuple[Event, bool]]) -> dict[str, Number]:
        """The metrics of one line's events, each with whether it counts by itself."""
        events = [event for event, _ in found]
        paid = [event.revenue for event in events if event.revenue_currency]
        return {
            "visitors": len({event.visitor_id for event in events}),
            "pageviews": sum(event.name == "pageview" for event in events),
            "events": sum(plain for _, plain in found) + len({event.visit_id for event, plain in found if not plain}),
            "total_revenue": sum(event.revenue for event in events),
            "average_revenue": _mean(paid),
        }

    def of_visits(self) -> Table:
        """Metrics over visits that started in the period."""
        goals = self.world.goals(self.filters)
        lines: dict[tuple[str, ...], list[Visit]] = defaultdict(list)
        for visit in self.world.visits.values():
            if self.start <= visit.started < self.end:
                matching = filter(self.counts, visit.events)
                for key in {key for event in matching for key in self.keys(event, visit.started, goals)}:
                    lines[key].append(visit)
        return {
            key: self.visit_metrics(visits) | reference_journeys.entry_bounces(self, key, visits)
            for key, visits in lines.items()
        }

    def visit_metrics(self, visits: list[Visit]) -> dict[str, Number]:
        """The metrics of one line's visits."""
        timeout_ms = self.world.site.visit_timeout_s * 1000
        ended = [visit for visit in visits if self.now_ms - visit.events[-1].ts >= timeout_ms]
        bounced = sum(visit.bounced for visit in ended)
        return {
            "visits": len(visits),
            "views_per_visit": _mean([len(visit.pages) for visit in visits]),
            "bounce_rate": 100 * bounced / len(ended) if ended else None,
            "visit_duration": _mean([visit.duration_ms / 1000 for visit in visits]),
            "engaged_time": _mean([sum(e.engaged_ms for e in visit.events) / 1000 for visit in visits]),
        }

    def of_pages(self) -> Table:
        """Metrics over the pages of visits with engagement in the period."""
        goals = self.world.goals(self.filters)
        lines: dict[tuple[str, ...], dict[tuple[int, str], list[Event]]] = defaultdict(lambda: defaultdict(list))
        for event in self.events:
            if event.name == "engagement" and self.world.holds(self.filters, event):
                for key in self.keys(event, event.ts, goals):
                    lines[key][event.visit_id, event.path].append(event)
        table: Table = {}
        for key, pages in lines.items():
            engaged = [total for pings in pages.values() if (total := sum(e.engaged_ms for e in pings))]
            depths = [depth for pings in pages.values() if (depth := max(e.scroll_depth for e in pings))]
            mean = _mean(engaged)
            table[key] = {"time_on_page": None if mean is None else mean / 1000, "scroll_depth": _mean(depths)}
        return table

    def of_goals(self) -> Table:
        """Conversions."""
        goals = self.world.goals(self.filters)
        pings = any(map(once, goals)) or self.world.needs_pings(self.filters)
        lines: dict[tuple[str, ...], list[tuple[Goal, int]]] = defaultdict(list)
        for event in self.events:
            if (event.name == "engagement" and not pings) or not self.world.holds(self.filters, event):
                continue
            for goal in goals:
                if reaches(goal, event):
                    for key in self.keys(event, event.ts, [goal]):
                        lines[key].append((goal, event.visit_id))
        table: Table = {}
        for key, found in lines.items():
            counted = [goal for goal, _ in found if not once(goal)]
            counted += [goal for goal, _ in {pair for pair in found if once(pair[0])}]
            table[key] = {"goals_reached": len(counted), "goal_value": sum(g.value_minor or 0 for g in counted)}
        return table

    def tell_shares(self, lines: Table) -> None:
        """Add to each line its visitors as a share of others."""
        dims = self.question.dimensions
        parts = self.filters.parts if isinstance(self.filters, And) else (self.filters,) if self.filters else ()
        open_to_all = And(tuple(part for part in parts if not _converts(part, self.world.site)))
        kept = [i for i, name in enumerate(dims) if name != "event:goal"]
        everyone = replace(self.question, dimensions=())
        group = replace(self.question, dimensions=tuple(dims[i] for i in kept), filters=open_to_all)
        groups = Figures(self.world, group, self.period, self.now_ms).of_events()
        all_who_fulfil = self._visitors(everyone)
        all_who_might = self._visitors(replace(everyone, filters=open_to_all))
        for key, line in lines.items():
            visitors = int(line.get("visitors") or 0)
            all_of_group = int(groups.get(tuple(key[i] for i in kept), {}).get("visitors") or 0)
            line["percentage"] = _share(visitors, all_who_fulfil)
            line["conversion_rate"] = _share(visitors, all_who_might)
            line["group_conversion_rate"] = _share(visitors, all_of_group)

    def _visitors(self, question: Question) -> int:
        events = Figures(self.world, question, self.period, self.now_ms).of_events()
        return int(events.get((), {}).get("visitors") or 0)


def _converts(part: Filter, site: SiteContext) -> bool:
    match part:
        case And(parts) | Or(parts):
            return any(_converts(p, site) for p in parts)
        case Not(inner) | HasDone(inner) | HasNotDone(inner):
            return _converts(inner, site)
        case InSegment(ids):
            return any(_converts(site.segments[number], site) for number in ids)
        case _:
            return part.dimension == "event:goal" or part.dimension.startswith("event:props:")


def _mean(values: list[int] | list[float]) -> Number:
    return sum(values) / len(values) if values else None


def _share(part: int, whole: int) -> Number:
    return 100 * part / whole if whole else None
