"""Plausible's filters as JSON → the filters of `stats`."""

from collections.abc import Callable
from typing import Any

from trailhouse.core.errors import UserError
from trailhouse.stats.dimensions import dimension
from trailhouse.stats.filters import (
    DEEPEST,
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
)

# What clients call the missing value.
NOT_SET = {"visit:source": "Direct / None", "visit:referrer": "Direct / None"}
_EMPTY = {"Direct / None", "(not set)", "(none)"}

_TESTS: dict[str, tuple[type[Is] | type[Contains] | type[Matches], bool]] = {
    "is": (Is, False),
    "is_not": (Is, True),
    "contains": (Contains, False),
    "contains_not": (Contains, True),
    "matches": (Matches, False),
    "matches_not": (Matches, True),
}
_SEVERAL: dict[str, Callable[[tuple[Filter, ...]], Filter]] = {"and": And, "or": Or}
_ONE: dict[str, Callable[[Filter], Filter]] = {"not": Not, "has_done": HasDone, "has_not_done": HasNotDone}


def read_filters(given: Any) -> Filter | None:
    """A list of filters that must all hold. Raises UserError for one that cannot be read."""
    if not isinstance(given, list):
        raise _wrong(given)
    return And(tuple(_read(part, 1) for part in given)) if given else None


def _read(given: Any, depth: int) -> Filter:
    if not isinstance(given, list) or not given or not isinstance(given[0], str) or depth > DEEPEST:
        raise _wrong(given)
    word, rest = given[0], given[1:]
    if word in _SEVERAL and len(rest) == 1 and isinstance(rest[0], list) and rest[0]:
        return _SEVERAL[word](tuple(_read(part, depth + 1) for part in rest[0]))
    if word in _ONE and len(rest) == 1:
        return _ONE[word](_read(rest[0], depth + 1))
    if word in ("is_empty", "is_not_empty") and len(rest) == 1 and isinstance(rest[0], str):
        return IsEmpty(dimension(rest[0]).name, negated=word == "is_not_empty")
    if word in _TESTS and len(rest) in (2, 3):
        return _test(given)
    raise _wrong(given)


def _test(given: list[Any]) -> Filter:
    word, name, values = given[:3]
    options = given[3] if len(given) == 4 else {}
    if not isinstance(name, str) or not isinstance(values, list) or not values or not _is_option(options):
        raise _wrong(given)
    kind, negated = _TESTS[word]
    if name == "segment" and kind is Is and all(type(value) is int for value in values):
        return HasNotDone(InSegment(tuple(values))) if negated else InSegment(tuple(values))
    if not all(isinstance(value, str) or type(value) is int for value in values):
        raise _wrong(given)
    dimension(name)
    texts = tuple(_stored(name, str(value)) if kind is Is else str(value) for value in values)
    return kind(name, texts, bool(options.get("case_sensitive", True)), negated)


def _is_option(options: Any) -> bool:
    return (
        isinstance(options, dict)
        and set(options) <= {"case_sensitive"}
        and isinstance(options.get("case_sensitive", True), bool)
    )


def _stored(name: str, value: str) -> str:
    """The value as it is stored, for what clients call a missing one."""
    if name == "visit:source" and value == NOT_SET[name]:
        return "Direct"
    return "" if value in _EMPTY else value


def _wrong(given: Any) -> UserError:
    return UserError("wrong_filter", f"Invalid filter '{str(given)[:200]}'.", 'Use ["is", "event:page", ["/"]].')
