"""Visits and the steps of a visitor as files."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.visit_known import known, numbers_of, recognises
from trailhouse.dashboard.visit_rows import hexadecimal, question
from trailhouse.events import current
from trailhouse.sites.models import Site
from trailhouse.stats.answer import Answer
from trailhouse.stats.export import Cell, ExportColumn, Table
from trailhouse.stats.metrics import Unit
from trailhouse.stats.reports import visitor, visitors
from trailhouse.stats.reports.known import Known
from trailhouse.stats.reports.live import Person
from trailhouse.stats.reports.visits import Mark, Visit

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


def table(site: Site, scope: Scope) -> Table:
    """All visits of the list, read as they are written."""
    return Table("visitors", COLUMNS, _of_list(site, scope))


def live_table(site: Site, scope: Scope, people: Sequence[Person]) -> Table:
    """The visits of who was on the site lately, and when they did something last."""
    cells = _cells(site, scope, [one.visit for one in people])
    rows = [(*cells.of(one.visit), cells.local(one.seen)) for one in people]
    return Table("live", (*COLUMNS, ExportColumn("last_seen")), rows)


def minutes_table(answer: Answer) -> Table:
    """Pageviews by the minute."""
    rows = [(row.dimensions[0], int(row.metrics[0] or 0)) for row in answer.rows]
    return Table("live", (ExportColumn("minute"), ExportColumn("pageviews", Unit.COUNT)), rows)


def steps_table(site: Site, scope: Scope, visitor_id: int) -> Table:
    """Every step of a visitor, the newest visit first."""
    return Table(f"visitor-{hexadecimal(visitor_id)}", STEPS, _of_visitor(site, scope, visitor_id))


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of visits, with what is known of their visitors."""

    scope: Scope
    known: Known = field(default_factory=Known)

    def local(self, at: datetime) -> datetime:
        """The moment where the site is."""
        return at.astimezone(self.scope.span.period.zone)

    def of(self, visit: Visit) -> tuple[Cell, ...]:
        """One line of the file."""
        who = visit.mark.visitor_id
        returning = self.known.returning(visit)
        return (
            self.local(visit.started),
            hexadecimal(who),
            self.known.names.get(who, ""),
            "" if returning is None else "returning" if returning else "new",
            visit.duration_ms / 1000,
            visit.pageviews,
            *(getattr(visit, name) for name in _TEXTS.values()),
            ", ".join(one.goal.name for one in visit.reached),
            sum(one.times for one in visit.reached),
            visit.goal_value,
            visit.revenue,
        )


def _cells(site: Site, scope: Scope, found: Iterable[Visit]) -> _Cells:
    return _Cells(scope, known(site, [visit.mark for visit in found]))


def _of_list(site: Site, scope: Scope) -> Iterator[Sequence[Cell]]:
    for found in visitors.every(current.store(), question(scope)):
        yield from map(_cells(site, scope, found).of, found)


def _of_visitor(site: Site, scope: Scope, visitor_id: int) -> Iterator[Sequence[Cell]]:
    cells, named, who = _Cells(scope), recognises(site), numbers_of(site, visitor_id)
    before: Mark | None = None
    more = True
    while more:
        told, more = visitor.stories(current.store(), scope.site, who, scope.now, before=before)
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
