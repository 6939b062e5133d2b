"""From counted pageviews to a tier: the measure of a trial, the windows after it, renewals, upgrades and notices. Pure.

Pageviews come by local day of the site's zone: a day without an entry had none. All results are whole numbers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trailhouse.billing.amounts import ceiling
from trailhouse.billing.periods import DAY, Span
from trailhouse.billing.pricing import PriceBook, Tier, tier_for

RULE_VERSION = 1  # raised whenever the same pageviews would be measured differently
WINDOW = 28  # days
SURE = 14  # complete days from which on a measure is not provisional
RENEWED_BY = 3  # windows whose median renews a monthly site
YEAR = 13  # windows whose mean renews a yearly site
NOTICES = (80, 100)  # percent of a tier

PageviewsByDay = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Measure:
    """Pageviews of `days` complete days from `first_day` to `last_day` (None without any), scaled to 28 and rounded up.

    `struck` days lie between but are left out of `days` and `pageviews`. A quote stores this and shows it:
    `pageviews` × 28 ÷ `days` = `per_28`. `provisional`: too few days to be sure of; it is measured again.
    """

    first_day: date | None
    last_day: date | None
    days: int
    pageviews: int
    per_28: int
    provisional: bool
    struck: int = 0
    rule: int = RULE_VERSION


NOTHING_MEASURED = Measure(None, None, 0, 0, 0, provisional=True)


@dataclass(frozen=True, slots=True)
class Window:
    """One block of 28 days on which the site was not paused; `days` and `pageviews` without struck ones."""

    first_day: date
    last_day: date
    days: int
    pageviews: int
    per_28: int


def per_28(pageviews: int, days: int) -> int:
    """Pageviews of `days` days scaled to 28 and rounded up. ValueError without a day or for a negative count."""
    if pageviews < 0:
        raise ValueError(f"pageviews must be >= 0, got {pageviews}")
    return ceiling(pageviews * WINDOW, days)


def trial_measure(
    days: PageviewsByDay,
    first_visit_day: date | None,
    first_whole_day: date,
    last_day: date,
    struck: Collection[date] = (),
) -> Measure:
    """What the complete days of a trial since the first visit come to.

    `first_visit_day`: of the first counted visit, if any; it had begun before the visit came, so the day after it is
    the first complete one. `first_whole_day` and `last_day`: the first and last day that lie wholly in the trial.
    Struck days are left out. Without a complete day all is zero, which is the lowest tier.
    """
    if first_visit_day is None:
        return NOTHING_MEASURED
    return measure(days, max(first_whole_day, first_visit_day + DAY), last_day, struck)


def measure(days: PageviewsByDay, first_day: date, last_day: date, struck: Collection[date] = ()) -> Measure:
    """What the days from `first_day` to `last_day` come to without the struck ones; all zero where none is left.

    Of a trial, or of the 28 paid days after which a provisional quote is measured again.
    """
    measured = [day for day in _days(first_day, last_day) if day not in struck]
    if not measured:
        return NOTHING_MEASURED
    pageviews = sum(days.get(day, 0) for day in measured)
    return Measure(
        first_day,
        last_day,
        len(measured),
        pageviews,
        per_28(pageviews, len(measured)),
        provisional=len(measured) < SURE,
        struck=(last_day - first_day).days + 1 - len(measured),
    )


def windows(
    days: PageviewsByDay,
    trial_first_day: date,
    until: date,
    struck: Collection[date] = (),
    paused: Iterable[Span] = (),
) -> list[Window]:
    """The consecutive blocks of 28 days from the trial's first complete day on that have ended before `until`.

    Paused days are no part of a block, so one may reach across a pause. Struck days are, but are left out of its
    figures, which are scaled; a block of struck days alone is left out. A block that still runs is not there yet.
    """
    pauses = list(paused)
    counted = [day for day in _days(trial_first_day, until - DAY) if not any(day in pause for pause in pauses)]
    blocks = (counted[place : place + WINDOW] for place in range(0, len(counted) - WINDOW + 1, WINDOW))
    return [window for block in blocks if (window := _window(days, block, struck)) is not None]


def _window(days: PageviewsByDay, block: Sequence[date], struck: Collection[date]) -> Window | None:
    kept = [day for day in block if day not in struck]
    if not kept:
        return None
    pageviews = sum(days.get(day, 0) for day in kept)
    return Window(block[0], block[-1], len(kept), pageviews, per_28(pageviews, len(kept)))


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def median_of_three(blocks: Sequence[Window]) -> int | None:
    """The middle one of the last three windows, in pageviews of 28 days; None while there are fewer."""
    if len(blocks) < RENEWED_BY:
        return None
    return sorted(window.per_28 for window in blocks[-RENEWED_BY:])[RENEWED_BY // 2]


def renewal_tier(book: PriceBook, blocks: Sequence[Window], quoted: Tier) -> Tier:
    """The tier of a monthly site from its next period on, up or down; the quoted one with fewer than three windows."""
    median = median_of_three(blocks)
    return quoted if median is None else tier_for(book, median)


def yearly_tier(book: PriceBook, blocks: Sequence[Window], quoted: Tier) -> Tier:
    """The tier of a yearly site from its next year on: by the mean of its last 13 windows, or of what there is of them.

    The quoted one while there are fewer than three. The mean is rounded up.
    """
    if len(blocks) < RENEWED_BY:
        return quoted
    last = blocks[-YEAR:]
    return tier_for(book, ceiling(sum(window.per_28 for window in last), len(last)))


def upgrade_due(book: PriceBook, blocks: Sequence[Window], current: Tier) -> Tier | None:
    """The tier that a yearly site has grown into within its year; None unless it is two tiers up or more."""
    median = median_of_three(blocks)
    if median is None:
        return None
    grown = tier_for(book, median)
    up = book.tiers.index(grown) - book.tiers.index(tier_for(book, current.pageviews))
    return grown if up >= 2 else None


def above_last(book: PriceBook, pageviews: int) -> bool:
    """Whether the last tier does not hold them: its price goes on and the operator is told."""
    return pageviews > book.tiers[-1].pageviews


def running_28(days: PageviewsByDay, today: date) -> int:
    """The pageviews of the 28 days that end with `today`."""
    return sum(days.get(today - timedelta(days=back), 0) for back in range(WINDOW))


def share_used(running: int, tier: Tier) -> int:
    """How much of the tier the running 28 days have used, in whole percent, rounded down: 100 means all of it."""
    if running < 0:
        raise ValueError(f"pageviews must be >= 0, got {running}")
    return running * 100 // tier.pageviews


def notice_reached(running: int, tier: Tier) -> int | None:
    """The highest of NOTICES (in percent) that the running 28 days have reached; None below the first."""
    used = share_used(running, tier)
    return max((percent for percent in NOTICES if used >= percent), default=None)


@dataclass(frozen=True, slots=True)
class Projection:
    """What 28 days will come to if they go on as the last `days` complete ones did, which had `pageviews`."""

    days: int
    pageviews: int
    per_28: int


def projection(days: PageviewsByDay, today: date) -> Projection | None:
    """The outlook from the last complete days before `today`, at most 28; whole weeks once there is one.

    Whole weeks, because a weekend is not like a Monday. None before the first complete day.
    """
    first = min((day for day in days if day < today), default=None)
    if first is None:
        return None
    known = min((today - first).days, WINDOW)
    used = known - known % 7 if known >= 7 else known
    pageviews = sum(days.get(today - timedelta(days=back), 0) for back in range(1, used + 1))
    return Projection(used, pageviews, per_28(pageviews, used))
