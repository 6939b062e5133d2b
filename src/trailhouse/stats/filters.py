"""Conditions on events and visits, as frozen data: what a report is narrowed down to.

A condition on an `event:` dimension speaks of one event, one on a `visit:` dimension of the whole visit. Combined by
And, they must hold for the same event; HasDone says that some event of the same visit fulfils its part.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trailhouse.core.errors import UserError

MOST_LEAVES = 100
MOST_VALUES = 1_000
LONGEST_VALUE = 2_000
LONGEST_PATTERN = 500
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Is:
    """The dimension's value is one of `values`."""

    dimension: str
    values: tuple[str, ...]
    case_sensitive: bool = True
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Contains:
    """The dimension's value contains one of `values`."""

    dimension: str
    values: tuple[str, ...]
    case_sensitive: bool = True
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """One of `values`, regular expressions in RE2's syntax, is found in the dimension's value."""

    dimension: str
    values: tuple[str, ...]
    case_sensitive: bool = True
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """The dimension has no value: unknown, or the property was not sent."""

    dimension: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold, for the same event. Without parts: always."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of the parts holds. Without parts: never."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Filter"


@dataclass(frozen=True, slots=True)
class HasDone:
    """Some event of the same visit fulfils the part."""

    part: "Filter"


@dataclass(frozen=True, slots=True)
class HasNotDone:
    """No event of the same visit fulfils the part."""

    part: "Filter"


@dataclass(frozen=True, slots=True)
class InSegment:
    """One of the site's named segments holds."""

    ids: tuple[int, ...]


Test = Is | Contains | Matches | IsEmpty
Filter = Test | And | Or | Not | HasDone | HasNotDone | InSegment


def children(condition: Filter) -> tuple[Filter, ...]:
    """The parts directly under a condition."""
    if isinstance(condition, And | Or):
        return condition.parts
    if isinstance(condition, Not | HasDone | HasNotDone):
        return (condition.part,)
    return ()


def tests_in(condition: Filter | None) -> Iterator[Test]:
    """Every test of the tree, at any depth."""
    if condition is None:
        return
    if isinstance(condition, Test):
        yield condition
    for part in children(condition):
        yield from tests_in(part)


def both(*conditions: Filter | None) -> Filter | None:
    """All that are given; None where none is."""
    given = tuple(condition for condition in conditions if condition is not None)
    return given[0] if len(given) == 1 else And(given) if given else None


def resolve(condition: Filter, segments: Mapping[int, Filter], depth: int = 0) -> Filter:
    """The condition with its segments filled in, checked against the limits above.

    Raises UserError for an unknown segment or for more than the limits allow.
    """
    if depth > DEEPEST:
        raise UserError("filter_too_large", "A segment contains itself.", "Correct the segment.")
    if isinstance(condition, InSegment):
        unknown = [str(number) for number in condition.ids if number not in segments]
        if unknown:
            raise UserError("unknown_segment", f"There is no segment {', '.join(unknown)} on this site.")
        return Or(tuple(resolve(segments[number], segments, depth + 1) for number in condition.ids))
    if isinstance(condition, And | Or):
        return type(condition)(tuple(resolve(part, segments, depth + 1) for part in condition.parts))
    if isinstance(condition, Not | HasDone | HasNotDone):
        return type(condition)(resolve(condition.part, segments, depth + 1))
    _check_values(condition)
    return condition


def check_size(condition: Filter) -> None:
    """Raise UserError where the tree has more than MOST_LEAVES tests or is nested deeper than DEEPEST."""
    level, tests = [condition], 0
    for _ in range(DEEPEST + 1):
        tests += sum(1 for part in level if isinstance(part, Test))
        level = [inner for part in level for inner in children(part)]
    if level or tests > MOST_LEAVES:
        raise UserError(
            "filter_too_large",
            f"The filter has more than {MOST_LEAVES} conditions or is nested more than {DEEPEST} deep.",
            "Make it simpler.",
        )


def _check_values(test: Test) -> None:
    if isinstance(test, IsEmpty):
        return
    if not test.values or len(test.values) > MOST_VALUES:
        raise UserError(
            "wrong_filter", f"The filter on {test.dimension} has {len(test.values)} values: use 1 to {MOST_VALUES}."
        )
    longest = LONGEST_PATTERN if isinstance(test, Matches) else LONGEST_VALUE
    if any(len(value) > longest for value in test.values):
        raise UserError("wrong_filter", f"A value of the filter on {test.dimension} is over {longest} characters.")
    if not all(map(_is_text, test.values)):
        raise UserError("wrong_filter", f"A value of the filter on {test.dimension} is no Unicode text.")
    if not isinstance(test, Is) and "" in test.values:
        raise UserError("wrong_filter", f"The filter on {test.dimension} looks for an empty text.", "Give a text.")


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8: a lone half of a surrogate pair cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
