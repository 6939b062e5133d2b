"""What each site of an account costs a month, and where it stands on the ladder: for pages. Reads, writes nothing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from trailhouse.billing import pricing
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.pricing import Interval, LineAmounts, NextStep, PriceBook, Tier
from trailhouse.billing.states import RANKED, State
from trailhouse.billing.values import all_counted, book_of, counted, tier_of


@dataclass(frozen=True)
class Terms:
    """A site's tier and price a month, in minor units, net of discount and before tax.

    `if_activated`: it is not paid for; this is what it would cost if all that are due were activated, by the month.
    `month` is None where there is no price to speak of: on trial, free, paused, over.
    """

    tier: Tier | None
    month: LineAmounts | None = None
    rank: int = 0
    rate: int = 0
    if_activated: bool = False


NO_TERMS = Terms(None)


def terms_of(
    billing: BillingAccount,
    rows: Iterable[Subscription] | None = None,
    paid_sites: Collection[pricing.Counted] | None = None,
) -> dict[int, Terms]:
    """The terms of all subscriptions of the account, by number.

    `rows` spares asking for them, `paid_sites`, those of `rows` that count for the discount, making them once more.
    """
    found = list(Subscription.objects.filter(account=billing.account)) if rows is None else list(rows)
    book = book_of(billing)
    paid = [one for one in found if State(one.state) in RANKED]
    due = [one for one in found if one.state == State.DUE]
    now = [counted(one, book) for one in paid] if paid_sites is None else list(paid_sites)
    result = _priced(book, now, paid, if_activated=False)
    if due:
        then = now + [counted(one, book, Interval.MONTHLY) for one in due]
        result |= _priced(book, then, due, if_activated=True)
    return result | {one.pk: _plain(one, book) for one in found if one.pk not in result}


def _plain(one: Subscription, book: PriceBook) -> Terms:
    return Terms(tier_of(one, book) if one.tier is not None else None)


def _priced(
    book: PriceBook, sites: Collection[pricing.Counted], rows: Iterable[Subscription], *, if_activated: bool
) -> dict[int, Terms]:
    places, lines = pricing.ranking(book, sites), pricing.month_lines(book, sites)
    return {
        one.pk: Terms(tier_of(one, book), lines[one.pk], places[one.pk].rank, places[one.pk].rate, if_activated)
        for one in rows
    }


def month_of(billing: BillingAccount) -> int:
    """What the account pays a month for the sites that it pays for, net."""
    book = book_of(billing)
    return pricing.account_month(book, all_counted(billing.account, book))


@dataclass(frozen=True)
class Rung:
    """A step of the ladder: ranks from `first` to `last` (None: all after it), its rate, how many sites stand on it."""

    first: int
    last: int | None
    rate: int
    sites: int


def ladder_of(book: PriceBook, sites: int) -> list[Rung]:
    """The ladder as it is shown, with the account's `sites` paid sites on it; the first site pays in full."""
    starts = [(1, 0), *((step.rank, step.rate) for step in book.ladder)]
    rungs = []
    for place, (first, rate) in enumerate(starts):
        last = starts[place + 1][0] - 1 if place + 1 < len(starts) else None
        on_it = max(0, min(sites, last if last is not None else sites) - first + 1)
        rungs.append(Rung(first, last, rate, on_it))
    return rungs


def next_sites(billing: BillingAccount, paid: Collection[pricing.Counted] | None = None) -> list[tuple[Tier, NextStep]]:
    """What one more site of each tier would cost a month. `paid`, the account's counted sites, spares asking."""
    book = book_of(billing)
    sites = all_counted(billing.account, book) if paid is None else paid
    since = max((one.since for one in sites), default=billing.created_at)
    adding = [pricing.Counted(0, tier.monthly, tier.yearly, Interval.MONTHLY, since) for tier in book.tiers]
    return list(zip(book.tiers, pricing.next_steps(book, sites, adding), strict=True))
