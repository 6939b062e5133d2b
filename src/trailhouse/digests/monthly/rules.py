"""What of a month is worth a sentence: reasons of a change, and what to look at. Pure; `sentences` puts it in words.

A number of visits scatters by about its square root. So two months differ only where the difference is larger than
twice the root of their sum; what is smaller is called the same, however many per cent it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal

from trailhouse.digests.monthly.facts import Entry, Missing, Month, Reached, Share, Split

LEAST_VISITS = 50  # of either month, below which no reason is told
LEAST_MOVED = 10
MOST_FINDINGS = 5
MISSING_TIMES = 10
ENTRY_VISITS = 50
ENTRY_PART = 0.05  # of all visits, from which an entry page is important
HIGH_BOUNCE = 60.0  # per cent
ABOVE_USUAL = 15.0  # percentage points above the site
GOAL_REACHED = 10  # times in either month
GOAL_FELL = 0.8  # of the rate before
SOURCE_VISITS = 30  # in the month before
SOURCE_FELL = 0.75
USUAL_A_DAY = 10  # visitors, from which a day without any is odd

Verdict = Literal["more", "fewer", "same"]
Why = Literal["nothing_before", "too_little", "told", "spread"]


def verdict(now: int, before: int) -> Verdict:
    """Whether two counts differ by more than they scatter."""
    if abs(now - before) <= 2 * sqrt(now + before):
        return "same"
    return "more" if now > before else "fewer"


def moved(share: Share) -> bool:
    """Whether it brought clearly more or less than in the month before."""
    return abs(share.moved) >= LEAST_MOVED and verdict(share.now, share.before) != "same"


@dataclass(frozen=True, slots=True)
class Reason:
    """A contribution to a change; `part` is which part of the whole change it is, where it is one: 0 to 1."""

    share: Share
    part: float | None = None


@dataclass(frozen=True, slots=True)
class Reasons:
    """What can be said of why, and the contributions where something can."""

    why: Why
    reasons: tuple[Reason, ...] = ()


def reasons(month: Month) -> Reasons:
    """The contributions that moved most: channel, up to three sources, a campaign, and two pages."""
    visits = month.totals["visits"]
    if not month.knows(month.before) or not visits.before:
        return Reasons("nothing_before")
    if min(visits.now, visits.before) < LEAST_VISITS:
        return Reasons("too_little")
    sources = [*_top(month, "source", 1, 2), *_top(month, "source", -1, 1)]
    channels = [one for one in _largest(month, "channel") if not any(_same(one, source) for source in sources)]
    campaigns = _largest(month, "campaign")
    pages = [*_top(month, "page", 1, 1), *_top(month, "page", -1, 1)]
    told = [*channels, *sources, *campaigns, *pages]
    change = visits.now - visits.before if verdict(visits.now, visits.before) != "same" else 0
    found = tuple(Reason(one, _part(one, change)) for one in told)
    return Reasons("told" if found else "spread", found)


def _of(month: Month, split: Split) -> list[Share]:
    return [share for share in month.shares if share.split == split and moved(share)]


def _top(month: Month, split: Split, sign: int, most: int) -> list[Share]:
    """Those that grew (`sign` 1) or fell (-1) most."""
    fitting = [share for share in _of(month, split) if share.moved * sign > 0]
    return sorted(fitting, key=lambda share: (-abs(share.moved), share.name))[:most]


def _largest(month: Month, split: Split) -> list[Share]:
    return sorted(_of(month, split), key=lambda share: (-abs(share.moved), share.name))[:1]


def _same(channel: Share, source: Share) -> bool:
    """Whether a channel's change is but that of one source of it, so that one sentence is enough."""
    return channel.moved * source.moved > 0 and abs(channel.moved - source.moved) <= 0.2 * abs(channel.moved)


def _part(share: Share, change: int) -> float | None:
    if share.split not in ("channel", "source") or not change:  # campaigns are within sources: they would add up twice
        return None
    part = share.moved / change
    return part if 0.1 <= part <= 1 else None


# -- what to look at


@dataclass(frozen=True, slots=True)
class Quiet:
    """Days on which nobody came although there usually are visitors."""

    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Fallen:
    """A source that brought many fewer visits."""

    share: Share


Finding = Quiet | Missing | Reached | Fallen | Entry


def findings(month: Month) -> list[Finding]:
    """What to look at, the most pressing first; at most MOST_FINDINGS."""
    if month.empty:
        return []
    found: list[Iterable[Finding]] = [
        _quiet(month),
        _missing(month),
        sorted(_fallen_goals(month), key=lambda goal: goal.rate - goal.rate_before)[:2],
        _fallen_sources(month)[:1],
        _bouncing(month)[:2],
    ]
    return [one for some in found for one in some][:MOST_FINDINGS]


def _quiet(month: Month) -> Iterator[Quiet]:
    counted = [(day, visitors) for day, visitors in month.days if month.began is None or day >= month.began]
    busy = [visitors for _day, visitors in counted if visitors]
    empty = tuple(day for day, visitors in counted if not visitors)
    if empty and busy and not month.paused and sum(busy) / len(busy) >= USUAL_A_DAY:
        yield Quiet(empty)


def _missing(month: Month) -> Iterator[Missing]:
    if month.missing is not None and month.missing.times >= MISSING_TIMES:
        yield month.missing


def _fallen_goals(month: Month) -> list[Reached]:
    return [
        goal
        for goal in month.goals
        if goal.before >= GOAL_REACHED
        and goal.rate_before > 0
        and goal.rate <= GOAL_FELL * goal.rate_before
        and verdict(goal.now, goal.before) == "fewer"
    ]


def _fallen_sources(month: Month) -> list[Fallen]:
    fallen = [
        share
        for share in _top(month, "source", -1, len(month.shares))
        if share.before >= SOURCE_VISITS and share.now <= SOURCE_FELL * share.before
    ]
    return [Fallen(share) for share in fallen]


def _bouncing(month: Month) -> Sequence[Entry]:
    if month.bounce is None:
        return []
    least = max(ENTRY_VISITS, ENTRY_PART * month.totals["visits"].now)
    high = max(HIGH_BOUNCE, month.bounce + ABOVE_USUAL)
    found = [entry for entry in month.entries if entry.visits >= least and entry.bounce >= high]
    return sorted(found, key=lambda entry: -entry.visits * entry.bounce)
