"""The totals of a site by day, as a table."""

from collections.abc import Iterator

from trailhouse.core.periods import Period
from trailhouse.events import current
from trailhouse.sites import selectors
from trailhouse.sites.models import Site
from trailhouse.stats.answer import ask
from trailhouse.stats.export import Cell, ExportColumn, Table
from trailhouse.stats.metrics import metric
from trailhouse.stats.question import Question, SiteContext

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
    context = SiteContext.of(selectors.context(site))
    answer = ask(current.store(), Question(context, period, METRICS, ("time:day",)))
    columns = (ExportColumn("day"), *(ExportColumn(name, metric(name).unit) for name in METRICS))

    def rows() -> Iterator[list[Cell]]:
        for row in answer.rows:
            yield [row.bucket.label if row.bucket else "", *row.metrics]

    return Table("totals", columns, rows())
