"""Whether an event fits the groups of a segment, once more and obviously: no filter is made on the way."""

import re
from collections.abc import Mapping, Sequence

from tests.stats.reference import World, once, reaches
from trailhouse.events.model import Event
from trailhouse.stats.segments import Line, Lines


def fits(world: World, groups: Sequence[Lines], event: Event, segments: Mapping[int, Sequence[Lines]]) -> bool:
    """Whether the event fits all groups."""
    return all(_group(world, group, event, segments) for group in groups)


def _group(world: World, group: Lines, event: Event, segments: Mapping[int, Sequence[Lines]]) -> bool:
    if group.how == "":
        return any(_line(world, line, event, segments) for line in group.lines)
    if group.how == "not":
        return not any(_whole(world, line, event, segments) for line in group.lines)
    found = any(_line(world, line, e, segments) for e in _candidates(world, group.lines, event) for line in group.lines)
    return found == (group.how == "done")


def _candidates(world: World, lines: Sequence[Line], event: Event) -> list[Event]:
    """The events of the visit that can count; pings only where a goal is asked for that they alone tell."""
    visit = world.visits[event.visit_id]
    pings = any(line.dimension == "event:goal" and any(map(once, _goals(world, line))) for line in lines)
    return visit.events if pings else visit.real


def _whole(world: World, line: Line, event: Event, segments: Mapping[int, Sequence[Lines]]) -> bool:
    """A line in a negation: goals and segments are then the visit's."""
    if line.dimension in ("event:goal", "segment") and not line.operator.endswith("_not"):
        return any(_line(world, line, e, segments) for e in _candidates(world, (line,), event))
    return _line(world, line, event, segments)


def _line(world: World, line: Line, event: Event, segments: Mapping[int, Sequence[Lines]]) -> bool:
    negated = line.operator.endswith("_not") or line.operator == "is_not_empty"
    if line.dimension == "segment":
        chosen = [segments[int(value)] for value in line.values]
        inner = world.visits[event.visit_id].real if negated else [event]
        return any(fits(world, groups, e, segments) for e in inner for groups in chosen) != negated
    if line.dimension == "event:goal":
        goals = _goals(world, line)
        inner = _candidates(world, (line,), event) if negated else [event]
        return any(reaches(goal, e) for e in inner for goal in goals) != negated
    value = world.value(line.dimension, event)
    return world.can_have(line.dimension, event) and _holds(line, value) != negated


def _goals(world: World, line: Line) -> list:  # type: ignore[type-arg]
    return [goal for goal in world.site.goals if _holds(line, goal.name)]


def _holds(line: Line, value: str) -> bool:
    """Whether the value is one of those asked for, all negation aside."""
    kind = line.operator.removesuffix("_not")
    if line.operator in ("is_empty", "is_not_empty"):
        return value == ""
    mind = (line.case or ("nocase" if kind == "contains" else "case")) == "case"
    own, wanted = (value, line.values) if mind else (value.lower(), tuple(one.lower() for one in line.values))
    if kind == "is":
        return own in wanted
    if kind == "contains":
        return any(one in own for one in wanted)
    return any(re.search(one, value, re.NOFLAG if mind else re.IGNORECASE) for one in line.values)
