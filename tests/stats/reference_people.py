"""The list of visits and the steps of a visitor once more, slowly and obviously."""

from dataclasses import dataclass, field

from tests.stats.figures import Figures
from tests.stats.reference import Visit, once, reaches
from trailhouse.core import clock
from trailhouse.events.model import Event
from trailhouse.stats.question import Question

KINDS = {"Outbound Link: Click": "outbound", "File Download": "download", "404": "not_found", "identify": "named"}
SAYS = {"outbound": "url", "download": "url", "not_found": "path", "named": "name"}


def listed(figures: Figures) -> list[Visit]:
    """The visits of the list, newest first: those that the metric `visits` counts."""
    found = [
        visit
        for visit in figures.world.visits.values()
        if figures.start <= visit.started < figures.end and any(map(figures.counts, visit.events))
    ]
    return sorted(found, key=lambda visit: (visit.started, visit.events[0].visit_id), reverse=True)


def row(figures: Figures, visit: Visit) -> dict[str, object]:
    """What the list says of a visit."""
    first = visit.events[0]
    reached = {}
    for goal in figures.world.site.goals:
        times = sum(reaches(goal, event) for event in visit.events)
        if times:
            reached[goal.name] = 1 if once(goal) else times
    worth = {goal.name: goal.value_minor or 0 for goal in figures.world.site.goals}
    return {
        "visitor_id": visit.visitor,
        "duration_ms": visit.duration_ms,
        "pageviews": len(visit.pages),
        "last": clock.from_ms(visit.events[-1].ts),
        "reached": reached,
        "goal_value": sum(worth[name] * times for name, times in reached.items()),
        "revenue": sum(event.revenue for event in visit.events),
        "source": first.source,
        "entry_path": first.entry_path,
        "city": first.city,
        "device": first.device,
    }


@dataclass
class Told:
    """One step."""

    ts: int
    kind: str
    text: str
    read: int | None = None
    goals: list[str] = field(default_factory=list)


def steps(question: Question, visit: Visit) -> list[Told]:
    """What the visitor did in a visit, in order; each ping's time at the page that it came from."""
    told: list[Told] = []
    seen: set[str] = set()
    for event in sorted(visit.events, key=_order):
        names = [goal.name for goal in question.site.goals if reaches(goal, event)]
        single = {goal.name for goal in question.site.goals if once(goal)}
        new = [name for name in names if name not in single or name not in seen]
        seen |= single & set(names)
        if event.name == "engagement":
            pages = [step for step in told if step.kind == "page" and step.text == event.path]
            if pages:
                pages[-1].read = (pages[-1].read or 0) + event.engaged_ms
            if new:
                told.append(Told(event.ts, "goal", "", None, new))
        else:
            told.append(Told(event.ts, *_said(event), None, new))
    return told


def _order(event: Event) -> tuple[object, ...]:
    return event.ts, event.name == "engagement", event.name != "pageview", event.name, event.path


def _said(event: Event) -> tuple[str, str]:
    if event.name == "pageview":
        return "page", event.path
    kind = KINDS.get(event.name, "event")
    return kind, event.props.get(SAYS[kind], "") if kind in SAYS else event.name
