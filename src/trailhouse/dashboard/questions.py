"""The questions of the report pages."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from trailhouse.core.periods import named
from trailhouse.dashboard.conditions import filter_of
from trailhouse.dashboard.panels import Column, Tab
from trailhouse.dashboard.spans import Span, span_of
from trailhouse.dashboard.state import State
from trailhouse.dashboard.vocabulary import FIELDS, FIGURES, Field
from trailhouse.stats.filters import Contains, Filter, Is, IsEmpty, Or, both
from trailhouse.stats.question import MOST_EXPORTED, Question, SiteContext

PANEL_ROWS = 8
MAP_ROWS = 300
LIST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Scope:
    """Which site, in which state, over which span: what every question of a page shares."""

    site: SiteContext
    state: State
    span: Span
    now: datetime
    strict: bool = False  # the site's level of privacy

    def narrowed(self, *further: Filter | None) -> Filter | None:
        """The filters of the page together with `further` ones; None without any."""
        return filter_of(self.state.filters, *further)

    def figures(self) -> Question:
        """The six figures and those they are compared with."""
        return Question(
            self.site,
            self.span.period,
            tuple(figure.metric for figure in FIGURES),
            filters=self.narrowed(),
            comparison=self.span.comparison,
        )

    def visitors(self) -> Question:
        """All visitors: the whole that shares in a list are of."""
        return Question(self.site, self.span.period, ("visitors",), filters=self.narrowed())

    def live(self) -> Question:
        """Who is on the site now, filters aside."""
        zone = self.span.period.zone
        return Question(self.site, named("realtime", zone, self.now), ("visitors",))

    def chart(self) -> Question:
        """The chosen figure over time."""
        return Question(
            self.site,
            self.span.period,
            (self.state.metric,),
            (f"time:{self.span.unit}",),
            filters=self.narrowed(),
            comparison=self.span.drawn,
        )

    def figures_over_time(self) -> Question:
        """The six figures over time, as the chart is cut."""
        return replace(self.chart(), metrics=tuple(figure.metric for figure in FIGURES))

    def panel(self, tab: Tab) -> Question:
        """The first rows of a list, with their first figure alone."""
        return self._list(tab, tab.columns[:1], MAP_ROWS if tab.is_map else PANEL_ROWS, 0)

    def rows(self, tab: Tab) -> Question:
        """One page of a list with all its figures, narrowed down to the search."""
        return self._list(tab, tab.columns, LIST_ROWS, LIST_ROWS * (self.state.page - 1), self._search(tab))

    def every_row(self, tab: Tab) -> Question:
        """All rows of a list with all its figures, narrowed down to the search."""
        return self._list(tab, tab.columns, MOST_EXPORTED, 0, self._search(tab))

    def _list(
        self, tab: Tab, columns: tuple[Column, ...], limit: int, offset: int, search: Filter | None = None
    ) -> Question:
        dimensions = tuple(FIELDS[short].dimension for short in tab.fields)
        known = IsEmpty(dimensions[-1], negated=True) if tab.skip_unknown else None
        return Question(
            self.site,
            self.span.period,
            tuple(column.metric for column in columns),
            dimensions,
            filters=self.narrowed(tab.condition, known, search),
            order_by=((columns[0].metric, "desc"), *((dimension, "asc") for dimension in dimensions)),
            limit=limit,
            offset=offset,
            total_rows=True,
        )

    def _search(self, tab: Tab) -> Filter | None:
        if not self.state.search:
            return None
        return _any(*(_found(FIELDS[short], self.state.search) for short in tab.fields))


def _found(searched: Field, text: str) -> Filter | None:
    if searched.search is None:
        return Contains(searched.dimension, (text,), case_sensitive=False)
    codes = searched.search(text)
    return Is(searched.dimension, codes[:500] or ("\x1f",))


def _any(*conditions: Filter | None) -> Filter | None:
    given = tuple(condition for condition in conditions if condition is not None)
    return Or(given) if len(given) > 1 else both(*given)


def scope_of(values: Any, state: State, now: datetime, first: date | None, *, strict: bool = False) -> Scope:
    """The scope of a page; `values` are the site's plain values (`sites.selectors.context`)."""
    return Scope(SiteContext.of(values), state, span_of(state, ZoneInfo(values.timezone), now, first), now, strict)
