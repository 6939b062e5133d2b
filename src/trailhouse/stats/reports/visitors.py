"""The list of visits, newest first, a page at a time at any depth.

A page begins behind a mark instead of at a number of rows, and is looked for day by day from there: the table keeps
each day of a site together, so a page of millions reads a day or two. Where a filter or the site itself leaves few
visits, the days that are read at once grow, so that no more than the period is read and in few statements.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from trailhouse.core import clock
from trailhouse.core.clock import to_ms
from trailhouse.core.periods import Period
from trailhouse.events.store import Store
from trailhouse.events.visits import LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS
from trailhouse.stats.answer import rows_of
from trailhouse.stats.check import check
from trailhouse.stats.conditions import of_visit
from trailhouse.stats.filters import And
from trailhouse.stats.params import Params
from trailhouse.stats.question import Question
from trailhouse.stats.reports.visits import Mark, Visit, visits_at
from trailhouse.stats.scope import Scope

PAGE = 100
EXPORTED_AT_ONCE = 1_000
DAY_MS = 86_400_000
AHEAD = timedelta(minutes=6)  # an event may be dated five minutes ahead
_FASTER = 4  # the days that are read at once grow by so much


@dataclass(frozen=True, slots=True)
class Page:
    """Some visits of the list, newest first, and whether there are newer and older ones in the period."""

    visits: tuple[Visit, ...]
    newer: bool
    older: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The next visits in the list by other visitors; None where there is none."""

    newer: Mark | None
    older: Mark | None


def page(
    store: Store, question: Question, *, before: Mark | None = None, after: Mark | None = None, size: int = PAGE
) -> Page:
    """The visits that `question` counts (its period, its filters): the newest, those before or those after a mark.

    Fewer than a page after the mark: the newest page, whole. Raises UserError as `ask` does.
    """
    if after is not None:
        found = marks(store, question, size + 1, after=after)
        if len(found) >= size:
            return Page(tuple(visits_at(store, question.site, found[-size:])), len(found) > size, True)
        before = None
    found = marks(store, question, size + 1, before=before)
    return Page(tuple(visits_at(store, question.site, found[:size])), before is not None, len(found) > size)


def every(store: Store, question: Question) -> Iterator[list[Visit]]:
    """All visits that `question` counts, newest first, read a thousand at a time."""
    before = None
    while found := marks(store, question, EXPORTED_AT_ONCE, before=before):
        yield visits_at(store, question.site, found)
        before = found[-1]


def neighbours(store: Store, question: Question, mark: Mark) -> Neighbours:
    """The next visits before and after `mark` that are another visitor's."""
    other = mark.visitor_id
    older = marks(store, question, 1, before=mark, but_of=other)
    newer = marks(store, question, 1, after=mark, but_of=other)
    return Neighbours(newer[-1] if newer else None, older[0] if older else None)


def marks(
    store: Store,
    question: Question,
    limit: int,
    *,
    before: Mark | None = None,
    after: Mark | None = None,
    but_of: int | None = None,
) -> list[Mark]:
    """Up to `limit` visits of the list, newest first: the first ones before a mark, or the last ones after it."""
    checked = check(question)
    start, end = to_ms(checked.period.start), min(to_ms(checked.period.end), to_ms(clock.now() + AHEAD))
    end = end if before is None else min(end, before.started_ms + 1)
    start = start if after is None else max(start, after.started_ms)
    found: list[Mark] = []
    for span in _forward(start, end) if after is not None else _backward(start, end):
        part = _Part(checked, span, before, after, but_of)
        found += part.marks(store, limit - len(found))
        if len(found) >= limit:
            break
    return found if after is None else found[::-1]


def _backward(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of whole days (UTC, as the table is sorted) from the end to the start, each larger than the last one."""
    days = 1
    while start < end:
        begin = max(start, (end - 1) // DAY_MS * DAY_MS - (days - 1) * DAY_MS)
        yield begin, end
        end, days = begin, days * _FASTER


def _forward(start: int, end: int) -> Iterator[tuple[int, int]]:
    days = 1
    while start < end:
        until = min(end, start // DAY_MS * DAY_MS + days * DAY_MS)
        yield start, until
        start, days = until, days * _FASTER


@dataclass(frozen=True, slots=True)
class _Part:
    """The visits that started in one span."""

    question: Question
    span: tuple[int, int]
    before: Mark | None
    after: Mark | None
    but_of: int | None

    def marks(self, store: Store, limit: int) -> list[Mark]:
        """Those next to the mark; newest first, after a mark oldest first."""
        params = Params()
        way = "DESC" if self.after is None else "ASC"
        text = (
            "SELECT toUnixTimestamp64Milli(visit_started) AS started, visit_id AS visit, any(visitor_id) FROM events"
            f" WHERE {' AND '.join(self._conditions(params))} GROUP BY started, visit"
            f" ORDER BY started {way}, visit {way} LIMIT {int(limit)}"
        )
        rows = rows_of(store, text, params.values)
        return [Mark(int(started), int(visit), int(visitor)) for started, visit, visitor in rows]

    def _conditions(self, params: Params) -> list[str]:
        period = Period(clock.from_ms(self.span[0]), clock.from_ms(self.span[1]), self.question.period.zone)
        scope = Scope.of(replace(self.question, period=period, comparison=None), params, clock.now_ms())
        return [*self._events(scope), *self._beside()]

    def _events(self, scope: Scope) -> list[str]:
        """The events that put their visit into the list."""
        filters = scope.filters
        parts = filters.parts if isinstance(filters, And) else () if filters is None else (filters,)
        if all(of_visit(part) for part in parts):  # each event tells; the one that began the visit is always there
            return [scope.rows(), "ts = visit_started", *(scope.compiler().condition(part) for part in parts)]
        widened = scope.rows(LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS)
        return [widened, scope.in_periods("visit_started"), f"({scope.counted()})"]

    def _beside(self) -> list[str]:
        """What the mark and the visitor leave out."""
        found = [] if self.but_of is None else [f"visitor_id != {int(self.but_of)}"]
        for mark, sign in ((self.before, "<"), (self.after, ">")):
            if mark is not None:
                at = f"({int(mark.started_ms)}, toUInt64({int(mark.visit_id)}))"
                found.append(f"(toUnixTimestamp64Milli(visit_started), visit_id) {sign} {at}")
        return found
