"""Goals as conditions on one stored event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trailhouse.core.errors import UserError
from trailhouse.stats.dimensions import GOAL
from trailhouse.stats.filters import And, Contains, Filter, Is, IsEmpty, Test, tests_in
from trailhouse.stats.page_groups import path_fits
from trailhouse.stats.params import Params
from trailhouse.stats.question import Goal, GoalKind, SiteContext


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of goal is recognised; `once`: it is reached once a visit, however many events say so."""

    once: bool
    sql: Callable[[str, Params], str]


def _page(pattern: str, params: Params) -> str:
    return f"(name = 'pageview' AND {path_fits(pattern, params)})"


def _event(pattern: str, params: Params) -> str:
    return f"(name = {params.text(pattern)} AND name != 'engagement')"


def _scroll(pattern: str, params: Params) -> str:
    percent, _, path = pattern.partition(" ")
    where = f" AND {path_fits(path, params)}" if path else ""
    return f"(name = 'engagement' AND scroll_depth >= {_number(percent)}{where})"


def _duration(pattern: str, _: Params) -> str:
    return f"(toUnixTimestamp64Milli(ts) - toUnixTimestamp64Milli(visit_started) >= {_number(pattern)} * 1000)"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise UserError("wrong_goal", f"'{text}' is no whole number.", "Correct the goal in the site's settings.")
    return int(text)


KINDS: dict[GoalKind, _Kind] = {
    "page": _Kind(once=False, sql=_page),
    "event": _Kind(once=False, sql=_event),
    "scroll": _Kind(once=True, sql=_scroll),
    "duration": _Kind(once=True, sql=_duration),
}


def reaches(goal: Goal, params: Params) -> str:
    """SQL: whether the event reaches the goal."""
    return KINDS[goal.kind].sql(goal.pattern, params)


def once(goal: Goal) -> bool:
    """Whether the goal is counted once a visit."""
    return KINDS[goal.kind].once


def goals_of(site: SiteContext, test: Test) -> tuple[Goal, ...]:
    """The goals that a test on `event:goal` names. UserError for a test that goals cannot have."""
    if isinstance(test, IsEmpty) or not isinstance(test, Is | Contains) or test.negated:
        raise UserError(
            "wrong_filter", f"Only 'is' and 'contains' can be asked of {GOAL}.", "For the opposite use has_not_done."
        )
    fold: Callable[[str], str] = str if test.case_sensitive else str.lower
    values = {fold(value) for value in test.values}
    if isinstance(test, Contains):
        return tuple(goal for goal in site.goals if any(value in fold(goal.name) for value in values))
    found = tuple(goal for goal in site.goals if fold(goal.name) in values)
    if missing := sorted(values - {fold(goal.name) for goal in found}):
        raise UserError(
            "unknown_goal",
            f"The goal `{missing[0]}` is not configured for this site.",
            "Add it in the site's settings, or correct the name.",
        )
    return found


def in_scope(site: SiteContext, condition: Filter | None) -> tuple[Goal, ...]:
    """The goals that a report counts, by name: all, or those that each top-level condition on goals names."""
    goals: Sequence[Goal] = site.goals
    for part in condition.parts if isinstance(condition, And) else (condition,):
        if isinstance(part, Is | Contains) and part.dimension == GOAL:
            named = goals_of(site, part)
            goals = [goal for goal in goals if goal in named]
    return tuple(sorted(goals, key=lambda goal: (goal.name, goal.id)))


def mentions_goal(condition: Filter | None) -> bool:
    """Whether any test of the tree is on `event:goal`."""
    return any(test.dimension == GOAL for test in tests_in(condition))
