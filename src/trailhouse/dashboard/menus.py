"""The head of a report: chips, the filter form, the period and the comparison, each a choice that is a link."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

from trailhouse.dashboard import formats
from trailhouse.dashboard import vocabulary as words
from trailhouse.dashboard.conditions import sentence
from trailhouse.dashboard.filter_forms import Row, rows_of
from trailhouse.dashboard.grammar import Condition, Part, how_of
from trailhouse.dashboard.sections import section_of
from trailhouse.dashboard.spans import Span
from trailhouse.dashboard.state import COMPARISONS, CUSTOM, PERIODS, State
from trailhouse.sites.models import Section
from trailhouse.stats.segments import SEGMENT

MOST_SEGMENTS = 12  # in the filter sheet; all are on their page


@dataclass(frozen=True, slots=True)
class Applied:
    """A segment that stands as one chip: its number, what it holds, and the address with that in its place."""

    number: str
    sentences: tuple[str, ...]
    expanded: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter: in words, the address without it, and the form that changes it, or the segment that it is."""

    text: str
    link: str
    edit: str = ""
    how: str = ""
    rows: tuple[Row, ...] = ()
    segment: Applied | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu."""

    label: str
    link: str
    chosen: bool
    key: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a report shows."""

    only: str  # the segment that the reader is confined to
    chips: tuple[Chip, ...]
    clear: str
    periods: tuple[Choice, ...]
    period: str
    days: str
    comparisons: tuple[Choice, ...]
    comparison: str
    comparison_days: str
    fields: tuple[tuple[str, tuple[Choice, ...]], ...]  # by section
    operators: tuple[Choice, ...]
    known: str  # for the script: fields that know only some operators, "goal:is,is_not;…"
    hows: tuple[Choice, ...]
    cases: tuple[Choice, ...]
    add_rows: tuple[Row, ...]
    segments: tuple[Choice, ...]
    left_out: int  # filters of the address
    save: str  # the query of what a segment can keep
    first: str
    last: str
    compare_first: str
    compare_last: str
    keep_period: tuple[tuple[str, str], ...]  # what a form must send along besides its own fields
    keep_compare: tuple[tuple[str, str], ...]
    keep_filter: tuple[tuple[str, str], ...]


def head_of(state: State, span: Span, *, compares: bool = True, filters: bool = True) -> Head:
    """The head of the report that shows `state` over `span`; offers what the report does: `compares`, `filters`."""
    drawn = span.drawn
    custom = state.period == CUSTOM
    return Head(
        only=state.within[1] if state.within else "",
        chips=tuple(_chip(part, state) for part in state.filters if filters),
        clear=replace(state.carried(), filters=()).url() if filters and len(state.filters) > 1 else "",
        periods=tuple(
            Choice(str(words.PERIOD_LABELS[p]), state.during(p).url(), state.period == p, p) for p in PERIODS
        ),
        period=formats.period(span.period) if custom else str(words.PERIOD_LABELS[state.period]),
        days=formats.period(span.period),
        comparisons=tuple(
            Choice(str(words.COMPARISON_LABELS[c]), state.compared(c).url(), state.compare == c, c)
            for c in COMPARISONS
            if compares and c != CUSTOM
        ),
        comparison=str(words.COMPARISON_SHORT[state.compare if drawn else "none"]),
        comparison_days=formats.period(drawn) if drawn else "",
        fields=_fields() if filters else (),
        operators=_choices(words.OPERATOR_LABELS),
        known=_known(),
        hows=_choices(words.HOW_LABELS),
        cases=_choices(words.CASE_LABELS),
        add_rows=(Row(""), Row("_1")),
        segments=_segments(state),
        left_out=len(state.left_out) if filters else 0,
        save=state.carried().url() if state.filters else "",
        first=span.period.first_day.isoformat(),
        last=span.period.last_day.isoformat(),
        compare_first=drawn.first_day.isoformat() if drawn else "",
        compare_last=drawn.last_day.isoformat() if drawn else "",
        keep_period=kept(state, "from", "to", "period", "page"),
        keep_compare=kept(state, "compare", "compare_from", "compare_to", "page"),
        keep_filter=kept(state, "page"),
    )


def _chip(part: Part, state: State) -> Chip:
    text, link = sentence(part, state.segments), state.without(part).carried().url()
    if isinstance(part, Condition) and part.dimension == SEGMENT and part.operator == "is" and len(part.values) == 1:
        return Chip(text, link, segment=_applied(part, state))
    return Chip(text, link, part.text(), how_of(part), rows_of(part, state))


def _applied(part: Condition, state: State) -> Applied | None:
    number = part.values[0]
    if number not in state.segments:
        return None
    parts = state.segments[number].parts
    sentences = tuple(sentence(one, state.segments) for one in parts)
    return Applied(number, sentences, state.exchanged(part, *parts).carried().url())


def _segments(state: State) -> tuple[Choice, ...]:
    chosen = {one.values for one in state.filters if isinstance(one, Condition) and one.dimension == SEGMENT}
    found = sorted(state.segments.items(), key=lambda item: (item[1].name.casefold(), item[0]))
    return tuple(
        Choice(named.name, state.toggled(SEGMENT, number).carried().url(), (number,) in chosen, number)
        for number, named in found[:MOST_SEGMENTS]
    )


def _fields() -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    found: dict[str, list[Choice]] = {}
    for one in words.FIELDS.values():
        section = section_of(one.short)
        found.setdefault(section, []).append(Choice(str(one.label), "", False, one.short, section))
    return tuple((str(Section(section).label), tuple(choices)) for section, choices in found.items())


def _known() -> str:
    fields = [*words.FIELDS.values(), words.SEGMENT_FIELD]
    return ";".join(f"{one.short}:{','.join(one.operators)}" for one in fields if one.operators != words.ANY)


def _choices(labels: Mapping[str, words.Text]) -> tuple[Choice, ...]:
    return tuple(Choice(str(label), "", False, key) for key, label in labels.items())


def kept(state: State, *own: str) -> tuple[tuple[str, str], ...]:
    """What a form sends along, as names and values: the state but for the form's `own` fields."""
    query = QueryDict(state.query())
    return tuple((name, value) for name in query if name not in own for value in query.getlist(name))


def pages(state: State, total: int, a_page: int) -> dict[str, str]:
    """The links to the page before and the page after, where there is one."""
    return {
        "newer": replace(state, page=state.page - 1).url() if state.page > 1 else "",
        "further": replace(state, page=state.page + 1).url() if a_page * state.page < total else "",
    }


def counted_pages(state: State, total: int, here: int, a_page: int) -> dict[str, str]:
    """The same with how many there are in all, and which of them the `here` on this page are."""
    before = a_page * (state.page - 1)
    shown = f"{formats.count(before + 1)}–{formats.count(before + here)}"
    return {"count": formats.count(total), "range": shown} | pages(state, total, a_page)
