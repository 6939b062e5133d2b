"""Whether what was counted is worth telling: pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

LEAST_WEEKS = 2  # a site of less history has no usual yet

Values = dict[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A count, and the counts of the same hours in the weeks before of which the site has any history."""

    now: int
    usual: Sequence[int] = ()

    @property
    def low(self) -> int:
        """The fewest of the weeks before."""
        return min(self.usual)

    @property
    def high(self) -> int:
        """The most of the weeks before."""
        return max(self.usual)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an alert is set to."""

    threshold: int
    least: int = 0


def _range(seen: Seen) -> Values:
    return {"now": seen.now, "low": seen.low, "high": seen.high}


def spike(seen: Seen, limits: Limits) -> Values | None:
    """More than `threshold` per cent above the most of the weeks before, and at least `least`."""
    if len(seen.usual) < LEAST_WEEKS or seen.now < max(limits.least, 1):
        return None
    return _range(seen) if 100 * seen.now >= (100 + limits.threshold) * seen.high else None


def drop(seen: Seen, limits: Limits) -> Values | None:
    """More than `threshold` per cent below the fewest of the weeks before, which is at least `least`."""
    if len(seen.usual) < LEAST_WEEKS or seen.low < max(limits.least, 1):
        return None
    return _range(seen) if 100 * seen.now <= (100 - limits.threshold) * seen.low else None


def silence(seen: Seen, limits: Limits) -> Values | None:
    """Nothing at all, where each of the weeks before had at least `least`."""
    if len(seen.usual) < LEAST_WEEKS or seen.now or seen.low < max(limits.least, 1):
        return None
    return _range(seen) | {"hours": limits.threshold}


def often(seen: Seen, limits: Limits) -> Values | None:
    """At least `threshold` times."""
    return {"now": seen.now} if seen.now >= max(limits.threshold, 1) else None


JUDGES: Mapping[str, Callable[[Seen, Limits], Values | None]] = {
    "spike": spike,
    "drop": drop,
    "silence": silence,
    "first_visit": often,
    "goal": often,
    "not_found": often,
}
