"""What is known of a site's month: plain values, which `asking` finds and `rules` and `sentences` speak of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Split = Literal["channel", "source", "campaign", "page"]  # what a contribution is told of
TOTALS = ("visitors", "visits", "pageviews")


def first_of(day: date, months: int = 0) -> date:
    """The first day of the month `months` after that of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Three:
    """A figure of the month, of the month before and of the same month a year before."""

    now: int
    before: int = 0
    year: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one channel, source, campaign or page brought: visits, of a page pageviews. Those of all add up."""

    split: Split
    name: str
    now: int
    before: int

    @property
    def moved(self) -> int:
        """How many more than in the month before."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal: how often it was reached, and by how many per cent of the visitors."""

    number: int
    name: str
    now: int
    before: int
    rate: float = 0.0
    rate_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A page on which visits began; how many per cent of these left again at once."""

    path: str
    visits: int
    bounce: float


@dataclass(frozen=True, slots=True)
class Missing:
    """How often pages that do not exist were shown, in all, and of the one shown most."""

    times: int
    path: str
    most: int


@dataclass(frozen=True, slots=True)
class Month:
    """All that the report speaks of. Parts that its reader may not see, or that a strict site does not tell, are empty.

    `began`: the first day that was ever counted. `days`: the visitors of each day. `recognised`: visitors are known
    across days; otherwise one who comes on three days is three. `bounce`: of all visits, in per cent; None: unknown.
    """

    first: date
    totals: Mapping[str, Three]
    began: date | None = None
    days: tuple[tuple[date, int], ...] = ()
    shares: tuple[Share, ...] = ()
    goals: tuple[Reached, ...] = ()
    entries: tuple[Entry, ...] = ()
    missing: Missing | None = None
    bounce: float | None = None
    recognised: bool = False
    strict: bool = False
    paused: bool = False
    work: tuple[tuple[date, str], ...] = field(default=())

    @property
    def last(self) -> date:
        """The last day of the month."""
        return first_of(self.first, 1) - timedelta(1)

    @property
    def before(self) -> date:
        """The first day of the month before."""
        return first_of(self.first, -1)

    @property
    def year_before(self) -> date:
        """The first day of the same month a year before."""
        return first_of(self.first, -12)

    @property
    def empty(self) -> bool:
        """Whether nobody came."""
        return not any(self.totals[name].now for name in TOTALS)

    def knows(self, first: date) -> bool:
        """Whether anything was counted in the month that begins on `first`."""
        return self.began is not None and self.began < first_of(first, 1)

    def begins_within(self, first: date) -> bool:
        """Whether counting began in the month of `first` after its first day, so that it is only a part of one."""
        return self.began is not None and first < self.began < first_of(first, 1)
