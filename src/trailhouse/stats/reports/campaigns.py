"""What campaigns cost and what they brought: visits, conversions, value, and what is left of it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from trailhouse.core import clock
from trailhouse.core.periods import DAY, Period, start_of
from trailhouse.events.store import Store
from trailhouse.stats import filters as conditions
from trailhouse.stats.answer import Answer, ask, ask_all, rows_of
from trailhouse.stats.check import check
from trailhouse.stats.conditions import Compiler, unconverted
from trailhouse.stats.dimensions import GOAL
from trailhouse.stats.filters import And, Filter, HasDone, HasNotDone, Is, IsEmpty
from trailhouse.stats.goals import in_scope
from trailhouse.stats.metrics import Metric, Over, Unit
from trailhouse.stats.params import Params
from trailhouse.stats.question import MOST_ROWS, Question, SiteContext
from trailhouse.stats.rows import Value
from trailhouse.stats.scope import Scope
from trailhouse.stats.sides import side

Key = tuple[str, ...]

CAMPAIGN = "visit:utm_campaign"
BY_CAMPAIGN: Key = (CAMPAIGN,)
BY_LINK: Key = (CAMPAIGN, "visit:utm_source", "visit:utm_medium")
METRICS = ("visits", "goals_reached", "goal_value", "total_revenue")
_COLUMNS = {name: name.removeprefix("visit:") for name in BY_LINK}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a campaign cost from `first` to `last`, local days, both within: in all, or for each visit it brought.

    `amount` is in minor units of the site's currency. `source` and `medium` narrow it to links that say so; "" is any.
    """

    campaign: str
    first: date
    last: date
    amount: int
    per_visit: bool = False
    source: str = ""
    medium: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first or self.amount < 0 or not self.campaign:
            raise ValueError(f"{self!r}: a cost has a campaign, days in order and no less than nothing")

    @classmethod
    def of(cls, values: Any) -> "Cost":
        """A cost by its plain values (`sites.campaigns.CostValue`)."""
        by_visit = values.kind == "click"
        return cls(
            values.campaign, values.first, values.last, values.amount_minor, by_visit, values.source, values.medium
        )

    @property
    def link(self) -> Key:
        """The values of BY_LINK."""
        return self.campaign, self.source, self.medium


Span = tuple[Cost, int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a campaign did in a period. Money in minor units; what is undefined is None.

    `value` is that of the goals that were reached, and the revenue that events carried. Without a cost nothing is said
    of what was got for it: only `gain` is defined then, and is the value.
    """

    visits: int = 0
    conversions: int = 0
    conversion_rate: float | None = None  # visitors who reached a goal, of all its visitors; None without a visit
    cost: int = 0
    value: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything to tell: pings alone, or events of a visit of another period, are nothing."""
        return bool(self.visits or self.conversions or self.cost or self.value)

    @property
    def gain(self) -> int:
        """Value minus cost."""
        return self.value - self.cost

    @property
    def gain_percent(self) -> float | None:
        """The gain in per cent of the cost."""
        return 100 * self.gain / self.cost if self.cost else None

    @property
    def cost_per_visit(self) -> float | None:
        """In minor units."""
        return self.cost / self.visits if self.cost and self.visits else None

    @property
    def cost_per_conversion(self) -> float | None:
        """In minor units."""
        return self.cost / self.conversions if self.cost and self.conversions else None


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign, or one campaign by a source and a medium; `before` is the comparison, None without one."""

    key: Key
    now: Figures
    before: Figures | None = None


@dataclass(frozen=True, slots=True)
class CampaignQuestion:
    """What is asked: split by BY_CAMPAIGN or BY_LINK, narrowed by `filters`, with the costs of the site."""

    site: SiteContext
    period: Period
    costs: tuple[Cost, ...] = ()
    split: Key = BY_CAMPAIGN
    filters: Filter | None = None
    comparison: Period | None = None


@dataclass(frozen=True, slots=True)
class CampaignReturn:
    """The lines, those with most visits first, and all together.

    `undivided`: the filter narrows visits, while a sum among the costs is there as a whole.
    """

    lines: tuple[Line, ...]
    total: Line
    undivided: bool


def campaign_return(store: Store, asked: CampaignQuestion) -> CampaignReturn:
    """The return of every campaign that brought or cost something in the period. Raises UserError as `ask` does."""
    asked = replace(asked, filters=_resolved(asked))
    periods = (asked.period,) if asked.comparison is None else (asked.period, asked.comparison)
    questions = [question for period in periods for question in _questions(asked, period)]
    answers = ask_all(store, questions)
    each = len(questions) // len(periods)
    spent, undivided = _spent_in_all(store, asked)
    sides = [
        _figures(store, answers[at * each : (at + 1) * each], _costs(store, asked, period, spent))
        for at, period in enumerate(periods)
    ]
    (now, total), (before, total_before) = sides[0], sides[1] if len(sides) > 1 else ({}, None)
    before = {key: own for key, own in before.items() if own.any}
    lines = [
        Line(key, own, before.get(key, Figures()) if asked.comparison is not None else None)
        for key, own in now.items()
        if own.any
    ]
    lines.sort(key=lambda line: (-line.now.visits, -line.now.cost, line.key))
    counted = any(_share(cost, period) for cost in spent for period in periods)
    return CampaignReturn(tuple(lines), Line((), total, total_before), undivided and counted)


def _resolved(asked: CampaignQuestion) -> Filter | None:
    if asked.filters is None:
        return None
    conditions.check_size(asked.filters)
    return conditions.resolve(asked.filters, asked.site.segments)


def _parts(condition: Filter | None) -> tuple[Filter, ...]:
    """The conditions that hold together."""
    return condition.parts if isinstance(condition, And) else () if condition is None else (condition,)


# -- what they brought


def _questions(asked: CampaignQuestion, period: Period) -> tuple[Question, ...]:
    """All figures by line; where there are goals also who reached one and who could have, by line and in all."""
    own = And((*_parts(asked.filters), IsEmpty(CAMPAIGN, negated=True)))
    figures = Question(asked.site, period, METRICS, asked.split, own, limit=MOST_ROWS)
    goals = in_scope(asked.site, asked.filters)
    if not goals:
        return (figures,)
    came = replace(figures, metrics=("visitors",), filters=unconverted(own))
    reached = replace(came, filters=And((*own.parts, Is(GOAL, tuple(goal.name for goal in goals)))))
    return figures, reached, came, *(replace(question, dimensions=()) for question in (reached, came))


def _figures(store: Store, answers: Sequence[Answer], costs: Mapping[Key, int]) -> tuple[dict[Key, Figures], Figures]:
    """The figures of each line of one period, and of all."""
    brought, shares = answers[0], [{row.dimensions: row.metrics[0] or 0 for row in answer.rows} for answer in answers]
    reached, came, all_reached, all_came = shares[1:] or [{}] * 4
    lines = {
        row.dimensions: _one(row.metrics, _rate(reached, came, row.dimensions), costs.get(row.dimensions, 0))
        for row in brought.rows
    }
    lines |= {key: Figures(cost=cost) for key, cost in costs.items() if key not in lines and cost}
    sums: Sequence[Value]
    if len(brought.rows) < MOST_ROWS:  # a visit is of one campaign, so its figures add up
        sums = [sum(amount or 0 for amount in brought.column(name)) for name in METRICS]
    else:
        sums = ask(store, replace(brought.question, dimensions=())).first.metrics
    return lines, _one(sums, _rate(all_reached, all_came, ()), sum(costs.values()))


def _rate(reached: Mapping[Key, float], came: Mapping[Key, float], key: Key) -> float | None:
    return 100 * reached.get(key, 0) / came[key] if came.get(key) else None


def _one(metrics: Sequence[Value], rate: float | None, cost: int) -> Figures:
    visits, conversions, value, revenue = (int(metric or 0) for metric in metrics)
    return Figures(visits, conversions, rate if visits or conversions else None, cost, value + revenue)


# -- what they cost


def allocated(cost: Cost, period: Period) -> int:
    """How much of a sum belongs to a period, to the cent: each day of its span has an equal share.

    A day belongs to the period in which it begins, so that the shares of adjacent periods add up to the whole.
    """
    days = (cost.last - cost.first).days + 1

    def until(moment: datetime) -> int:
        begun = bisect_left(range(days), moment, key=lambda day: start_of(cost.first + day * DAY, period.zone))
        return cost.amount * begun // days

    return until(period.end) - until(period.start)


def _share(cost: Cost, period: Period) -> int:
    return 0 if cost.per_visit else allocated(cost, period)


def _costs(store: Store, asked: CampaignQuestion, period: Period, spent: Iterable[Cost]) -> Counter[Key]:
    """The costs of a period by the lines that they belong to."""
    found: Counter[Key] = Counter()
    for cost in spent:
        found[cost.link[: len(asked.split)]] += allocated(cost, period)
    for link, amount in _by_visits(store, asked, period):
        found[link[: len(asked.split)]] += amount
    return found


def _spent_in_all(store: Store, asked: CampaignQuestion) -> tuple[list[Cost], bool]:
    """The sums among the costs that the filter leaves, and whether it asks for more than they can tell."""
    sums = [cost for cost in asked.costs if not cost.per_visit]
    parts = _parts(asked.filters)
    told = [part for part in parts if _told_by_link(part)]
    if not sums or not told:
        return sums, len(told) < len(parts)
    params = Params()
    columns = ", ".join(params.texts(values) for values in zip(*(cost.link for cost in sums), strict=True))
    names = ", ".join(f"t.{at} AS {name}" for at, name in enumerate(_COLUMNS.values(), 1))
    compiler = Compiler(asked.site, params, "0")
    narrowed = " AND ".join(f"({' OR '.join([compiler.condition(part), *_unsaid(part)])})" for part in told)
    left = rows_of(
        store,
        f"SELECT n FROM (SELECT {names}, t.4 AS n FROM"
        f" (SELECT arrayJoin(arrayZip({columns}, range({len(sums)}))) AS t)) WHERE {narrowed}",
        params.values,
    )
    kept = [sums[int(row[0])] for row in left]
    whole = any(not getattr(cost, name) for cost in kept for part in told for name in _narrowing(part))
    return kept, whole or len(told) < len(parts)


def _told_by_link(part: Filter) -> bool:
    """Whether a condition asks only what a cost says of its links."""
    if isinstance(part, HasDone | HasNotDone):
        return False
    if inner := conditions.children(part):
        return all(_told_by_link(one) for one in inner)
    return all(test.dimension in BY_LINK for test in conditions.tests_in(part))


def _narrowing(part: Filter) -> list[str]:
    """Which of source and medium a condition asks for."""
    asked = {test.dimension for test in conditions.tests_in(part)}
    return [name for name in ("source", "medium") if f"visit:utm_{name}" in asked]


def _unsaid(part: Filter) -> list[str]:
    """SQL: the cost is of any source or medium, where the condition asks for one."""
    return [f"utm_{name} = ''" for name in _narrowing(part)]


def _by_visits(store: Store, asked: CampaignQuestion, period: Period) -> Iterator[tuple[Key, int]]:
    """What the visits of a period cost that are paid for one by one, by link."""
    spans = _spans(asked, period)
    if not spans:
        return
    begin, end = clock.to_ms(period.start), clock.to_ms(period.end)
    cuts = sorted({begin, *(at for span in spans for at in span[1:] if begin < at < end)})
    for *link, (starts, visits) in _visits_by_span(store, asked, period, cuts, {cost.campaign for cost, *_ in spans}):
        key = tuple(map(str, link))
        prices = dict(zip(cuts, _prices([span for span in spans if _pays(span[0], key)], cuts), strict=True))
        yield key, sum(int(count) * prices[int(start)] for start, count in zip(starts, visits, strict=True))


def _spans(asked: CampaignQuestion, period: Period) -> list[Span]:
    """The costs by visit that touch a period, each from and until when, in milliseconds."""
    zone = ZoneInfo(asked.site.timezone)
    begin, end = clock.to_ms(period.start), clock.to_ms(period.end)
    spans = [
        (cost, clock.to_ms(start_of(cost.first, zone)), clock.to_ms(start_of(cost.last + DAY, zone)))
        for cost in asked.costs
        if cost.per_visit
    ]
    return [span for span in spans if span[1] < end and begin < span[2]]


def _pays(cost: Cost, link: Key) -> bool:
    return cost.campaign == link[0] and cost.source in ("", link[1]) and cost.medium in ("", link[2])


def _prices(spans: Sequence[Span], cuts: Sequence[int]) -> Iterator[int]:
    """What a visit costs from each cut to the next; a span begins and ends at cuts, or beyond the first and last."""
    changes: Counter[int] = Counter()
    for cost, start, end in spans:
        changes[max(start, cuts[0])] += cost.amount
        changes[end] -= cost.amount
    return accumulate(changes[cut] for cut in cuts)


def _visits_by_span(
    store: Store, asked: CampaignQuestion, period: Period, cuts: Sequence[int], campaigns: set[str]
) -> list[tuple[Any, ...]]:
    """By link, how many visits started from each cut to the next: the cuts, and as many numbers."""
    names = tuple(sorted(campaigns))
    paid = Is(CAMPAIGN, names) if len(names) <= conditions.MOST_VALUES else IsEmpty(CAMPAIGN, negated=True)
    question = check(Question(asked.site, period, ("visits",), BY_LINK, And((*_parts(asked.filters), paid))))
    started = f"roundDown(toUnixTimestamp64Milli(started), {list(cuts)})"
    metric = Metric("visits_by_span", Unit.COUNT, Over.VISITS, f"sumMap([{started}], [toUInt64(1)])")
    scope = Scope.of(question, Params(), clock.now_ms())
    return rows_of(store, side(scope, Over.VISITS, {"visits": metric}), scope.params.values)
