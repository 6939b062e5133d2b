"""The totals of a site by day, as a table."""

from collections.abc import Iterator
from typing import cast

from trailhouse.core.periods import Period
from trailhouse.events import current
from trailhouse.sites import selectors
from trailhouse.sites.models import Site
from trailhouse.stats.answer import ask
from trailhouse.stats.export import Cell, ExportColumn, Table
from trailhouse.stats.metrics import metric
from trailhouse.stats.question import Goal, GoalKind, Question, SiteContext

METRICS = (
    "visitors",
    "visits",
    "pageviews",
    "events",
    "bounce_rate",
    "visit_duration",
    "goals_reached",
    "total_revenue",
)


def totals(site: Site, period: Period) -> Table:
    """The figures of each day of a period: what the overview shows, and events and revenue."""
    values = selectors.context(site)
    context = SiteContext(
        site_id=values.site_id,
        timezone=values.timezone,
        visit_timeout_s=values.visit_timeout_s,
        currency=values.currency,
        goals=tuple(Goal(g.id, g.name, cast(GoalKind, g.kind), g.pattern, g.value_minor) for g in values.goals),
    )
    answer = ask(current.store(), Question(context, period, METRICS, ("time:day",)))
    columns = (ExportColumn("day"), *(ExportColumn(name, metric(name).unit) for name in METRICS))

    def rows() -> Iterator[list[Cell]]:
        for row in answer.rows:
            yield [row.bucket.label if row.bucket else "", *row.metrics]

    return Table("totals", columns, rows())
