"""What a reseller earns: cost from what was invoiced, price by a client's rate, margin between the two. Pure.

Everything is cut at days by differences of running shares, so that the parts of an amount always add up to it: of an
invoice line over its months, and of a month's fixed price over the days of two rates.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from trailhouse.billing.amounts import WHOLE, allocate, half_up
from trailhouse.billing.periods import Span


class Kind(StrEnum):
    """How a client's price is found."""

    FIXED = "fixed"  # an amount a month, whatever its sites cost
    PLUS = "plus"  # what its sites cost, and a percentage of that
    NONE = "none"  # nothing from this day on


@dataclass(frozen=True, slots=True)
class Rate:
    """A client's rate from the day `since` on, until a later one begins.

    `value`: of a fixed one minor units a month; of one on top of cost the percentage in basis points.
    """

    kind: Kind
    value: int
    since: date


@dataclass(frozen=True, slots=True)
class Charge:
    """What was invoiced for the days of `span`, net; negative where credited. `site` None: a fee of the account."""

    site: int | None
    net: int
    span: Span


@dataclass(frozen=True, slots=True)
class Place:
    """A site of a client, and its first day."""

    site: int
    since: date


@dataclass(frozen=True, slots=True)
class Item:
    """The price of days of one month under one rate: of a site, or of a fixed rate that has no site yet (None)."""

    site: int | None
    span: Span
    rate: Rate
    price: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Cost and price of a site in the month that begins with `month`; minor units, net."""

    site: int | None
    month: date
    cost: int
    price: int

    @property
    def margin(self) -> int:
        """What is left of the price."""
        return self.price - self.cost


def part(amount: int, span: Span, of: Span) -> int:
    """What of `amount`, which is spread evenly over the days of `of`, falls on those that are in `span` as well.

    Parts of spans that tile `of` add up to `amount`. A negative amount mirrors a positive one.
    """
    start, end = max(span.start, of.start), min(span.end, of.end)
    if end <= start:
        return 0
    before, after = ((day - of.start).days for day in (start, end))
    return half_up(amount * after, of.days) - half_up(amount * before, of.days)


def months(span: Span) -> list[Span]:
    """The calendar months, whole, of which `span` holds a day."""
    found = [month_of(span.start)]
    while found[-1].end < span.end:
        found.append(month_of(found[-1].end))
    return found


def month_of(day: date) -> Span:
    """The calendar month of `day`."""
    number = day.year * 12 + day.month
    return Span(day.replace(day=1), date(number // 12, number % 12 + 1, 1))


def in_force(rates: Iterable[Rate], span: Span) -> list[tuple[Rate, Span]]:
    """The rates that hold within `span` and the days on which each does, in order; days before the first have none."""
    ordered = sorted(rates, key=lambda rate: rate.since)
    found = []
    ends = [*(rate.since for rate in ordered[1:]), span.end]
    for rate, ends_at in zip(ordered, ends, strict=False):  # without any rate, one end is left over
        start, end = max(rate.since, span.start), min(ends_at, span.end)
        if start < end:
            found.append((rate, Span(start, end)))
    return found


def cost_of(charges: Iterable[Charge], span: Span) -> int:
    """What the days of `span` cost."""
    return sum(part(charge.net, span, charge.span) for charge in charges)


def on_top(cost: int, percentage: int) -> int:
    """What is owed for what a site costs, with `percentage` (basis points) on top of it; rounded once."""
    return half_up(cost * (WHOLE + percentage), WHOLE)


def month_price(rate: Rate, costs: Iterable[int]) -> int:
    """What a client owes for a whole month in which each of its sites costs so much."""
    if rate.kind is Kind.PLUS:
        return sum(on_top(cost, rate.value) for cost in costs)
    return rate.value if rate.kind is Kind.FIXED else 0


def items(places: Sequence[Place], charges: Sequence[Charge], rates: Iterable[Rate], month: Span) -> list[Item]:
    """What a client owes for a calendar month, by rate and site; `charges` are those of its sites.

    A fixed rate that holds for part of the month is owed for these of its days; it is shared by the sites in proportion
    to the days on which they were there, and never by what they cost, which a client must not be able to tell. On top
    of cost, the percentage is of what the days cost on which the rate holds, rounded once a site.
    """
    found: list[Item] = []
    for rate, span in in_force(rates, month):
        if rate.kind is Kind.FIXED:
            found += _fixed(places, rate, span, month)
        elif rate.kind is Kind.PLUS:
            found += _plus(places, charges, rate, span)
    return found


def _fixed(places: Sequence[Place], rate: Rate, span: Span, month: Span) -> Iterator[Item]:
    price = part(rate.value, span, month)
    days = [max(0, (span.end - max(place.since, span.start)).days) for place in places]
    if not any(days):
        yield Item(None, span, rate, price)
        return
    for place, days_there, share in zip(places, days, allocate(price, days), strict=True):
        if days_there:
            yield Item(place.site, span, rate, share)


def _plus(places: Sequence[Place], charges: Sequence[Charge], rate: Rate, span: Span) -> Iterator[Item]:
    own: dict[int | None, list[Charge]] = defaultdict(list)
    for charge in _within(charges, span):
        own[charge.site].append(charge)
    for place in places:
        if place.site in own:
            yield Item(place.site, span, rate, on_top(cost_of(own[place.site], span), rate.value))


def _within(charges: Iterable[Charge], span: Span) -> list[Charge]:
    """Those that stand for a day of `span`."""
    return [one for one in charges if one.span.start < span.end and span.start < one.span.end]


def cells(
    places: Sequence[Place], charges: Sequence[Charge], rates: Sequence[Rate], whole: Iterable[Span]
) -> list[Cell]:
    """Cost and price of a client by month and site, for the calendar months `whole`, where there is either."""
    found: dict[tuple[date, int | None], list[int]] = defaultdict(lambda: [0, 0])
    for month in whole:
        own = _within(charges, month)
        for charge in own:
            found[month.start, charge.site][0] += part(charge.net, month, charge.span)
        for item in items(places, own, rates, month):
            found[month.start, item.site][1] += item.price
    return [Cell(site, month, cost, price) for (month, site), (cost, price) in found.items()]
