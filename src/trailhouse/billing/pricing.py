"""What the sites of an account cost: the reseller discount by rank, a month of all of them, the next one, another book.

Pure: whole minor units of the book's currency in and out; rates in basis points (500 is 5 %). The price book itself is
in `book`, the arithmetic of a line in `amounts`; both are at hand here.
"""

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trailhouse.billing.amounts import (
    WHOLE,
    LineAmounts,
    adjustment,
    allocate,
    discounted,
    half_up,
    line,
    repriced,
    unused,
)
from trailhouse.billing.book import (
    DEFAULT_BOOK,
    MONTHS,
    BookError,
    Fees,
    Interval,
    PriceBook,
    Problem,
    Step,
    Tier,
    rate_at,
    tier_for,
)

__all__ = [
    "DEFAULT_BOOK",
    "BookError",
    "Change",
    "Counted",
    "Fees",
    "Interval",
    "LineAmounts",
    "NextStep",
    "PriceBook",
    "Problem",
    "Side",
    "Sized",
    "Standing",
    "Step",
    "Tier",
    "account_month",
    "adjustment",
    "allocate",
    "compare_books",
    "counted",
    "discounted",
    "is_cut",
    "line",
    "month_lines",
    "next_step",
    "next_steps",
    "ranking",
    "rate_at",
    "repriced",
    "tier_for",
    "unused",
]


@dataclass(frozen=True, slots=True)
class Counted:
    """A site that counts for the discount: both list prices of its tier, how it pays, and since when it is paid for."""

    site: int
    monthly: int
    yearly: int
    interval: Interval
    since: datetime

    @property
    def twelve_months(self) -> int:
        """Twelve times what a month costs at list price: exact also where a year is paid at once."""
        return self.yearly if self.interval is Interval.YEARLY else MONTHS * self.monthly


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a site stands in its account, from 1, and the discount there."""

    site: int
    rank: int
    rate: int


def ranking(book: PriceBook, sites: Iterable[Counted]) -> dict[int, Standing]:
    """Each site's standing, by site, in the order of ranks: dearest a month first, then the older, then by number.

    A yearly site stands by a twelfth of its yearly price. Raises ValueError where a site comes twice.
    """
    ordered = _ordered(sites)
    placed = enumerate(zip(ordered, _rates(book, len(ordered)), strict=True), start=1)
    return {site.site: Standing(site.site, rank, rate) for rank, (site, rate) in placed}


def _ordered(sites: Iterable[Counted]) -> list[Counted]:
    ordered = sorted(sites, key=_place)
    if len({site.site for site in ordered}) != len(ordered):
        raise ValueError("a site counts once for the discount, and one of these comes twice")
    return ordered


def _place(site: Counted) -> tuple[int, datetime, int]:
    return -site.twelve_months, site.since, site.site


def _rates(book: PriceBook, ranks: int) -> list[int]:
    """The rate of each rank up to `ranks`, the first one first: the ladder is walked once, not once a site."""
    ends = [*(step.rank for step in book.ladder), ranks + 1]
    rates = [0] * (min(ends[0], ranks + 1) - 1)
    for step, end in zip(book.ladder, ends[1:], strict=True):
        rates += [step.rate] * (min(end, ranks + 1) - step.rank)
    return rates


def month_lines(book: PriceBook, sites: Iterable[Counted]) -> dict[int, LineAmounts]:
    """What each site costs a month, by site, in the order of ranks; a yearly one a twelfth of its year.

    Of a monthly site it is its invoice line. Each is rounded once, so that dearer never rounds to less, whatever the
    interval: that is why adding a site never lowers the total.
    """
    ordered = _ordered(sites)
    return {site.site: _month(site, rate) for site, rate in zip(ordered, _rates(book, len(ordered)), strict=True)}


def _month(site: Counted, rate: int) -> LineAmounts:
    shown = half_up(site.twelve_months, MONTHS)
    net = half_up(site.twelve_months * (WHOLE - rate), MONTHS * WHOLE)
    return LineAmounts(shown, shown - net, net)


def account_month(book: PriceBook, sites: Iterable[Counted]) -> int:
    """What the account pays a month, net of discount and before tax: the sum of `month_lines`."""
    return sum(amounts.net for amounts in month_lines(book, sites).values())


@dataclass(frozen=True, slots=True)
class NextStep:
    """What one more site would mean for an account; all a month, net.

    `rank`, `rate` and `net` are the new site's own; `change` is how much more the whole account pays, which is less
    than `net` where the new site is dear and moves others down the ladder. `step` is the next higher rate of the
    ladder, `more` how many sites it is away, and `saves` what the account then pays less than without that step; None
    and 0 at the ladder's end.
    """

    rank: int
    rate: int
    net: int
    change: int
    step: Step | None
    more: int
    saves: int


def next_step(book: PriceBook, sites: Iterable[Counted], adding: Counted) -> NextStep:
    """What adding this site would mean; the further ones until the next step are taken to be like it."""
    (found,) = next_steps(book, sites, [adding])
    return found


def next_steps(book: PriceBook, sites: Iterable[Counted], adding: Iterable[Counted]) -> list[NextStep]:
    """What adding each of `adding`, that one alone, would mean: the sites are ranked once for all of them."""
    before = _ordered(sites)
    there = {site.site for site in before}
    places = [_place(site) for site in before]
    rates = _rates(book, len(before) + 1)
    # A new site moves all behind it down by one rank: only who then stands on another step pays something else.
    moves = [
        (rank, _month(site, rate).net - _month(site, before_rate).net)
        for rank, (site, before_rate, rate) in enumerate(zip(before, rates, rates[1:], strict=False), start=1)
        if rate != before_rate
    ]
    found = []
    for one in adding:
        if one.site in there:
            raise ValueError("a site counts once for the discount, and one of these comes twice")
        rank = bisect(places, _place(one)) + 1
        net = _month(one, rates[rank - 1]).net
        change = net + sum(moved for behind, moved in moves if behind >= rank)
        found.append(NextStep(rank, rates[rank - 1], net, change, *_coming(book, before, one)))
    return found


def _coming(book: PriceBook, before: list[Counted], adding: Counted) -> tuple[Step | None, int, int]:
    """The next higher step, how many sites it is away, and what it saves."""
    now = rate_at(book, max(1, len(before)))
    step = next((step for step in book.ladder if step.rank > len(before) and step.rate > now), None)
    if step is None:
        return None, 0, 0
    # The cheapest site is the one that will stand at the step's rank.
    cheapest = min([*before[-1:], adding], key=lambda site: site.twelve_months)
    saves = _month(cheapest, now).net - _month(cheapest, step.rate).net
    return step, step.rank - len(before), saves


@dataclass(frozen=True, slots=True)
class Sized:
    """A site by the pageviews in 28 days that its tier is chosen by, from which any book can price it."""

    site: int
    pageviews: int
    interval: Interval
    since: datetime


@dataclass(frozen=True, slots=True)
class Side:
    """A site in one book: its tier, its discount in basis points, and its net price: of its own interval, a month."""

    tier: Tier
    rate: int
    net: int
    month: int


@dataclass(frozen=True, slots=True)
class Change:
    """A site in the old book and in the new one."""

    site: int
    before: Side
    after: Side


def counted(book: PriceBook, site: Sized) -> Counted:
    """The site at the list prices of the book."""
    tier = tier_for(book, site.pageviews)
    return Counted(site.site, tier.monthly, tier.yearly, site.interval, site.since)


def compare_books(old: PriceBook, new: PriceBook, sites: Iterable[Sized]) -> list[Change]:
    """Each site of one account before and after, in the order given. ValueError if the currencies differ."""
    if old.currency != new.currency:
        raise ValueError(f"prices in {old.currency} and {new.currency} cannot be compared")
    given = list(sites)
    before, after = _sides(old, given), _sides(new, given)
    return [Change(site.site, before[site.site], after[site.site]) for site in given]


def is_cut(changes: Iterable[Change]) -> bool:
    """Whether no site gets dearer, so that the change needs no notice."""
    return all(change.after.net <= change.before.net for change in changes)


def _sides(book: PriceBook, sites: list[Sized]) -> dict[int, Side]:
    priced = [counted(book, site) for site in sites]
    standings, lines = ranking(book, priced), month_lines(book, priced)
    sides = {}
    for site in sites:
        tier, rate = tier_for(book, site.pageviews), standings[site.site].rate
        sides[site.site] = Side(tier, rate, discounted(tier.price(site.interval), rate), lines[site.site].net)
    return sides
