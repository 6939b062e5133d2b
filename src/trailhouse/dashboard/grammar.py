"""Filters as they stand in an address. Pure; no Django.

`f=is:source:Google|Bing` is one condition with two values, of which one must hold. `||` before a further condition
means "or": `f=is:source:Google||is:device:Mobile`. In front of all that a word may say how it is meant: `not:`,
`done:`, `done_not:`. After an operator, `,case` and `,nocase` say whether capital letters matter. Several `f` must all
hold.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from trailhouse.stats.segments import CASES, HOWS, OPERATORS, WITHOUT_VALUE, usual_case

MOST_VALUES = 50
MOST_ALTERNATIVES = 10
LONGEST = 500

_NAME = re.compile(r"[a-z][a-z_]{0,30}(\.[^\x00-\x1f]{1,300})?", re.DOTALL)
_HOW = re.compile(rf"({'|'.join(how for how in sorted(HOWS, reverse=True) if how)}):")
_BEGINS = re.compile(rf"(?:{'|'.join(OPERATORS)})(?:,(?:{'|'.join(case for case in CASES if case)}))?:")


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: `dimension` by its short name ("source", "prop.plan"), an operator, its values.

    "" among the values of `is` and `is_not` means unknown; `is_empty` and `is_not_empty` have no values. `case` says
    whether capital letters matter, where that is not as usual for the operator: "case" or "nocase".
    """

    dimension: str
    operator: str
    values: tuple[str, ...]
    case: str = ""

    def text(self) -> str:
        """As it stands in an address: `is:source:Google|Bing`, with `\\` before a literal `:`, `|` or `\\`."""
        head = f"{self.operator}{self.case and f',{self.case}'}:{_escaped(self.dimension)}"
        return head if self.operator in WITHOUT_VALUE else f"{head}:{'|'.join(_escaped(v) for v in self.values)}"


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which one must hold, or one that is not meant as it stands alone; `how` is one of HOWS."""

    conditions: tuple[Condition, ...]
    how: str = ""

    def text(self) -> str:
        """As it stands in an address: `done:is:page:/menu||is:event:Order`."""
        return (self.how and f"{self.how}:") + "||".join(condition.text() for condition in self.conditions)


Part = Condition | Group


@dataclass(frozen=True, slots=True)
class Named:
    """A segment as its reader knows it: its name and its filters."""

    name: str
    parts: tuple[Part, ...] = ()


def conditions_of(part: Part) -> tuple[Condition, ...]:
    """The conditions of a filter: the one, or the alternatives."""
    return part.conditions if isinstance(part, Group) else (part,)


def how_of(part: Part) -> str:
    """How a filter is meant; "" for as it stands."""
    return part.how if isinstance(part, Group) else ""


def make_part(conditions: Iterable[Condition], how: str = "") -> Part | None:
    """A filter of these alternatives in its shortest form; None of none, of too many, or meant as nothing can be."""
    given = tuple(dict.fromkeys(conditions))
    if not 0 < len(given) <= MOST_ALTERNATIVES or how not in HOWS:
        return None
    return given[0] if len(given) == 1 and not how else Group(given, how)


def make_condition(dimension: str, operator: str, values: Iterable[str], case: str = "") -> Condition | None:
    """A condition within the limits; None where the name, the operator or a value cannot be."""
    unique = tuple(dict.fromkeys(values))[:MOST_VALUES]
    if operator not in OPERATORS or case not in CASES or not _NAME.fullmatch(dimension):
        return None
    if operator in WITHOUT_VALUE:
        return Condition(dimension, operator, ())
    if not unique or any(len(value) > LONGEST for value in unique):
        return None
    if operator not in ("is", "is_not") and "" in unique:
        return None
    return Condition(dimension, operator, unique, "" if case == usual_case(operator) else case)


def condition(text: str) -> Condition | None:
    """Read one condition as `Condition.text` writes it; None where it is none."""
    words, _, rest = text.partition(":")
    operator, _, case = words.partition(",")
    if operator in WITHOUT_VALUE:
        return make_condition(_unescaped(rest), operator, (), case)
    parts = _split(rest, ":", 1)
    if len(parts) != 2:
        return None
    values = (clean(_unescaped(value)) for value in _split(parts[1], "|", MOST_VALUES))
    return make_condition(_unescaped(parts[0]), operator, values, case)


def part(text: str) -> Part | None:
    """Read one filter as `text` writes it; None where any of its conditions is none."""
    found = _HOW.match(text)
    read = [condition(one) for one in _alternatives(text[found.end() :] if found else text)]
    known = [one for one in read if one is not None]
    return make_part(known, found[1] if found else "") if len(known) == len(read) else None


def clean(text: str) -> str:
    """A text from an address without what no value has."""
    return text.replace("\x00", "")


def _alternatives(text: str) -> list[str]:
    """Split at each `||` that a further condition follows: elsewhere it parts values, one of which is empty."""
    found: list[str] = []
    start = at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith("||", at) and _BEGINS.match(text, at + 2):
            found.append(text[start:at])
            start = at = at + 2
        else:
            at += 1
    return [*found, text[start:]]


def _escaped(text: str) -> str:
    return re.sub(r"([\\:|])", r"\\\1", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _split(text: str, by: str, most: int) -> list[str]:
    """Split at `by`, but not where a backslash precedes it; at most `most` times."""
    parts: list[str] = []
    current: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            current.append(text[at : at + 2])
            at += 2
            continue
        if text[at] == by and len(parts) < most:
            parts.append("".join(current))
            current = []
        else:
            current.append(text[at])
        at += 1
    return [*parts, "".join(current)]
