"""The return of campaigns once more, slowly and obviously: day by day and visit by visit."""

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.stats.figures import Figures
from tests.stats.reference import World
from trailhouse.core import clock
from trailhouse.core.periods import Period, start_of
from trailhouse.stats.conditions import unconverted
from trailhouse.stats.filters import And, Filter, Is, IsEmpty
from trailhouse.stats.question import Question
from trailhouse.stats.reports import campaigns

Key = tuple[str, ...]
Line = tuple[int, int, float | None, int, int]  # visits, conversions, rate, cost, value


def share(cost: campaigns.Cost, period: Period) -> int:
    """The days of a sum that begin in the period, each with what it adds to the whole cents."""
    days = [cost.first + timedelta(n) for n in range((cost.last - cost.first).days + 1)]
    found = 0
    for n, day in enumerate(days):
        if period.start <= start_of(day, period.zone) < period.end:
            found += cost.amount * (n + 1) // len(days) - cost.amount * n // len(days)
    return found


def lines(
    world: World, period: Period, split: Key, filters: Filter | None, costs: tuple[campaigns.Cost, ...], now_ms: int
) -> dict[Key, Line]:
    """All lines by their values; () is the total."""
    given = filters.parts if isinstance(filters, And) else (filters,) if filters else ()
    own = And((*given, IsEmpty(campaigns.CAMPAIGN, negated=True)))
    spent = _spent(world, period, split, own, given, costs, now_ms)
    found: dict[Key, Line] = {}
    for dimensions in (split, ()):
        question = Question(world.site, period, campaigns.METRICS, dimensions, own)
        brought = Figures(world, question, period, now_ms).table()
        open_to_all = unconverted(own)
        came = Figures(
            world, Question(world.site, period, ("visits",), dimensions, open_to_all), period, now_ms
        ).table()
        reached = And((*own.parts, Is("event:goal", tuple(goal.name for goal in world.site.goals))))
        rates = Figures(world, Question(world.site, period, ("visits",), dimensions, reached), period, now_ms).table()
        for key in brought if dimensions == () else {*brought, *(key for key, cost in spent.items() if cost)}:
            line = brought.get(key, {})
            if key not in spent and dimensions and not {*line} & {*campaigns.METRICS}:
                continue  # only engagement pings
            rate = rates.get(key, {}).get("group_conversion_rate") if rates.get(key, {}).get("visitors") else None
            if rate is None and came.get(key, {}).get("visitors"):
                rate = 0.0
            cost = sum(spent.values()) if dimensions == () else spent.get(key, 0)
            value = int(line.get("goal_value") or 0) + int(line.get("total_revenue") or 0)
            visits, conversions = int(line.get("visits") or 0), int(line.get("goals_reached") or 0)
            if (
                dimensions == () or visits or conversions or cost or value
            ):  # what did nothing and cost nothing is no line
                found[key] = (visits, conversions, rate if visits or conversions else None, cost, value)
    return found


def _spent(
    world: World,
    period: Period,
    split: Key,
    own: And,
    given: tuple[Filter, ...],
    costs: tuple[campaigns.Cost, ...],
    now_ms: int,
) -> dict[Key, int]:
    """What each line cost."""
    spent: dict[Key, int] = defaultdict(int)
    zone = ZoneInfo(world.site.timezone)
    figures = Figures(world, Question(world.site, period, ("visits",), campaigns.BY_LINK, own), period, now_ms)
    for cost in costs:
        if not cost.per_visit:
            if all(_left(part, cost) for part in given):
                spent[cost.link[: len(split)]] += share(cost, period)
            continue
        start = clock.to_ms(start_of(cost.first, zone))
        end = clock.to_ms(start_of(cost.last + timedelta(1), zone))
        for visit in world.visits.values():
            event = visit.events[0]
            link = (event.utm_campaign, event.utm_source, event.utm_medium)
            counts = figures.start <= visit.started < figures.end and any(map(figures.counts, visit.events))
            fits = cost.campaign == link[0] and cost.source in ("", link[1]) and cost.medium in ("", link[2])
            if counts and fits and start <= visit.started < end:
                spent[link[: len(split)]] += cost.amount
    return spent


def _left(part: Filter, cost: campaigns.Cost) -> bool:
    """Whether a sum is still there under a condition: one that it cannot answer leaves it there."""
    if not isinstance(part, Is):
        return True
    value = {"visit:utm_campaign": cost.campaign, "visit:utm_source": cost.source, "visit:utm_medium": cost.medium}
    if part.dimension not in value or (part.dimension != "visit:utm_campaign" and not value[part.dimension]):
        return True
    fold = str if part.case_sensitive else str.lower
    return (fold(value[part.dimension]) in [fold(v) for v in part.values]) != part.negated
