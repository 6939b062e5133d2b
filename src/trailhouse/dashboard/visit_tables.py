"""Visits and the steps of a visitor as files."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.visit_rows import RETURNS_AFTER, hexadecimal, question
from trailhouse.events import current
from trailhouse.stats.answer import Answer
from trailhouse.stats.export import Cell, ExportColumn, Table
from trailhouse.stats.metrics import Unit
from trailhouse.stats.reports import visitor, visitors
from trailhouse.stats.reports.live import Person
from trailhouse.stats.reports.visitor_names import names_of
from trailhouse.stats.reports.visits import Mark, Visit, first_starts

# Column → what it says of a visit.
_TEXTS = {
    "source": "source", "channel": "channel", "referrer": "referrer", "search_term": "search_term",
    "utm_campaign": "utm_campaign", "entry_page": "entry_path", "exit_page": "exit_path", "country": "country",
    "region": "region", "city": "city", "organisation": "organisation", "browser": "browser",
    "browser_version": "browser_version", "os": "os", "os_version": "os_version", "device": "device",
    "screen": "screen", "language": "language",
}  # fmt: skip
COLUMNS = (
    *(ExportColumn(key) for key in ("started", "visitor", "name", "new_or_returning")),
    ExportColumn("visit_duration", Unit.SECONDS),
    ExportColumn("pageviews", Unit.COUNT),
    *(ExportColumn(key) for key in (*_TEXTS, "goals")),
    ExportColumn("goals_reached", Unit.COUNT),
    ExportColumn("goal_value", Unit.MONEY),
    ExportColumn("total_revenue", Unit.MONEY),
)
STEPS = (
    *(ExportColumn(key) for key in ("visit_started", "time", "step", "text", "hostname", "search", "properties")),
    ExportColumn("engaged_time", Unit.SECONDS),
    ExportColumn("goals"),
    ExportColumn("goal_value", Unit.MONEY),
    ExportColumn("total_revenue", Unit.MONEY),
)


def table(scope: Scope, *, named: bool) -> Table:
    """All visits of the list, read as they are written; `named`: with names and who returns, at such a site."""
    return Table("visitors", COLUMNS, _of_list(scope, named=named))


def live_table(scope: Scope, people: Sequence[Person], *, named: bool) -> Table:
    """The visits of who was on the site lately, and when they did something last."""
    cells = _cells(scope, [one.visit for one in people], named=named)
    rows = [(*cells.of(one.visit), cells.local(one.seen)) for one in people]
    return Table("live", (*COLUMNS, ExportColumn("last_seen")), rows)


def minutes_table(answer: Answer) -> Table:
    """Pageviews by the minute."""
    rows = [(row.dimensions[0], int(row.metrics[0] or 0)) for row in answer.rows]
    return Table("live", (ExportColumn("minute"), ExportColumn("pageviews", Unit.COUNT)), rows)


def steps_table(scope: Scope, visitor_id: int, *, named: bool) -> Table:
    """Every step of a visitor, the newest visit first."""
    return Table(f"visitor-{hexadecimal(visitor_id)}", STEPS, _of_visitor(scope, visitor_id, named=named))


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of visits, with what is known of their visitors."""

    scope: Scope
    names: Mapping[int, str]
    first: Mapping[int, datetime]

    def local(self, at: datetime) -> datetime:
        """The moment where the site is."""
        return at.astimezone(self.scope.span.period.zone)

    def of(self, visit: Visit) -> tuple[Cell, ...]:
        """One line of the file."""
        who = visit.mark.visitor_id
        first = self.first.get(who)
        told = "" if first is None else "returning" if visit.started - first >= RETURNS_AFTER else "new"
        return (
            self.local(visit.started),
            hexadecimal(who),
            self.names.get(who, ""),
            told,
            visit.duration_ms / 1000,
            visit.pageviews,
            *(getattr(visit, name) for name in _TEXTS.values()),
            ", ".join(one.goal.name for one in visit.reached),
            sum(one.times for one in visit.reached),
            visit.goal_value,
            visit.revenue,
        )


def _cells(scope: Scope, found: Iterable[Visit], *, named: bool) -> _Cells:
    store, number = current.store(), scope.site.site_id
    who: Collection[int] = {visit.mark.visitor_id for visit in found} if named else ()
    return _Cells(scope, names_of(store, number, who), first_starts(store, number, who))


def _of_list(scope: Scope, *, named: bool) -> Iterator[Sequence[Cell]]:
    for found in visitors.every(current.store(), question(scope)):
        yield from map(_cells(scope, found, named=named).of, found)


def _of_visitor(scope: Scope, visitor_id: int, *, named: bool) -> Iterator[Sequence[Cell]]:
    cells = _Cells(scope, {}, {})
    before: Mark | None = None
    more = True
    while more:
        told, more = visitor.stories(current.store(), scope.site, visitor_id, scope.now, before=before)
        for story in told:
            started = cells.local(story.visit.started)
            yield from ((started, cells.local(step.at), *_said(step, named=named)) for step in story.steps)
        more, before = more and bool(told), told[-1].visit.mark if told else None


def _said(step: visitor.Step, *, named: bool) -> tuple[Cell, ...]:
    return (
        step.kind,
        "" if step.kind == "named" and not named else step.text,
        step.hostname,
        step.search,
        json.dumps(dict(step.props), ensure_ascii=False) if step.props else "",
        None if step.engaged_ms is None else step.engaged_ms / 1000,
        ", ".join(goal.name for goal in step.reached),
        sum(goal.value_minor or 0 for goal in step.reached),
        step.revenue or 0,
    )
