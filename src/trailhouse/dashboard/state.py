"""The state of a report, wholly in its address: period, comparison, filters, figure, tabs. Pure; no Django.

`parse` reads a query string and forgives: what makes no sense is left out, so an old or hand-written link still shows
a page. `State.query` writes the shortest query string that means the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from trailhouse.dashboard import grammar
from trailhouse.dashboard.grammar import (
    LONGEST,
    MOST_VALUES,
    Condition,
    Group,
    Named,
    Part,
    clean,
    condition,
    conditions_of,
    make_condition,
    make_part,
)
from trailhouse.stats.segments import OPERATORS

__all__ = [
    "LONGEST",
    "MOST_VALUES",
    "OPERATORS",
    "Condition",
    "Group",
    "Named",
    "Part",
    "State",
    "condition",
    "conditions_of",
    "make_condition",
    "make_part",
    "parse",
]

PERIODS = ("today", "yesterday", "24h", "7d", "30d", "91d", "month", "last_month", "year", "12mo", "all")
CUSTOM = "custom"
COMPARISONS = ("none", "previous", "year", "custom")

DEFAULT_PERIOD = "30d"
DEFAULT_COMPARISON = "previous"
DEFAULT_METRIC = "visitors"

MOST_FILTERS = 20
LAST_PAGE = 10_000
FIRST_DATE = date(1990, 1, 1)
LAST_DATE = date(2100, 1, 1)

_WORD = re.compile(r"[a-z][a-z_]{0,30}")


@dataclass(frozen=True, slots=True)
class State:
    """What a report shows. Always valid: dates only with the custom period, in order.

    Beside it, and no part of it: the `segments` that its reader may use, by their numbers, the filters of the address
    that were `left_out`, as they stood there, and the number and name of the segment that the reader is confined to.
    """

    period: str = DEFAULT_PERIOD
    first: date | None = None
    last: date | None = None
    compare: str = DEFAULT_COMPARISON
    compare_first: date | None = None
    compare_last: date | None = None
    metric: str = DEFAULT_METRIC
    filters: tuple[Part, ...] = ()
    tabs: tuple[tuple[str, str], ...] = field(default=())  # panel, tab; by panel; first tabs are left out
    search: str = ""
    page: int = 1
    segments: Mapping[str, Named] = field(default_factory=dict, compare=False, repr=False)
    left_out: tuple[str, ...] = field(default=(), compare=False, repr=False)
    within: tuple[int, str] | None = field(default=None, compare=False, repr=False)

    def query(self) -> str:
        """The query string, without "?"; "" for the default state."""
        return urlencode(list(self._pairs()), quote_via=quote, safe="/:|,!*()@")

    def url(self) -> str:
        """A link to this state from any report page: "?…", also where the query is empty."""
        return f"?{self.query()}"

    def carried(self) -> "State":
        """What goes along to another report: all but the search and the page of this list."""
        return replace(self, search="", page=1)

    def toggled(self, dimension: str, value: str) -> "State":
        """With the filter `dimension is value` added, or taken away where it stands. Other lists start at page 1."""
        wanted = Condition(dimension, "is", (value,))
        if wanted in self.filters:
            return self.without(wanted)
        kept = tuple(c for c in self.filters if isinstance(c, Group) or c.dimension != dimension or c.operator != "is")
        return replace(self, filters=(*kept, wanted)[:MOST_FILTERS], search="", page=1)

    def without(self, part: Part) -> "State":
        """With one filter taken away."""
        return replace(self, filters=tuple(c for c in self.filters if c != part), page=1)

    def exchanged(self, part: Part | None, *others: Part) -> "State":
        """With `others` in the place of one filter, or after all where it does not stand. Other lists begin anew."""
        place = self.filters.index(part) if part in self.filters else len(self.filters)
        kept = [c for c in self.filters if c != part]
        filters = tuple(dict.fromkeys((*kept[:place], *others, *kept[place:])))
        return replace(self, filters=filters[:MOST_FILTERS], search="", page=1)

    def tab(self, panel: str) -> str:
        """The chosen tab of `panel`; "" for its first."""
        return dict(self.tabs).get(panel, "")

    def with_tab(self, panel: str, tab: str) -> "State":
        """With `tab` chosen in `panel`; "" chooses its first."""
        tabs = {**dict(self.tabs), panel: tab}
        return replace(self, tabs=tuple(sorted((p, t) for p, t in tabs.items() if t)))

    def during(self, period: str, first: date | None = None, last: date | None = None) -> "State":
        """With another period; its own comparison dates go with it."""
        compare = DEFAULT_COMPARISON if self.compare == CUSTOM else self.compare
        return replace(
            self, period=period, first=first, last=last, compare=compare, compare_first=None, compare_last=None, page=1
        )

    def compared(self, compare: str) -> "State":
        """With one of the named comparisons."""
        return replace(self, compare=compare, compare_first=None, compare_last=None)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if self.period == CUSTOM:
            yield "from", str(self.first)
            yield "to", str(self.last)
        elif self.period != DEFAULT_PERIOD:
            yield "period", self.period
        if self.compare != DEFAULT_COMPARISON:
            yield "compare", self.compare
        if self.compare == CUSTOM:
            yield "compare_from", str(self.compare_first)
            yield "compare_to", str(self.compare_last)
        if self.metric != DEFAULT_METRIC:
            yield "metric", self.metric
        yield from (("f", condition.text()) for condition in self.filters)
        yield from ((f"tab_{panel}", tab) for panel, tab in self.tabs)
        if self.search:
            yield "q", self.search
        if self.page > 1:
            yield "page", str(self.page)


def parse(
    query: str, *, metrics: Iterable[str] | None = None, known: Callable[[Condition], bool] | None = None
) -> State:
    """Read a query string. `metrics` are those a chart can show; `known` says which conditions may be asked."""
    try:
        pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return State()
    last_of = dict(pairs)
    period, first, last = _period(last_of)
    compare, compare_first, compare_last = _comparison(last_of)
    metric = last_of.get("metric", DEFAULT_METRIC)
    wanted = _WORD.fullmatch(metric) and (metrics is None or metric in metrics)
    filters, left_out = _parts([value for name, value in pairs if name == "f"], known)
    return State(
        period=period,
        first=first,
        last=last,
        compare=compare,
        compare_first=compare_first,
        compare_last=compare_last,
        metric=metric if wanted else DEFAULT_METRIC,
        filters=filters,
        tabs=_tabs(last_of),
        search=clean(last_of.get("q", ""))[:LONGEST],
        page=_page(last_of.get("page", "")),
        left_out=left_out,
    )


def _parts(texts: Iterable[str], known: Callable[[Condition], bool] | None) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The filters that can be asked, and the texts of those that cannot."""
    found: dict[Part, None] = {}
    left_out: dict[str, None] = {}
    for text in texts:
        part = grammar.part(text)
        if part is None or (known is not None and not all(map(known, conditions_of(part)))):
            left_out[text[:LONGEST]] = None
        else:
            found[part] = None
    return tuple(found)[:MOST_FILTERS], tuple(left_out)[:MOST_FILTERS]


def _period(given: Mapping[str, str]) -> tuple[str, date | None, date | None]:
    first, last = _date(given.get("from")), _date(given.get("to"))
    if first or last:
        first, last = first or last, last or first
        return (CUSTOM, *sorted((first, last)))  # type: ignore[type-var,return-value]  # neither is None
    period = given.get("period", DEFAULT_PERIOD)
    return (period if period in PERIODS else DEFAULT_PERIOD), None, None


def _comparison(given: Mapping[str, str]) -> tuple[str, date | None, date | None]:
    compare = given.get("compare", DEFAULT_COMPARISON)
    first, last = _date(given.get("compare_from")), _date(given.get("compare_to"))
    if compare == CUSTOM and first and last:
        return CUSTOM, min(first, last), max(first, last)
    return (compare if compare in COMPARISONS and compare != CUSTOM else DEFAULT_COMPARISON), None, None


def _tabs(given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    tabs = ((name[4:], tab) for name, tab in given.items() if name.startswith("tab_"))
    return tuple(sorted((p, t) for p, t in tabs if _WORD.fullmatch(p) and _WORD.fullmatch(t)))[:20]


def _date(text: Any) -> date | None:
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return day if FIRST_DATE <= day <= LAST_DATE else None


def _page(text: str) -> int:
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1
