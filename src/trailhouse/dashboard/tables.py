"""The tables behind the report pages, for files and the API: the same figures, all rows, exact."""

from collections.abc import Iterator, Sequence
from typing import Any

from trailhouse.accounts.models import User
from trailhouse.dashboard import reports
from trailhouse.dashboard.account_page import rows_shown
from trailhouse.dashboard.account_rows import Row as SiteRow
from trailhouse.dashboard.account_state import AccountState
from trailhouse.dashboard.panels import Panel, Tab
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.vocabulary import FIELDS, FIGURES, Field
from trailhouse.sites import selectors
from trailhouse.sites.notices import script_url
from trailhouse.sites.snippets import snippet
from trailhouse.stats.answer import Answer, Row, Value
from trailhouse.stats.export import Cell, ExportColumn, Table
from trailhouse.stats.metrics import Unit, metric


def days_of(scope: Scope) -> str:
    """The period in the name of a file."""
    period = scope.span.period
    return f"{period.first_day}-{period.last_day}"


# -- a list


def of_list(scope: Scope, panel: Panel, tab: Tab) -> Table:
    """All rows of a list, as they are searched and filtered: up to MOST_EXPORTED of them.

    A value that people read otherwise than it is stored has two columns: `country` and `country_name`. `share` is of
    all visitors, in per cent.
    """
    whole, found = reports.asked([scope.visitors(), scope.every_row(tab)])
    answer = reports.told(found, scope)
    fields = tuple(FIELDS[short] for short in tab.fields)
    metrics = [ExportColumn(column.metric, metric(column.metric).unit) for column in tab.columns]
    columns = (
        *(ExportColumn(key) for one in fields for key in _keys(one)),
        metrics[0],
        ExportColumn("share", Unit.PERCENT),
        *metrics[1:],
    )
    rows = (_list_row(row, fields, whole.first.metrics[0]) for row in answer.rows)
    return Table(f"{panel.key}-{tab.key}-{days_of(scope)}", columns, rows)


def _keys(one: Field) -> tuple[str, ...]:
    return (one.short,) if one.name is str else (one.short, f"{one.short}_name")


def _list_row(row: Row, fields: Sequence[Field], whole: Value) -> list[Cell]:
    cells: list[Cell] = []
    for one, value in zip(fields, row.dimensions, strict=True):
        cells += [value] if one.name is str else [value, one.name(value) if value else str(one.unknown)]
    first = row.metrics[0] or 0
    return [*cells, row.metrics[0], 100 * first / whole if whole else None, *row.metrics[1:]]


# -- the overview


def of_overview(scope: Scope) -> Table:
    """The six figures: of the whole period first, then of each interval, with those that they are compared with.

    `interval` is period, or what the chart is cut by; `start` the first day, or the first moment, of each.
    """
    whole, parts = reports.asked([scope.figures(), scope.figures_over_time()])
    names = [figure.metric for figure in FIGURES]
    compared = scope.span.comparison is not None
    columns = [ExportColumn("interval"), ExportColumn("start"), *_figures(names)]
    if compared:
        columns += [ExportColumn("compared_start"), *_figures([f"compared_{name}" for name in names], names)]
    rows = _overview_rows(scope, whole, parts, compared=compared)
    return Table(f"overview-{days_of(scope)}", tuple(columns), rows)


def _figures(keys: Sequence[str], names: Sequence[str] = ()) -> list[ExportColumn]:
    return [ExportColumn(key, metric(name).unit) for key, name in zip(keys, names or keys, strict=True)]


def _overview_rows(scope: Scope, whole: Answer, parts: Answer, *, compared: bool) -> Iterator[list[Cell]]:
    nothing: list[Value] = [None] * len(FIGURES)
    period: list[Cell] = ["period", str(scope.span.period.first_day), *whole.first.metrics]
    if compared:
        assert scope.span.comparison is not None
        period += [str(scope.span.comparison.first_day), *(whole.first.comparison or nothing)]
    yield period
    for row in parts.rows:
        if row.bucket is None or row.bucket.start >= scope.now:
            continue
        cells: list[Cell] = [scope.span.unit, row.bucket.label, *row.metrics]
        if compared:
            earlier = row.comparison_bucket
            cells += [earlier.label if earlier else None, *((row.comparison or nothing) if earlier else nothing)]
        yield cells


# -- all sites


def of_sites(user: User, state: AccountState) -> Table:
    """The figures of all sites that the account page would list, in its order: of 30 days, and of the 30 before."""
    keys: list[tuple[str, Unit | None]] = [(key, None) for key in ("site", "name", "account", "client", "labels")]
    keys += [("state", None), ("visitors", Unit.COUNT), ("visitors_before", Unit.COUNT)]
    keys += [("pageviews", Unit.COUNT), ("pageviews_before", Unit.COUNT), ("visitors_now", Unit.COUNT)]
    columns = tuple(ExportColumn(key, unit) for key, unit in keys)
    return Table("sites", columns, (_site_cells(row) for row in rows_shown(user, state)))


def of_scripts(user: User, numbers: Sequence[int]) -> Table:
    """The scripts of those of the sites with these numbers that `user` may see: what is pasted into each."""
    columns = tuple(ExportColumn(key) for key in ("site", "client", "script", "page"))
    sites = selectors.sites_of(user).filter(pk__in=numbers).select_related("client")
    rows: Iterator[list[Cell]] = (
        [site.domain, site.client.name if site.client else "", snippet(site), script_url(site)] for site in sites
    )
    return Table("scripts", columns, rows)


def _site_cells(row: SiteRow) -> list[Cell]:
    site = row.site
    figures: list[Any] = [None] * 4
    if row.figures is not None:
        figures = [
            value
            for name in ("visitors", "pageviews")
            for value in (row.figures[name].period, row.figures[name].before)
        ]
    named: list[Cell] = [site.domain, site.name, site.account, site.client, ", ".join(site.labels), str(row.state)]
    return [*named, *figures, row.now]
