"""What the sites of an account cost: the reseller discount by rank, a month of all of them, the next one, another book.

Pure: whole minor units of the book's currency in and out; rates in basis points (500 is 5 %). The price book itself is
in `book`, the arithmetic of a line in `amounts`; both are at hand here.
"""

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
    ordered = sorted(sites, key=lambda site: (-site.twelve_months, site.since, site.site))
    standings = {
        site.site: Standing(site.site, rank, rate_at(book, rank)) for rank, site in enumerate(ordered, start=1)
    }
    if len(standings) != len(ordered):
        raise ValueError("a site counts once for the discount, and one of these comes twice")
    return standings


def month_lines(book: PriceBook, sites: Iterable[Counted]) -> dict[int, LineAmounts]:
    """What each site costs a month, by site, in the order of ranks; a yearly one a twelfth of its year.

    Of a monthly site it is its invoice line. Each is rounded once, so that dearer never rounds to less, whatever the
    interval: that is why adding a site never lowers the total.
    """
    given = list(sites)
    by_number = {site.site: site for site in given}
    return {number: _month(by_number[number], standing.rate) for number, standing in ranking(book, given).items()}


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
    before = list(sites)
    after = [*before, adding]
    standing = ranking(book, after)[adding.site]
    lines = month_lines(book, after)
    change = sum(amounts.net for amounts in lines.values()) - account_month(book, before)
    now = rate_at(book, max(1, len(before)))
    step = next((step for step in book.ladder if step.rank > len(before) and step.rate > now), None)
    more, saves = 0, 0
    if step is not None:
        # The cheapest site is the one that will stand at the step's rank.
        cheapest = min(after, key=lambda site: site.twelve_months)
        more = step.rank - len(before)
        saves = _month(cheapest, now).net - _month(cheapest, step.rate).net
    return NextStep(standing.rank, standing.rate, lines[adding.site].net, change, step, more, saves)


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
