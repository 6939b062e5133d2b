"""The metrics: one row each. `docs/figures.md` says the same in words."""

from dataclasses import dataclass
from enum import StrEnum

from trailhouse.core.errors import UserError


class Unit(StrEnum):
    """What a metric's number is."""

    COUNT = "count"  # whole number
    RATIO = "ratio"  # such as pageviews a visit
    PERCENT = "percent"  # 0 to 100
    SECONDS = "seconds"
    MONEY = "money"  # minor units of the site's currency


class Over(StrEnum):
    """What a metric is counted over, and so which columns its SQL may use.

    EVENTS: the events of the period that match (columns of the table; `{plain}` is false for an event that counts once
    a visit). VISITS: the visits that started in the period and have a matching event (pageviews, bounced, ended,
    duration_ms, engagement_ms). ENTRIES: the same, but a page is the one at which the visit began. EXITS: pages that
    those visits showed ({left}: visits that ended there, {shown}: how often it was shown). PAGES: each page of each
    visit with engagement in the period (depth, engaged). GOALS: conversions in the period.
    SHARES: of other figures ({visitors}, {all}, {unconverted}, {group}).
    """

    EVENTS = "events"
    VISITS = "visits"
    ENTRIES = "entries"
    EXITS = "exits"
    PAGES = "pages"
    GOALS = "goals"
    SHARES = "shares"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: its unit, what it is counted over and how. `zero` is its value where nothing happened."""

    name: str
    unit: Unit
    over: Over
    sql: str
    zero: int | None = 0
    needs_goal: bool = False


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("visitors", Unit.COUNT, Over.EVENTS, "uniqExact(visitor_id)"),
        Metric("pageviews", Unit.COUNT, Over.EVENTS, "countIf(name = 'pageview')"),
        Metric("events", Unit.COUNT, Over.EVENTS, "countIf({plain}) + uniqExactIf(visit_id, NOT ({plain}))"),
        Metric("total_revenue", Unit.MONEY, Over.EVENTS, "sum(revenue)"),
        Metric("average_revenue", Unit.MONEY, Over.EVENTS, "avgOrNullIf(revenue, revenue_currency != '')", zero=None),
        Metric("visits", Unit.COUNT, Over.VISITS, "count()"),
        Metric("views_per_visit", Unit.RATIO, Over.VISITS, "avgOrNull(pageviews)", zero=None),
        Metric(
            "bounce_rate",
            Unit.PERCENT,
            Over.VISITS,
            "100 * countIf(bounced AND ended) / nullIf(countIf(ended), 0)",
            zero=None,
        ),
        Metric(
            "entry_bounce_rate",
            Unit.PERCENT,
            Over.ENTRIES,
            "100 * countIf(bounced AND ended) / nullIf(countIf(ended), 0)",
            zero=None,
        ),
        Metric("exit_rate", Unit.PERCENT, Over.EXITS, "100 * {left} / nullIf({shown}, 0)", zero=None),
        Metric("visit_duration", Unit.SECONDS, Over.VISITS, "avgOrNull(duration_ms) / 1000", zero=None),
        Metric("engaged_time", Unit.SECONDS, Over.VISITS, "avgOrNull(engagement_ms) / 1000", zero=None),
        Metric(
            "time_on_page",
            Unit.SECONDS,
            Over.PAGES,
            "sum(engaged) / nullIf(countIf(engaged > 0), 0) / 1000",
            zero=None,
        ),
        Metric("scroll_depth", Unit.PERCENT, Over.PAGES, "avgOrNullIf(depth, depth > 0)", zero=None),
        Metric("goals_reached", Unit.COUNT, Over.GOALS, "{reached}"),
        Metric("goal_value", Unit.MONEY, Over.GOALS, "{worth}"),
        Metric("percentage", Unit.PERCENT, Over.SHARES, "100 * {visitors} / nullIf({all}, 0)", zero=None),
        Metric(
            "conversion_rate",
            Unit.PERCENT,
            Over.SHARES,
            "100 * {visitors} / nullIf({unconverted}, 0)",
            zero=None,
            needs_goal=True,
        ),
        Metric(
            "group_conversion_rate",
            Unit.PERCENT,
            Over.SHARES,
            "100 * {visitors} / nullIf({group}, 0)",
            zero=None,
            needs_goal=True,
        ),
    )
}


def metric(name: str) -> Metric:
    """The metric of that name; UserError for an unknown one."""
    try:
        return METRICS[name]
    except KeyError:
        raise UserError("unknown_metric", f"Unknown metric '{name}'.", f"Use one of {', '.join(METRICS)}.") from None
