"""Filter → SQL condition on one row of `events`."""

from collections.abc import Callable
from dataclasses import dataclass

from trailhouse.core.errors import UserError
from trailhouse.stats import goals
from trailhouse.stats.dimensions import GOAL, Dimension, Level, bound, dimension
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
    Test,
    both,
    resolve,
    tests_in,
)
from trailhouse.stats.params import Params
from trailhouse.stats.question import SiteContext

NO_PING = "name != 'engagement'"


@dataclass(frozen=True, slots=True)
class Compiler:
    """Writes conditions for one site.

    `visits` is the condition that selects all rows of every visit that can matter to the period. With `pings` false,
    goals that are reached once a visit are taken as not reached: what is left holds for events that count each.
    """

    site: SiteContext
    params: Params
    visits: str
    pings: bool = True

    def __post_init__(self) -> None:
        self.params.about(self.site.site_id, self.site.return_after_s)

    def condition(self, part: Filter, negated: bool = False) -> str:
        """SQL of one condition. Raises UserError where it asks for what cannot be asked."""
        match part:
            case And(parts):
                return _joined(" AND ", [self.condition(p, negated) for p in parts], "1")
            case Or(parts):
                return _joined(" OR ", [self.condition(p, negated) for p in parts], "0")
            case Not(inner):
                return f"NOT ({self.condition(inner, True)})"
            case HasDone(inner):
                return f"visit_id IN ({self._visits_with(inner)})"
            case HasNotDone(inner):
                return f"visit_id NOT IN ({self._visits_with(inner)})"
            case InSegment():
                raise ValueError("segments are resolved before")
            case _:
                return self._test(part, negated)

    def _visits_with(self, part: Filter) -> str:
        every = Compiler(self.site, self.params, self.visits)
        rows = "1" if needs_pings(self.site, part) else NO_PING
        return f"SELECT visit_id FROM events WHERE {self.visits} AND {rows} AND ({every.condition(part)})"

    def _test(self, test: Test, negated: bool) -> str:
        found = bound(test.dimension, self.site.page_groups)
        if found.level is Level.TIME:
            raise UserError("wrong_filter", f"A filter cannot use {test.dimension}.", "Choose the period instead.")
        if found.level is Level.GOAL:
            return self._goal_test(test, negated)
        if found.level is Level.WHOLE_VISIT:
            return self._whole_visit_test(test, found)
        condition = value_test(test, found.sql(self.params), self.params)
        return f"({found.only} AND {condition})" if found.only else condition

    def _goal_test(self, test: Test, negated: bool) -> str:
        if negated:
            raise UserError("wrong_filter", "A filter cannot turn a goal round.", "Use has_not_done.")
        reached = [goal for goal in goals.goals_of(self.site, test) if self.pings or not goals.once(goal)]
        return _joined(" OR ", [goals.reaches(goal, self.params) for goal in reached], "0")

    def _whole_visit_test(self, test: Test, found: Dimension) -> str:
        condition = value_test(test, "whole", self.params)
        return (
            f"visit_id IN (SELECT visit_id FROM (SELECT visit_id, {found.sql(self.params)} AS whole"
            f" FROM events WHERE {self.visits} GROUP BY visit_id) WHERE {condition})"
        )


def _is(test: Is, value: str, params: Params) -> str:
    if not test.case_sensitive:
        wanted = f"arrayMap(v -> lowerUTF8(v), {params.texts(test.values)})"
        return f"has({wanted}, lowerUTF8(toString({value})))"
    if len(test.values) == 1:
        return f"{value} = {params.text(test.values[0])}"
    return f"{value} IN {params.texts(test.values)}"


def _contains(test: Contains, value: str, params: Params) -> str:
    find = "position" if test.case_sensitive else "positionCaseInsensitiveUTF8"
    return _joined(" OR ", [f"{find}(toString({value}), {params.text(v)}) > 0" for v in test.values], "0")


def _matches(test: Matches, value: str, params: Params) -> str:
    flags = "" if test.case_sensitive else "(?i)"
    return _joined(" OR ", [f"match(toString({value}), {params.text(flags + v)})" for v in test.values], "0")


_TESTS: dict[type[Test], Callable[..., str]] = {
    Is: _is,
    Contains: _contains,
    Matches: _matches,
    IsEmpty: lambda _, value, __: f"{value} = ''",
}


def value_test(test: Test, value: str, params: Params) -> str:
    """SQL of a test on the expression `value`."""
    condition = _TESTS[type(test)](test, value, params)
    return f"NOT ({condition})" if test.negated else f"({condition})"


def needs_pings(site: SiteContext, condition: Filter | None) -> bool:
    """Whether the condition asks an event for a goal that only engagement or the visit's age tells."""
    match condition:
        case None | HasDone() | HasNotDone() | InSegment():
            return False
        case And(parts) | Or(parts):
            return any(needs_pings(site, part) for part in parts)
        case Not(part):
            return needs_pings(site, part)
        case _:
            named = goals.goals_of(site, condition) if condition.dimension == GOAL else ()
            return any(goals.once(goal) for goal in named)


def of_visit(condition: Filter) -> bool:
    """Whether the condition is the same for every event of a visit."""
    match condition:
        case And(parts) | Or(parts):
            return all(of_visit(part) for part in parts)
        case Not(part):
            return of_visit(part)
        case HasDone() | HasNotDone():
            return True
        case InSegment():
            return False
        case _:
            return dimension(condition.dimension).level in (Level.VISIT, Level.WHOLE_VISIT)


def confined(site: SiteContext, condition: Filter | None) -> Filter | None:
    """The condition within what the reader of `site` is confined to; nothing is added where that stands in it already.

    Raises UserError where the segment that confines them cannot be asked any more.
    """
    if site.within is None:
        return condition
    within = resolve(site.within, site.segments)
    if condition == within or (isinstance(condition, And) and condition.parts[:1] == (within,)):
        return condition
    return both(within, condition)


def unconverted(condition: Filter | None) -> Filter | None:
    """The condition without its top-level parts on goals and properties: who could have converted."""
    parts = condition.parts if isinstance(condition, And) else () if condition is None else (condition,)
    kept = tuple(
        part
        for part in parts
        if not any(t.dimension == GOAL or t.dimension.startswith("event:props:") for t in tests_in(part))
    )
    return And(kept) if kept else None


def _joined(word: str, conditions: list[str], empty: str) -> str:
    return f"({word.join(conditions)})" if conditions else empty
