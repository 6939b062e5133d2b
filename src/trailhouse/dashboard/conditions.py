"""A report's filters as `stats` understands them, and as people read them."""

from collections.abc import Callable

from trailhouse.dashboard.state import Condition
from trailhouse.dashboard.vocabulary import Field, field
from trailhouse.stats.filters import Contains, Filter, HasNotDone, Is, IsEmpty, Matches, Or, both

Values = tuple[str, ...]


def _is(dimension: str, values: Values, negated: bool = False) -> Filter:
    known = tuple(value for value in values if value)
    if "" not in values:
        return Is(dimension, known, negated=negated)
    if not known:
        return IsEmpty(dimension, negated=negated)
    if negated:
        return both(Is(dimension, known, negated=True), IsEmpty(dimension, negated=True)) or IsEmpty(dimension)
    return Or((Is(dimension, known), IsEmpty(dimension)))


_TESTS: dict[str, Callable[[str, Values], Filter]] = {
    "is": _is,
    "is_not": lambda dimension, values: _is(dimension, values, negated=True),
    "contains": lambda dimension, values: Contains(dimension, values, case_sensitive=False),
    "contains_not": lambda dimension, values: Contains(dimension, values, case_sensitive=False, negated=True),
    "matches": Matches,
    "matches_not": lambda dimension, values: Matches(dimension, values, negated=True),
}
# A goal is reached or not by a visit as a whole.
_GOAL_TESTS: dict[str, Callable[[str, Values], Filter]] = {
    "is": Is,
    "is_not": lambda dimension, values: HasNotDone(Is(dimension, values)),
    "contains": _TESTS["contains"],
    "contains_not": lambda dimension, values: HasNotDone(Contains(dimension, values, case_sensitive=False)),
}


def filter_of(conditions: tuple[Condition, ...], *further: Filter | None) -> Filter | None:
    """All conditions together with `further` ones; None without any. What a field cannot be asked is left out."""
    return both(*(_one(condition) for condition in conditions), *further)


def _one(condition: Condition) -> Filter | None:
    found = field(condition.dimension)
    if found is None:
        return None
    tests = _GOAL_TESTS if found.short == "goal" else _TESTS
    test = tests.get(condition.operator)
    return test(found.dimension, condition.values) if test else None


def shown(found: Field, value: str) -> str:
    """A value of a field as people read it."""
    return found.name(value) if value else str(found.unknown)
