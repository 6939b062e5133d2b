"""The forms of filters: what they show of a filter, and what they send.

A form has a row for each alternative: its first row's fields are called `field`, `property`, `operator`, `value` (any
number of them) and `case`, those of the row after it `field_1` and so on. `how` says how the filter is meant, `edit`
which filter of the address it takes the place of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from trailhouse.dashboard import grammar, names
from trailhouse.dashboard import vocabulary as words
from trailhouse.dashboard.grammar import (
    LONGEST,
    MOST_ALTERNATIVES,
    MOST_VALUES,
    Condition,
    Named,
    Part,
    clean,
    conditions_of,
    make_condition,
    make_part,
)
from trailhouse.dashboard.state import MOST_FILTERS, State
from trailhouse.dashboard.vocabulary import PROPERTY, Field, Text
from trailhouse.stats.segments import CASES, HOWS, SEGMENT, WITHOUT_VALUE

PROP = "prop"  # the choice that asks for the name of a property
_TRANSLATED = ("channel", "device", "screen")


class FilterError(Exception):
    """A filter that cannot be: a key of WRONG, for pattern with one of stats.patterns.FAULTS behind a dot.

    `part` is the filter, where it can at least be written down.
    """

    def __init__(self, key: str, part: Part | None = None) -> None:
        super().__init__(key)
        self.part = part


WRONG: dict[str, Text] = {
    "field": _("Choose what to filter by."),
    "property": _("Type the name of the property."),
    "operator": _("This field cannot be asked so. Choose “is” or “is not”."),
    "value": _("Type a value: only “is” and “is not” can leave it empty, for “unknown”."),
    "segment": _("There is no segment of that name here."),
    "long": _("A value is too long: use up to 500 letters."),
    "many": _("There are too many filters or alternatives. Remove some of them."),
    "compare": _("Choose two to four segments to compare; all visitors count as one."),
    "pattern.bracket": _("The pattern has a [ that is never closed by ]."),
    "pattern.parenthesis": _("The pattern has a ( that is never closed by )."),
    "pattern.closing": _("The pattern has a ) without a ( before it. Write \\) for the character itself."),
    "pattern.repeats_nothing": _("The pattern repeats nothing: there must be something before *, + or ?."),
    "pattern.repeats_twice": _("The pattern repeats a repetition, such as ** or +*. Leave one of them out."),
    "pattern.repeats_too_often": _("The pattern repeats something too often: use up to 1000 times, {1,1000}."),
    "pattern.range": _("The pattern has a range in [ ] that runs backwards, such as [z-a]."),
    "pattern.escape": _(
        "The pattern has a \\ before a character that it means nothing to. Write \\\\ for the \\ itself."
    ),
    "pattern.lookaround": _("The pattern looks ahead or behind, (?=…) or (?<=…). RE2 cannot do that."),
    "pattern.name": _("The pattern has a group whose name is not well formed. Leave the name out."),
    "pattern.too_large": _("The pattern is too large. Make it shorter, or repeat less."),
    "pattern.unknown": _("The pattern is no regular expression as RE2 reads them."),
}


def said(key: str) -> Text:
    """What is said of a wrong filter; "" for nothing."""
    return WRONG.get(key, "")


# -- what a form shows


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place among the fields' names, what it holds, and the address without it."""

    suffix: str
    field: str = ""
    property: str = ""
    operator: str = ""
    values: tuple[str, ...] = ("",)
    case: str = ""
    without: str = ""
    unknown: bool = False  # beside its values


def rows_of(part: Part, state: State) -> tuple[Row, ...]:
    """The rows of a filter, each with one value more to fill in, and an empty row for a further alternative."""
    conditions = conditions_of(part)
    found = [_row(place, one, part, state) for place, one in enumerate(conditions)]
    blank = [Row(_suffix(len(found)))] if len(found) < MOST_ALTERNATIVES else []
    return (*found, *blank)


def _row(place: int, one: Condition, part: Part, state: State) -> Row:
    found = words.field(one.dimension)
    is_property = one.dimension.startswith(PROPERTY)
    unknown = "" in one.values and len(one.values) > 1
    kept = tuple(value for value in one.values if value or not unknown)
    values = tuple(_typed(found, value, state) for value in kept) if found else kept
    others = [other for other in conditions_of(part) if other != one]
    fewer = make_part(others, grammar.how_of(part))
    return Row(
        _suffix(place),
        PROP if is_property else one.dimension,
        one.dimension.removeprefix(PROPERTY) if is_property else "",
        one.operator,
        values if values in ((), ("",)) or len(values) >= MOST_VALUES else (*values, ""),
        one.case,
        state.exchanged(part, fewer).carried().url() if fewer else "",
        unknown,
    )


def _typed(found: Field, value: str, state: State) -> str:
    """A value as somebody would type it."""
    if found.short == SEGMENT:
        return state.segments[value].name if value in state.segments else value
    return found.name(value) if value and (found.search or found.short in _TRANSLATED) else value


def _suffix(place: int) -> str:
    return f"_{place}" if place else ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A filter that could not be, to be corrected: its rows, how it is meant, and what it would take the place of."""

    rows: tuple[Row, ...]
    how: str
    edit: str


def draft_of(given: QueryDict, state: State) -> Draft | None:
    """The draft that an address carries; None without one."""
    part = grammar.part(given.get("draft", ""))
    if part is None:
        return None
    edited = grammar.part(given.get("edit", ""))
    edit = edited.text() if edited is not None and edited in state.filters else ""
    rows = tuple(replace(row, without="") for row in rows_of(part, state))
    return Draft(rows, grammar.how_of(part), edit)


def carried(wrong: FilterError, given: QueryDict) -> str:
    """What an address says of a filter that could not be."""
    values = {"wrong": str(wrong)}
    if wrong.part is not None:
        values |= {"draft": wrong.part.text(), "edit": given.get("edit", "")}
    return urlencode({name: value for name, value in values.items() if value})


# -- what a form sends


def changed(given: QueryDict, state: State, fault: Callable[[str], str]) -> State:
    """The state with the filter that a form sends. `fault` tells what is wrong with a pattern. Raises FilterError."""
    edited = grammar.part(given.get("edit", ""))
    rows = (_suffix(place) for place in range(MOST_ALTERNATIVES + 1))
    conditions = [one for suffix in rows if (one := _condition(given, suffix, state)) is not None]
    if not conditions:
        if edited in state.filters:
            return state.without(edited).carried()
        raise FilterError("field")
    how = given.get("how", "")
    part = make_part(conditions, how if how in HOWS else "")
    if part is not None:
        check_patterns(part, fault)
    if part is None or (edited not in state.filters and len(state.filters) >= MOST_FILTERS):
        raise FilterError("many")
    return state.exchanged(edited, part)


def check_patterns(part: Part, fault: Callable[[str], str]) -> None:
    """Raise FilterError where `fault` tells of something wrong with a pattern of the filter."""
    for one in conditions_of(part):
        for value in one.values if one.operator.startswith("matches") else ():
            if found := fault(value):
                raise FilterError(f"pattern.{found}", part)


def _condition(given: QueryDict, suffix: str, state: State) -> Condition | None:
    """The condition of a row; None of a row without a field."""
    short = given.get(f"field{suffix}", "")
    if not short:
        return None
    if short == PROP:
        name = clean(given.get(f"property{suffix}", "")).strip()
        if not name:
            raise FilterError("property")
        short = PROPERTY + name
    found = words.field(short)
    if found is None:
        raise FilterError("field")
    operator = given.get(f"operator{suffix}", "")
    if found.search and operator in ("contains", "contains_not"):
        operator = "is" if operator == "contains" else "is_not"  # of the name, which is not what is stored
    if operator not in found.operators:
        raise FilterError("operator")
    values = () if operator in WITHOUT_VALUE else _values(given.getlist(f"value{suffix}"), found, operator, state)
    if values and given.get(f"unknown{suffix}") and operator in words.EXACT:
        values = (*values, "")
    case = given.get(f"case{suffix}", "")
    condition = make_condition(short, operator, values, case if case in CASES else "")
    if condition is None:
        raise FilterError("long" if any(len(value) > LONGEST for value in values) else "field")
    return condition


def _values(typed: Iterable[str], found: Field, operator: str, state: State) -> tuple[str, ...]:
    given = [text for value in typed if (text := clean(value).strip())]
    if not given:
        if operator not in words.EXACT or found.short == SEGMENT:
            raise FilterError("value")
        return ("",)
    if operator not in words.EXACT:
        return tuple(given)
    return tuple(stored for value in given for stored in _stored(value, found, state.segments))


def _stored(value: str, found: Field, segments: Any) -> tuple[str, ...]:
    """What is stored for a value as it was typed, such as the code of a country for its name."""
    if found.short == SEGMENT:
        return (_segment(value, segments),)
    if found.short in _TRANSLATED:
        return (names.stored_word(value),)
    if found.search is None:
        return (value,)
    codes = found.search(value)
    exact = tuple(code for code in codes if found.name(code).casefold() == value.casefold())
    return exact or codes or (value,)


def _segment(value: str, segments: dict[str, Named]) -> str:
    if value in segments:
        return value
    numbers = [number for number, one in segments.items() if one.name.casefold() == value.casefold()]
    if not numbers:
        raise FilterError("segment")
    return numbers[0]
