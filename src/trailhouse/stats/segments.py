"""Filters as people make and keep them: groups of conditions, each group a line of a form, all of which must hold.

They are what the pages' addresses say and what a saved segment holds, as JSON. A condition is
`[operator, dimension, values]` or `[operator, dimension, values, case]`; a group is
`{"how": how, "any": [condition, …]}`; a segment is a list of groups.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from trailhouse.core.errors import UserError
from trailhouse.stats.dimensions import GOAL, Level, dimension
from trailhouse.stats.filters import (
    MOST_VALUES,
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
    both,
)

OPERATORS = ("is", "is_not", "contains", "contains_not", "matches", "matches_not", "is_empty", "is_not_empty")
WITHOUT_VALUE = ("is_empty", "is_not_empty")
# "": one event, or its visit, fulfils one of the conditions. not: none of them. done: the visit has an event that
# fulfils one of them. done_not: it has none.
HOWS = ("", "not", "done", "done_not")
CASES = ("", "case", "nocase")
SEGMENT = "segment"  # in the place of a dimension: the values are numbers of segments

MOST_GROUPS = 20
MOST_CONDITIONS = 10  # of a group


@dataclass(frozen=True, slots=True)
class Line:
    """One condition. `case` "" is as usual: capital letters matter but where a text is only contained."""

    operator: str
    dimension: str
    values: tuple[str, ...] = ()
    case: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Conditions of which one must hold, meant as `how` says."""

    lines: tuple[Line, ...]
    how: str = ""


def usual_case(operator: str) -> str:
    """Whether capital letters matter to an operator if nothing is said of it."""
    return "nocase" if operator.startswith("contains") else "case"


# -- as a filter


def filter_of(groups: Iterable[Lines]) -> Filter | None:
    """All groups together; None without any. Raises UserError for what a dimension cannot be asked."""
    return both(*map(_group, groups))


def _group(group: Lines) -> Filter:
    # A goal, and a segment, which may hold one, cannot be turned round: then the whole visit is asked.
    tests = tuple(_test(line, whole=group.how == "not") for line in group.lines)
    found = tests[0] if len(tests) == 1 else Or(tests)
    return _HOWS[group.how](found)


_HOWS: dict[str, Callable[[Filter], Filter]] = {
    "": lambda found: found,
    "not": Not,
    "done": HasDone,
    "done_not": HasNotDone,
}


def _test(line: Line, *, whole: bool) -> Filter:
    folded = (line.case or usual_case(line.operator)) == "case"
    if line.dimension in (GOAL, SEGMENT):
        asked = _segments(line) if line.dimension == SEGMENT else _goal(line, folded)
        return HasNotDone(asked) if line.operator.endswith("_not") else HasDone(asked) if whole else asked
    negated = line.operator.endswith("_not") or line.operator == "is_not_empty"
    if line.operator in WITHOUT_VALUE:
        return IsEmpty(line.dimension, negated)
    if line.operator.startswith("is"):
        return _is(line, folded, negated)
    kind = Contains if line.operator.startswith("contains") else Matches
    return kind(line.dimension, line.values, folded, negated)


def _is(line: Line, folded: bool, negated: bool) -> Filter:
    known = tuple(value for value in line.values if value)
    tests: list[Filter] = [Is(line.dimension, known, folded, negated)] if known else []
    if "" in line.values:
        tests.append(IsEmpty(line.dimension, negated))
    return tests[0] if len(tests) == 1 else And(tuple(tests)) if negated else Or(tuple(tests))


def _goal(line: Line, folded: bool) -> Filter:
    kinds: dict[str, type[Is] | type[Contains]] = {"is": Is, "contains": Contains}
    kind = kinds.get(line.operator.removesuffix("_not"))
    if kind is None:
        raise UserError("wrong_filter", f"'{line.operator}' cannot be asked of {GOAL}.", "Use is or contains.")
    return kind(GOAL, line.values, folded)


def _segments(line: Line) -> Filter:
    if line.operator not in ("is", "is_not") or not all(map(_is_number, line.values)):
        raise UserError("wrong_filter", "A segment is named by its number.", 'Use ["is", "segment", ["12"]].')
    return InSegment(tuple(map(int, line.values)))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


# -- as JSON


def written(groups: Iterable[Lines]) -> list[dict[str, Any]]:
    """The groups as JSON."""
    return [{"how": group.how, "any": [_written(line) for line in group.lines]} for group in groups]


def _written(line: Line) -> list[Any]:
    return [line.operator, line.dimension, list(line.values), *([line.case] if line.case else [])]


def read(stored: Any) -> tuple[Lines, ...]:
    """The groups that JSON holds. Raises UserError for anything else, and `unknown_dimension` for one that is gone."""
    if not isinstance(stored, list) or len(stored) > MOST_GROUPS:
        raise _wrong(stored)
    return tuple(map(_read_group, stored))


def _read_group(stored: Any) -> Lines:
    if not isinstance(stored, dict) or set(stored) != {"how", "any"} or stored["how"] not in HOWS:
        raise _wrong(stored)
    if not isinstance(stored["any"], list) or not 0 < len(stored["any"]) <= MOST_CONDITIONS:
        raise _wrong(stored)
    return Lines(tuple(map(_read_line, stored["any"])), stored["how"])


def _read_line(stored: Any) -> Line:
    if not isinstance(stored, list) or len(stored) not in (3, 4):
        raise _wrong(stored)
    operator, name, values, case = (*stored, "")[:4]
    if operator not in OPERATORS or case not in CASES or not isinstance(name, str) or not isinstance(values, list):
        raise _wrong(stored)
    if len(values) > MOST_VALUES or not all(isinstance(value, str) for value in values):
        raise _wrong(stored)
    if bool(values) == (operator in WITHOUT_VALUE):
        raise _wrong(stored)
    if name != SEGMENT and dimension(name).level is Level.TIME:
        raise _wrong(stored)
    line = Line(operator, name, tuple(values), case)
    _test(line, whole=False)
    return line


def _wrong(stored: Any) -> UserError:
    return UserError("wrong_segment", f"This is no condition of a segment: {str(stored)[:200]}.", "Make it again.")


def known(segments: Iterable[tuple[int, Any]]) -> dict[int, Filter]:
    """The filters of stored segments by number; one that cannot be read any more is missing."""
    found = {}
    for number, stored in segments:
        try:
            found[number] = filter_of(read(stored)) or And(())
        except UserError:
            continue
    return found


def names_in(groups: Iterable[Lines]) -> set[str]:
    """The dimensions that the groups speak of."""
    return {line.dimension for group in groups for line in group.lines}
