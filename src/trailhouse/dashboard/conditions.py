"""A report's filters as `stats` understands them, and as people read them."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from trailhouse.dashboard import vocabulary as words
from trailhouse.dashboard.grammar import Condition, Named, Part, conditions_of, how_of, make_condition, make_part
from trailhouse.dashboard.vocabulary import FIELDS, PROPERTY, Field, field
from trailhouse.stats import segments
from trailhouse.stats.dimensions import PROPERTY as PROPERTY_DIMENSION
from trailhouse.stats.filters import Filter, both
from trailhouse.stats.segments import SEGMENT, WITHOUT_VALUE, Line, Lines

_SHORT = {found.dimension: found.short for found in FIELDS.values()}


def filter_of(parts: Iterable[Part], *further: Filter | None) -> Filter | None:
    """All filters together with `further` ones; None without any. What a field cannot be asked is left out."""
    return both(segments.filter_of(groups_of(parts)), *further)


def groups_of(parts: Iterable[Part]) -> tuple[Lines, ...]:
    """The filters by the names of `stats`; without those on fields that there are not."""
    found = []
    for part in parts:
        lines = [line for one in conditions_of(part) if (line := _line(one)) is not None]
        if lines:
            found.append(Lines(tuple(lines), how_of(part)))
    return tuple(found)


def _line(condition: Condition) -> Line | None:
    found = field(condition.dimension)
    if found is None or not askable(condition):
        return None
    return Line(condition.operator, found.dimension, condition.values, condition.case)


def askable(condition: Condition) -> bool:
    """Whether its field can be asked so: goals and segments know few operators, a segment is named by its number."""
    if condition.dimension == SEGMENT:
        return condition.operator in words.EXACT and all(v.isascii() and v.isdigit() for v in condition.values)
    return condition.dimension != "goal" or condition.operator in words.GOAL_OPERATORS


def parts_of(groups: Iterable[Lines]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The groups of a segment as filters of a report, and the names of dimensions that no page can filter by."""
    parts, gone = [], []
    for group in groups:
        made = [_condition(line) for line in group.lines]
        gone += [line.dimension for line, one in zip(group.lines, made, strict=True) if one is None]
        part = make_part([one for one in made if one is not None], group.how)
        if part is not None and None not in made:
            parts.append(part)
    return tuple(parts), tuple(dict.fromkeys(gone))


def _condition(line: Line) -> Condition | None:
    short = short_of(line.dimension)
    return make_condition(short, line.operator, line.values, line.case) if short else None


def short_of(dimension: str) -> str:
    """The short name of the field on a dimension; "" where there is none."""
    if dimension.startswith(PROPERTY_DIMENSION):
        return PROPERTY + dimension.removeprefix(PROPERTY_DIMENSION)
    return SEGMENT if dimension == SEGMENT else _SHORT.get(dimension, "")


def shown(found: Field, value: str) -> str:
    """A value of a field as people read it."""
    return found.name(value) if value else str(found.unknown)


def sentence(part: Part, named: Mapping[str, Named]) -> str:
    """A filter in words: Device is Mobile. `named` are segments by their numbers."""
    how = how_of(part)
    told = _(" or ").join(_told(condition, named) for condition in conditions_of(part))
    return str(_HOWS[how]() % {"condition": told}) if how else told


_HOWS = {
    "not": lambda: _("Not: %(condition)s"),
    "done": lambda: _("Visits with: %(condition)s"),
    "done_not": lambda: _("Visits without: %(condition)s"),
}


def _told(condition: Condition, named: Mapping[str, Named]) -> str:
    found = field(condition.dimension)
    if found is None:
        return condition.text()
    told = {"field": found.label, "operator": words.OPERATOR_LABELS[condition.operator]}
    if condition.operator in WITHOUT_VALUE:
        return _("%(field)s %(operator)s") % told
    if condition.dimension == SEGMENT:
        values = [named[value].name if value in named else value for value in condition.values]
    else:
        exact = condition.operator in words.EXACT
        values = [shown(found, value) if exact else value for value in condition.values]
    text = _("%(field)s %(operator)s %(values)s") % (told | {"values": _(" or ").join(values)})
    return f"{text} ({_CASES[condition.case]()})" if condition.case else text


_CASES = {"case": lambda: _("with these capitals"), "nocase": lambda: _("in any capitals")}
