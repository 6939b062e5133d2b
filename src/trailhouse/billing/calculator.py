"""What so many sites of one size would cost, as the public price page shows it, by the functions that invoices use.

Pure: whole minor units of the book's currency; rates in basis points.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby

from trailhouse.billing.amounts import half_up
from trailhouse.billing.book import MONTHS, Interval, PriceBook, Tier
from trailhouse.billing.pricing import Counted, NextStep, account_month, line, month_lines, next_step, ranking

MOST_SITES = 1_000
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # all are equally old: of the same size, their numbers rank them


@dataclass(frozen=True, slots=True)
class Part:
    """The sites from rank `first` to `last`, which have the same discount; `net` is what they cost an interval."""

    first: int
    last: int
    rate: int
    net: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What the sites cost an interval, net and before tax, and the part of it at each step of the ladder.

    `per_site` is the total shared out. `month` is what they come to a month, whatever the interval, and `next` what
    one more of them would mean, a month.
    """

    parts: tuple[Part, ...]
    total: int
    per_site: int
    month: int
    next: NextStep


@lru_cache(maxsize=2048)
def offer(book: PriceBook, sites: int, tier: Tier, interval: Interval) -> Offer:
    """The offer for `sites` sites of that tier of the book. ValueError for none or more than MOST_SITES."""
    if not 1 <= sites <= MOST_SITES:
        raise ValueError(f"1 to {MOST_SITES} sites, got {sites}")
    *there, further = (_site(number, tier, interval) for number in range(1, sites + 2))
    nets = _nets(book, there, tier, interval)
    standings = sorted(ranking(book, there).values(), key=lambda one: one.rank)
    parts = []
    for rate, group in groupby(standings, key=lambda one: one.rate):
        members = list(group)
        parts.append(Part(members[0].rank, members[-1].rank, rate, sum(nets[one.site] for one in members)))
    total = sum(nets.values())
    return Offer(
        tuple(parts), total, half_up(total, sites), account_month(book, there), next_step(book, there, further)
    )


def _site(number: int, tier: Tier, interval: Interval) -> Counted:
    return Counted(number, tier.monthly, tier.yearly, interval, _ANY_DAY)


def _nets(book: PriceBook, there: list[Counted], tier: Tier, interval: Interval) -> dict[int, int]:
    """What each costs an interval; `month_lines` are the invoice lines of monthly sites."""
    if interval is Interval.MONTHLY:
        return {number: amounts.net for number, amounts in month_lines(book, there).items()}
    return {number: line(tier.yearly, one.rate).net for number, one in ranking(book, there).items()}


@dataclass(frozen=True, slots=True)
class Margin:
    """What a reseller takes in from clients and pays here over the same time."""

    takes: int
    pays: int

    @property
    def keeps(self) -> int:
        """What is left; below zero where the clients pay too little."""
        return self.takes - self.pays


def margins(charge: int, sites: int, found: Offer, interval: Interval) -> tuple[Margin, Margin]:
    """A month and a year of a reseller who charges `charge` a site and month, and pays the offer for `sites` sites.

    Paid yearly, the month is what the year comes to a month, rounded a site.
    """
    year = found.total * (MONTHS // interval.months)
    return Margin(charge * sites, found.month), Margin(charge * sites * MONTHS, year)


def kept(charge: int, sites: int, found: Offer, interval: Interval) -> int:
    """What a reseller keeps an interval who charges `charge` a site and month; below zero where that is too little."""
    month, year = margins(charge, sites, found, interval)
    return (year if interval is Interval.YEARLY else month).keeps


def months_free(book: PriceBook) -> int:
    """How many months are free where a year is paid at once; 0 unless that is the same whole number in every tier."""
    found = {_free(tier) for tier in book.tiers if tier.monthly or tier.yearly}
    return found.pop() if len(found) == 1 else 0


def _free(tier: Tier) -> int:
    saved = MONTHS * tier.monthly - tier.yearly
    whole = tier.monthly > 0 and saved > 0 and saved % tier.monthly == 0
    return saved // tier.monthly if whole else 0
