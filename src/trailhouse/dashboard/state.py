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

PERIODS = ("today", "yesterday", "24h", "7d", "30d", "91d", "month", "last_month", "year", "12mo", "all")
CUSTOM = "custom"
COMPARISONS = ("none", "previous", "year", "custom")
OPERATORS = ("is", "is_not", "contains", "contains_not", "matches", "matches_not")

DEFAULT_PERIOD = "30d"
DEFAULT_COMPARISON = "previous"
DEFAULT_METRIC = "visitors"

MOST_FILTERS = 20
MOST_VALUES = 50
LONGEST = 500
LAST_PAGE = 10_000
FIRST_DATE = date(1990, 1, 1)
LAST_DATE = date(2100, 1, 1)

_NAME = re.compile(r"[a-z][a-z_]{0,30}(\.[^\x00-\x1f]{1,300})?", re.DOTALL)
_WORD = re.compile(r"[a-z][a-z_]{0,30}")


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: `dimension` by its short name ("source", "prop.plan"), an operator, one or more values.

    "" among the values of `is` and `is_not` means unknown.
    """

    dimension: str
    operator: str
    values: tuple[str, ...]

    def text(self) -> str:
        """As it stands in an address: `is:source:Google|Bing`, with `\\` before a literal `:`, `|` or `\\`."""
        return ":".join((self.operator, _escaped(self.dimension), "|".join(_escaped(v) for v in self.values)))


@dataclass(frozen=True, slots=True)
class State:
    """What a report shows. Always valid: dates only with the custom period, in order."""

    period: str = DEFAULT_PERIOD
    first: date | None = None
    last: date | None = None
    compare: str = DEFAULT_COMPARISON
    compare_first: date | None = None
    compare_last: date | None = None
    metric: str = DEFAULT_METRIC
    filters: tuple[Condition, ...] = ()
    tabs: tuple[tuple[str, str], ...] = field(default=())  # panel, tab; by panel; first tabs are left out
    search: str = ""
    page: int = 1

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
        kept = tuple(c for c in self.filters if c.dimension != dimension or c.operator != "is")
        return replace(self, filters=(*kept, wanted)[:MOST_FILTERS], search="", page=1)

    def without(self, condition: Condition) -> "State":
        """With one filter taken away."""
        return replace(self, filters=tuple(c for c in self.filters if c != condition), page=1)

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


def parse(query: str, *, metrics: Iterable[str] | None = None, known: Callable[[str], bool] | None = None) -> State:
    """Read a query string. `metrics` are those a chart can show; `known` says which dimensions may be filtered by."""
    try:
        pairs = parse_qsl(query.lstrip("?"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return State()
    last_of = dict(pairs)
    period, first, last = _period(last_of)
    compare, compare_first, compare_last = _comparison(last_of)
    metric = last_of.get("metric", DEFAULT_METRIC)
    wanted = _WORD.fullmatch(metric) and (metrics is None or metric in metrics)
    return State(
        period=period,
        first=first,
        last=last,
        compare=compare,
        compare_first=compare_first,
        compare_last=compare_last,
        metric=metric if wanted else DEFAULT_METRIC,
        filters=_conditions((value for name, value in pairs if name == "f"), known),
        tabs=_tabs(last_of),
        search=_clean(last_of.get("q", ""))[:LONGEST],
        page=_page(last_of.get("page", "")),
    )


def condition(text: str) -> Condition | None:
    """Read one filter as `Condition.text` writes it; None where it is none."""
    parts = _split(text, ":", 2)
    if len(parts) != 3 or parts[0] not in OPERATORS:
        return None
    dimension = _unescaped(parts[1])
    values = tuple(_clean(_unescaped(value)) for value in _split(parts[2], "|", MOST_VALUES))
    return make_condition(dimension, parts[0], values)


def make_condition(dimension: str, operator: str, values: Iterable[str]) -> Condition | None:
    """A filter within the limits; None where the name, the operator or a value cannot be."""
    unique = tuple(dict.fromkeys(values))[:MOST_VALUES]
    if operator not in OPERATORS or not _NAME.fullmatch(dimension) or not unique:
        return None
    if any(len(value) > LONGEST for value in unique) or (operator not in ("is", "is_not") and "" in unique):
        return None
    return Condition(dimension, operator, unique)


def _conditions(texts: Iterable[str], known: Callable[[str], bool] | None) -> tuple[Condition, ...]:
    read = (condition(text) for text in texts)
    valid = (c for c in read if c is not None and (known is None or known(c.dimension)))
    return tuple(dict.fromkeys(valid))[:MOST_FILTERS]


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


def _clean(text: str) -> str:
    return text.replace("\x00", "")


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
