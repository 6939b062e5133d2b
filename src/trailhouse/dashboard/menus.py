"""The head of a report: chips, the filter form, the period and the comparison, each a choice that is a link."""

from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from trailhouse.dashboard import formats
from trailhouse.dashboard import vocabulary as words
from trailhouse.dashboard.conditions import shown
from trailhouse.dashboard.sections import Sections, may_filter
from trailhouse.dashboard.spans import Span
from trailhouse.dashboard.state import COMPARISONS, CUSTOM, PERIODS, Condition, State, make_condition


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter and the address without it."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu."""

    label: str
    link: str
    chosen: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a report shows."""

    chips: tuple[Chip, ...]
    clear: str
    periods: tuple[Choice, ...]
    period: str
    days: str
    comparisons: tuple[Choice, ...]
    comparison: str
    comparison_days: str
    fields: tuple[Choice, ...]
    operators: tuple[Choice, ...]
    first: str
    last: str
    compare_first: str
    compare_last: str
    keep_period: tuple[tuple[str, str], ...]  # what a form must send along besides its own fields
    keep_compare: tuple[tuple[str, str], ...]
    keep_filter: tuple[tuple[str, str], ...]


def head_of(state: State, span: Span, seen: Sections = None) -> Head:
    """The head of the report that shows `state` over `span` to somebody who sees the sections `seen`."""
    drawn = span.drawn
    custom = state.period == CUSTOM
    return Head(
        chips=tuple(Chip(sentence(c), state.without(c).carried().url()) for c in state.filters),
        clear=replace(state.carried(), filters=()).url() if len(state.filters) > 1 else "",
        periods=tuple(
            Choice(str(words.PERIOD_LABELS[p]), state.during(p).url(), state.period == p, p) for p in PERIODS
        ),
        period=formats.period(span.period) if custom else str(words.PERIOD_LABELS[state.period]),
        days=formats.period(span.period),
        comparisons=tuple(
            Choice(str(words.COMPARISON_LABELS[c]), state.compared(c).url(), state.compare == c, c)
            for c in COMPARISONS
            if c != CUSTOM
        ),
        comparison=str(words.COMPARISON_SHORT[state.compare if drawn else "none"]),
        comparison_days=formats.period(drawn) if drawn else "",
        fields=tuple(
            Choice(str(f.label), "", False, f.short) for f in words.FIELDS.values() if may_filter(seen, f.short)
        ),
        operators=tuple(Choice(str(label), "", False, key) for key, label in words.OPERATOR_LABELS.items()),
        first=span.period.first_day.isoformat(),
        last=span.period.last_day.isoformat(),
        compare_first=drawn.first_day.isoformat() if drawn else "",
        compare_last=drawn.last_day.isoformat() if drawn else "",
        keep_period=kept(state, "from", "to", "period", "page"),
        keep_compare=kept(state, "compare", "compare_from", "compare_to", "page"),
        keep_filter=kept(state, "page"),
    )


def sentence(condition: Condition) -> str:
    """A filter in words: Device is Mobile."""
    found = words.field(condition.dimension)
    if found is None:
        return condition.text()
    exact = condition.operator in words.EXACT
    values = [shown(found, value) if exact else value for value in condition.values]
    return _("%(field)s %(operator)s %(values)s") % {
        "field": found.label,
        "operator": words.OPERATOR_LABELS[condition.operator],
        "values": _(" or ").join(values),
    }


def kept(state: State, *own: str) -> tuple[tuple[str, str], ...]:
    """What a form sends along, as names and values: the state but for the form's `own` fields."""
    query = QueryDict(state.query())
    return tuple((name, value) for name in query if name not in own for value in query.getlist(name))


def added_filter(given: QueryDict, state: State) -> State | None:
    """The state with the filter that the filter form sends; None where it sent none that can be."""
    short = given.get("field", "")
    if short == "prop":
        short = words.PROPERTY + given.get("property", "").strip()
    found = words.field(short)
    if found is None or given.get("operator", "") not in found.operators:
        return None
    value = given.get("value", "").strip()
    if found.search and value:
        exact = [code for code in found.search(value) if found.name(code).casefold() == value.casefold()]
        values = tuple(exact) or found.search(value) or (value,)
    else:
        values = (value,)
    condition = make_condition(short, given.get("operator", ""), values)
    if condition is None or condition in state.filters:
        return None
    return replace(state, filters=(*state.filters, condition), search="", page=1)
