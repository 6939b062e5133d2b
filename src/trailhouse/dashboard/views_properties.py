"""What the events of a site carry: the properties, and the values of one of them."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from trailhouse.dashboard import addresses, exporting, formats, menus, reports, vocabulary
from trailhouse.dashboard.conditions import shown
from trailhouse.dashboard.grammar import Condition
from trailhouse.dashboard.lists import web_address
from trailhouse.dashboard.panels import Column
from trailhouse.dashboard.questions import LIST_ROWS, Scope
from trailhouse.dashboard.state import State
from trailhouse.dashboard.vocabulary import PROPERTY
from trailhouse.events import current
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Section, Site
from trailhouse.stats.answer import Answer
from trailhouse.stats.dimensions import LONGEST_PROPERTY
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.filters import Contains, IsEmpty
from trailhouse.stats.metrics import Unit
from trailhouse.stats.question import Question
from trailhouse.stats.reports.properties import Property, properties

MOST_PROPERTIES = 300
COLUMNS = (
    Column("visitors", _("Visitors")),
    Column("events", _("Events")),
    Column("total_revenue", _("Revenue")),
)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def names(request: HttpRequest, site: Site) -> HttpResponseBase:
    """The properties that the events of the period carry."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    scope = reports.scope_for(site, state)
    asked = Question(scope.site, scope.span.period, ("visitors",), filters=scope.narrowed(), limit=MOST_PROPERTIES)
    found = properties(current.store(), asked)
    if form := exporting.wanted(request):
        return exporting.response(form, site, names_table(found))
    carry = f"?{query}" if (query := state.carried().query()) else ""
    most = max((one.events for one in found), default=0)
    lines = [
        {
            "name": one.name,
            "link": addresses.of(request, site, "property", one.name) + carry,
            "width": f"{100 * one.events / most:.1f}%",
            "visitors": formats.count(one.visitors),
            "events": formats.count(one.events),
            "values": formats.count(one.values),
        }
        for one in found
    ]
    return _page(request, site, scope, {"lines": lines}, "names.html")


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def values(request: HttpRequest, site: Site, prop: str) -> HttpResponseBase:
    """The values of one property, each a link that filters by it."""
    field = vocabulary.field(PROPERTY + prop)
    if field is None or len(prop) > LONGEST_PROPERTY or not prop.isprintable():
        raise Http404
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    scope = reports.scope_for(site, state)
    search = Contains(field.dimension, (state.search,), case_sensitive=False) if state.search else None
    asked = Question(
        scope.site,
        scope.span.period,
        tuple(column.metric for column in COLUMNS),
        (field.dimension,),
        filters=scope.narrowed(IsEmpty(field.dimension, negated=True), search),
        order_by=(("events", "desc"), (field.dimension, "asc")),
        limit=LIST_ROWS,
        offset=LIST_ROWS * (state.page - 1),
        total_rows=True,
    )
    form = exporting.wanted(request)
    (answer,) = reports.asked([replace(asked, limit=10_000, offset=0) if form else asked])
    if form:
        return exporting.response(form, site, values_table(answer, prop))
    context = {"prop": prop, "columns": COLUMNS, "keep_search": menus.kept(state, "q", "page")}
    context |= {"lines": _lines(site, state, field, answer)}
    context |= menus.counted_pages(state, answer.total_rows or 0, len(answer.rows), LIST_ROWS)
    return _page(request, site, scope, context, "values.html")


def _lines(site: Site, state: State, field: vocabulary.Field, answer: Answer) -> list[dict[str, object]]:
    """A line for each value, with a bar beside the one that came most often."""
    most = max((row.metrics[1] or 0 for row in answer.rows), default=0)
    return [
        {
            "name": shown(field, row.dimensions[0]),
            "out": web_address(row.dimensions[0]),
            "link": state.toggled(field.short, row.dimensions[0]).url(),
            "chosen": Condition(field.short, "is", row.dimensions) in state.filters,
            "width": f"{100 * (row.metrics[1] or 0) / most:.1f}%" if most else "0",
            "cells": [
                (column.label, formats.value(amount, answer.units[column.metric], site.currency))
                for column, amount in zip(COLUMNS, row.metrics, strict=True)
            ],
        }
        for row in answer.rows
    ]


def names_table(found: list[Property]) -> Table:
    """The properties as a file has them."""
    columns = (
        ExportColumn("property"),
        *(ExportColumn(name, Unit.COUNT) for name in ("visitors", "events", "values")),
    )
    return Table("properties", columns, [(one.name, one.visitors, one.events, one.values) for one in found])


def values_table(answer: Answer, prop: str) -> Table:
    """The values of a property as a file has them."""
    columns = (ExportColumn(prop), *(ExportColumn(c.metric, answer.units[c.metric]) for c in COLUMNS))
    return Table("property", columns, [(*row.dimensions, *row.metrics) for row in answer.rows])


def _page(request: HttpRequest, site: Site, scope: Scope, values: Mapping[str, object], name: str) -> HttpResponse:
    (live,) = reports.asked([scope.live()])
    context = reports.frame(request, site, scope.state, "properties") | dict(values)
    context |= {"head": menus.head_of(scope.state, scope.span), "exports": True, "live": live.first.metrics[0]}
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"properties/{name}{part}", context)
