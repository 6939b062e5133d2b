"""Revenue once more, slowly and obviously: plain Python over the same events."""

from collections import defaultdict

from tests.stats.figures import Figures
from tests.stats.reference import LABELS, World
from trailhouse.core.periods import Period
from trailhouse.events.model import Event
from trailhouse.stats.question import Question
from trailhouse.stats.reports.revenue import Revenue


def of_events(events: list[Event]) -> Revenue:
    """What these events brought."""
    orders = [event for event in events if event.revenue_currency]
    return Revenue(sum(event.revenue for event in events), len(orders), len({event.visitor_id for event in events}))


def revenue(world: World, question: Question, period: Period, name: str = "") -> dict[str, Revenue]:
    """The revenue by the values of a dimension; "" has all of it."""
    figures = Figures(world, question, period, 0)
    found: dict[str, list[Event]] = defaultdict(list)
    for event in filter(figures.counts, figures.events):
        if name in LABELS:
            found[LABELS[name](event.ts, period.zone)].append(event)
        elif not name or world.can_have(name, event):
            found[world.value(name, event) if name else ""].append(event)
    return {value: of_events(events) for value, events in found.items()}
