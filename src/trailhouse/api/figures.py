"""What reports tell beyond the query: goals, revenue, campaigns and properties. See docs/stats-api.md."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from trailhouse.api.access import STATS, store
from trailhouse.api.answers import answer
from trailhouse.api.asked import COMPARED, OVER_A_PERIOD, Asked, asked
from trailhouse.api.paging import window
from trailhouse.api.plausible import figure, worded
from trailhouse.api.schema import META, MONEY, OF_FIGURES, PAGED, Maybe, doc, parameter
from trailhouse.core.errors import UserError
from trailhouse.sites import campaigns as costs
from trailhouse.stats.answer import Value, ask
from trailhouse.stats.dimensions import Level, dimension
from trailhouse.stats.metrics import METRICS, Unit
from trailhouse.stats.reports import properties as carried
from trailhouse.stats.reports import revenue
from trailhouse.stats.reports.campaigns import (
    BY_CAMPAIGN,
    BY_LINK,
    CampaignQuestion,
    Cost,
    Figures,
    Line,
    campaign_return,
)
from trailhouse.stats.reports.goals import METRICS_OF_ALL, all_goals, every_goal
from trailhouse.stats.strict import LEAST

router = Router(tags=[STATS])

OF_GOAL = {"visitors": 31, "goals_reached": 40, "conversion_rate": 3.1, "goal_value": MONEY}
GOAL = {"id": 7, "name": "Order", "kind": "event", "pattern": "Order", **OF_GOAL, "comparison": Maybe(OF_GOAL)}
OF_REVENUE = {"total_revenue": MONEY, "orders": 3, "average_order": MONEY, "revenue_per_visitor": MONEY}
REVENUE = {
    **OF_REVENUE,
    "comparison": Maybe(OF_REVENUE),
    "by": "visit:source",
    "rows": [{"value": "Google", **OF_REVENUE}],
    "currencies": [{"currency": "EUR", "amount": MONEY, "orders": 3}],
    "meta": META,
}
BY = parameter("by", "The dimension that `rows` are of. Without it `visit:source`.", "visit:source")
OF_CAMPAIGN = {
    "visits": 310, "conversions": 12, "conversion_rate": 3.2, "cost": MONEY, "value": MONEY, "return": MONEY,
    "return_percent": 120.5, "cost_per_visit": MONEY, "cost_per_conversion": MONEY,
}  # fmt: skip
CAMPAIGN = {"campaign": "spring", "source": None, "medium": None, **OF_CAMPAIGN, "comparison": Maybe(OF_CAMPAIGN)}
CAMPAIGNS = {
    "campaigns": [CAMPAIGN], "total": {**OF_CAMPAIGN, "comparison": Maybe(OF_CAMPAIGN)}, "undivided": False,
    "meta": META,
}  # fmt: skip
SPLIT = parameter("by", "`campaign` (without it), or `link`: campaign, source and medium.", "link")
SPLITS = {"campaign": BY_CAMPAIGN, "link": BY_LINK}
PROPERTY = {"property": "plan", "visitors": 120, "events": 340, "values": 3}
NAMED = parameter("search", "Part of the property's name.", "plan")
MOST_PROPERTIES = 300

# What is told of a campaign: its name, what it is of Figures, and its unit.
_OF_CAMPAIGN = (
    ("visits", "visits", Unit.COUNT), ("conversions", "conversions", Unit.COUNT),
    ("conversion_rate", "conversion_rate", Unit.PERCENT), ("cost", "cost", Unit.MONEY), ("value", "value", Unit.MONEY),
    ("return", "gain", Unit.MONEY), ("return_percent", "gain_percent", Unit.PERCENT),
    ("cost_per_visit", "cost_per_visit", Unit.MONEY), ("cost_per_conversion", "cost_per_conversion", Unit.MONEY),
)  # fmt: skip


def _told(what: Asked, unit: Unit, value: Value) -> Any:
    """A figure as the query tells it, but null where it is undefined."""
    return None if value is None else figure(unit, value, what.site.currency)


@router.get(
    "/goals",
    summary="Goals with what they bring",
    openapi_extra=doc({"goals": [GOAL]}, *COMPARED, usual=OF_FIGURES),
)
def list_goal_figures(request: HttpRequest) -> HttpResponse:
    """All goals, most conversions first, also those that nobody reached. What splits one: the query, filtered by it."""
    what = asked(request, compares=True)
    found = every_goal(ask(store(), all_goals(what.question())))

    def figures(values: tuple[Value, ...]) -> dict[str, Any]:
        pairs = zip(METRICS_OF_ALL, values, strict=True)
        return {name: _told(what, METRICS[name].unit, value) for name, value in pairs}

    goals = [
        {"id": goal.id, "name": goal.name, "kind": goal.kind, "pattern": goal.pattern}
        | figures(row.metrics)
        | {"comparison": figures(row.comparison) if row.comparison else None}
        for goal, row in found
    ]
    return answer(request, {"goals": goals})


# -- revenue


@router.get("/revenue", summary="Revenue", openapi_extra=doc(REVENUE, *COMPARED, BY, PAGED, usual=OF_FIGURES))
def get_revenue(request: HttpRequest) -> HttpResponse:
    """What events carried: in all, by the values of a dimension, and by the currency it came in.

    An order is an event with revenue. Revenue per visitor is told by what visits have alone, otherwise it is null.
    """
    what = asked(request, "by", compares=True, paged=True)
    by, page = _dimension(what), window(what.given)
    question = what.question()
    whole = revenue.total(store(), question).first
    part = replace(question, dimensions=(by,), limit=page.limit, offset=page.offset)
    found = revenue.split_answer(store(), part)
    told = {
        **_revenue(what, whole.metrics),
        "comparison": _revenue(what, whole.comparison) if whole.comparison else None,
        "by": by,
        "rows": [{"value": worded(by, row.dimensions[0]), **_revenue(what, row.metrics)} for row in found.rows],
        "currencies": [
            {"currency": one.currency, "amount": figure(Unit.MONEY, one.amount, one.currency), "orders": one.orders}
            for one in revenue.by_currency(store(), question)
        ],
        "meta": page.meta(found.total_rows or 0),
    }
    return answer(request, told)


def _dimension(what: Asked) -> str:
    name = what.given.get("by") or "visit:source"
    if dimension(name).level in (Level.TIME, Level.GOAL):
        raise UserError("wrong_dimension", f"Revenue is not split by {name}.", "Ask the query, or leave `by` away.")
    if what.strict and name in LEAST:
        raise UserError("too_small_a_group", f"Revenue by {name} is not told at a strict site.", status=403)
    return name


def _revenue(what: Asked, values: tuple[Value, ...]) -> dict[str, Any]:
    padded = (*values, *[None] * (len(revenue.UNITS_OF) - len(values)))
    return {
        name: _told(what, unit, value) for (name, unit), value in zip(revenue.UNITS_OF.items(), padded, strict=True)
    }


# -- campaigns


@router.get(
    "/campaigns",
    summary="What campaigns brought and cost",
    openapi_extra=doc(CAMPAIGNS, *COMPARED, SPLIT, PAGED, usual=OF_FIGURES),
)
def list_campaign_figures(request: HttpRequest) -> HttpResponse:
    """Most visits first. `undivided`: the filters narrow visits, while a sum among the costs counts as a whole."""
    what = asked(request, "by", compares=True, paged=True)
    by, page = what.given.get("by") or "campaign", window(what.given)
    if by not in SPLITS:
        raise UserError("wrong_value", "Invalid by.", f"Use {' or '.join(SPLITS)}.")
    spent = tuple(map(Cost.of, costs.costs_of(what.site)))
    wanted = CampaignQuestion(what.context, what.period, spent, SPLITS[by], what.filters, comparison=what.compared)
    found = campaign_return(store(), wanted)
    shown = found.lines[page.offset : page.offset + page.limit]
    told = {
        "campaigns": [
            dict(zip(("campaign", "source", "medium"), (*line.key, None, None)[:3], strict=True)) | _line(what, line)
            for line in shown
        ],
        "total": _line(what, found.total),
        "undivided": found.undivided,
        "meta": page.meta(len(found.lines)),
    }
    return answer(request, told)


def _line(what: Asked, line: Line) -> dict[str, Any]:
    def figures(one: Figures) -> dict[str, Any]:
        return {name: _told(what, unit, getattr(one, attribute)) for name, attribute, unit in _OF_CAMPAIGN}

    return {**figures(line.now), "comparison": figures(line.before) if line.before else None}


# -- properties


@router.get(
    "/properties",
    summary="Properties that events carry",
    openapi_extra=doc({"properties": [PROPERTY]}, *OVER_A_PERIOD, NAMED, usual=OF_FIGURES),
)
def list_properties(request: HttpRequest) -> HttpResponse:
    """Most events first, at most 300. The values of one: the query, split by `event:props:NAME`."""
    what = asked(request, "search")
    found = carried.properties(store(), what.question(limit=MOST_PROPERTIES), what.given.get("search", ""))
    told = [
        {"property": one.name, "visitors": one.visitors, "events": one.events, "values": one.values} for one in found
    ]
    return answer(request, {"properties": told})
