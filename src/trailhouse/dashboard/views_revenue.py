"""Revenue: what came in, over time and by anything that visits and orders have."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from trailhouse.dashboard import exporting, formats, menus, outcomes
from trailhouse.dashboard.lists import lines
from trailhouse.dashboard.outcomes import Figure, Opened
from trailhouse.dashboard.panels import Column, Tab
from trailhouse.dashboard.questions import LIST_ROWS, Scope
from trailhouse.dashboard.views_goals import with_money
from trailhouse.dashboard.vocabulary import Field
from trailhouse.events import current
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Section, Site
from trailhouse.stats.answer import Answer
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.question import Question
from trailhouse.stats.reports import revenue as counted
from trailhouse.stats.reports.revenue import UNITS_OF, InCurrency

FIGURES: tuple[Figure, ...] = (
    Figure("total_revenue", _("Revenue"), _("No revenue in this period")),
    Figure("orders", _("Orders"), _("No orders in this period")),
    Figure("average_order", _("Average order"), _("No orders in this period")),
    Figure("revenue_per_visitor", _("Revenue per visitor"), _("No revenue in this period")),
)
COLUMNS = tuple(Column(figure.metric, figure.label) for figure in FIGURES)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def revenue(request: HttpRequest, site: Site, by: str = "") -> HttpResponseBase:
    """The revenue of a site. Raises Http404 for what it cannot be split by."""
    page = outcomes.opened(request, site, "revenue", tuple(UNITS_OF))
    if isinstance(page, HttpResponse):
        return page
    split = outcomes.split_of(request, site, by)
    if form := exporting.wanted(request):
        return exporting.response(form, site, table(split_answer(page.scope, split), split))
    return outcomes.shown(request, "revenue/revenue.html", page.context | _drawn(request, site, page, split))


# -- what is asked


def question_of(scope: Scope) -> Question:
    """The page's period and filters."""
    return Question(
        scope.site,
        scope.span.period,
        ("visitors",),
        filters=scope.narrowed(),
        comparison=scope.span.comparison,
        limit=LIST_ROWS,
        offset=LIST_ROWS * (scope.state.page - 1),
    )


def split_answer(scope: Scope, split: Field) -> Answer:
    """One page of the values of a dimension that have revenue, as an answer; revenue per visitor by visits alone."""
    return counted.split_answer(current.store(), replace(question_of(scope), dimensions=(split.dimension,)))


def table(found: Answer, split: Field) -> Table:
    """The revenue by the values of a dimension."""
    columns = (ExportColumn(split.short), *(ExportColumn(name, unit) for name, unit in found.units.items()))
    return Table(f"revenue-by-{split.short}", columns, [(*row.dimensions, *row.metrics) for row in found.rows])


# -- words


def _drawn(request: HttpRequest, site: Site, page: Opened, split: Field) -> dict[str, Any]:
    scope, store, question = page.scope, current.store(), question_of(page.scope)
    whole = counted.total(store, question)
    timed = replace(question, dimensions=(f"time:{scope.span.unit}",), comparison=scope.span.drawn)
    drawn = outcomes.chart(counted.over_time(store, timed, page.figure), scope)
    found = split_answer(scope, split)
    currencies = counted.by_currency(store, question)
    tab = Tab("by", split.label, split.label, (split.short,), COLUMNS[: len(found.units)])
    names = counted.properties(store, question, carried=True)
    return {
        "boxes": outcomes.boxes(FIGURES, whole, scope.state, site.currency, page.figure),
        "chart": drawn,
        "chosen": next(figure for figure in FIGURES if figure.metric == page.figure),
        "nothing": not whole.first.metrics[1],
        "splits": outcomes.splits(request, site, "revenue_by", (), split.short, names),
        "split": split,
        "tab": tab,
        "columns": tab.columns[1:],
        "lines": with_money(lines(found, tab, scope, whole.first.metrics[0]), found, site.currency),
        "currencies": [_in_currency(one) for one in currencies] if _several(currencies, site) else [],
        **menus.pages(scope.state, found.total_rows or 0, LIST_ROWS),
    }


def _several(currencies: tuple[InCurrency, ...], site: Site) -> bool:
    """Whether anything came in in another currency than the site's."""
    return any(one.currency != site.currency for one in currencies)


def _in_currency(one: InCurrency) -> tuple[str, str, str]:
    return one.currency, formats.money(one.amount, one.currency), formats.count(one.orders)
