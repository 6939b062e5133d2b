"""Funnels once more, slowly and obviously: plain Python over the same events."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median

from tests.stats.figures import Figures
from tests.stats.reference import World, once, reaches
from trailhouse.core import clock
from trailhouse.core.periods import Period
from trailhouse.events.model import Event
from trailhouse.stats.question import Question
from trailhouse.stats.reports.funnels import Funnel

DAY_MS = 86_400_000
Moment = tuple[int, int, tuple[int, ...]]  # when, the first step that it reaches, all of them


@dataclass
class Try:
    """The moments at which the steps were reached, as far as they were."""

    moments: list[Moment]


def moments_of(events: list[Event], funnel: Funnel) -> list[Moment]:
    """The events that reach a step, in the order in which they count."""
    pings = any(map(once, funnel.steps))
    found = set()
    for event in events:
        steps = tuple(place for place, step in enumerate(funnel.steps) if reaches(step, event))
        if steps and (pings or event.name != "engagement"):
            found.add((event.ts, steps[0], steps))
    return sorted(found, key=lambda m: (m[0], m[1], sum(1 << place for place in m[2])))


def tried(moments: list[Moment], start: int, funnel: Funnel) -> Try:
    """What the event at the place `start` begins."""
    reached = [moments[start]]
    for moment in moments[start + 1 :]:
        if funnel.days is not None and moment[0] - reached[0][0] > funnel.days * DAY_MS:
            break
        if len(reached) < len(funnel.steps) and len(reached) in moment[2]:
            reached.append(moment)
    return Try(reached)


def tries(world: World, question: Question, funnel: Funnel, period: Period) -> dict[int, Try]:
    """The try that counts, by visit or visitor."""
    start, end = clock.to_ms(period.start), clock.to_ms(period.end)
    units: dict[int, list[Event]] = defaultdict(list)
    for visit in world.visits.values():
        for event in visit.events:
            if funnel.days is None:
                if start <= visit.started < end:
                    units[event.visit_id].append(event)
            elif start <= event.ts < end + funnel.days * DAY_MS:
                units[event.visitor_id].append(event)
    found = {}
    for number, events in units.items():
        inside = [e for e in events if funnel.days is None or e.ts < end]
        figures = Figures(world, question, period, 0)
        if question.filters is not None and not any(map(figures.counts, inside)):
            continue
        moments = moments_of(events, funnel)
        begun = [i for i, m in enumerate(moments) if 0 in m[2] and (funnel.days is None or m[0] < end)]
        every = [tried(moments, i, funnel) for i in (begun[:1] if funnel.days is None else begun)]
        if every:
            found[number] = max(every, key=lambda one: len(one.moments))  # the first of several
    return found


def steps_of(world: World, question: Question, funnel: Funnel, period: Period) -> list[tuple[int, float | None]]:
    """How many reached each step, and the median of the seconds since the one before."""
    every = tries(world, question, funnel, period).values()
    found: list[tuple[int, float | None]] = []
    for place in range(len(funnel.steps)):
        there = [one.moments for one in every if len(one.moments) > place]
        taken = [(m[place][0] - m[place - 1][0]) / 1000 for m in there] if place else []
        found.append((len(there), median(taken) if taken else None))
    return found


def next_pages(world: World, question: Question, funnel: Funnel) -> list[Counter[str]]:
    """Of each step but the last, the next page of those that did not reach the next step; "" for none."""
    pages: list[Counter[str]] = [Counter() for _ in funnel.steps[1:]]
    for number, one in tries(world, question, funnel, question.period).items():
        if len(one.moments) == len(funnel.steps):
            continue
        last = one.moments[0][0] + (funnel.days or 0) * DAY_MS
        own = [
            event
            for visit in world.visits.values()
            for event in visit.pages
            if (event.visit_id if funnel.days is None else event.visitor_id) == number
            and event.ts > one.moments[-1][0]
            and (funnel.days is None or event.ts <= last)
        ]
        first = min(own, key=lambda event: (event.ts, event.path), default=None)
        pages[len(one.moments) - 1][first.path if first else ""] += 1
    return pages
