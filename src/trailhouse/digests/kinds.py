"""The kinds of alerts: one row each. What is counted, and what an alert is set to at first."""

from collections.abc import Mapping
from dataclasses import dataclass

from trailhouse.digests.models import Alert
from trailhouse.sites.models import Section
from trailhouse.stats.reports.windows import What

Kind = Alert.Kind
WEEKS = 4  # that are looked back for what is usual
HOUR_MIN = 60
DAY_MIN = 24 * HOUR_MIN


@dataclass(frozen=True, slots=True)
class Rules:
    """A kind: what is counted (None: the goal), who may read it, its defaults, and what a threshold may be.

    `usual`: the hours are compared with the same hours of the same weekday in the weeks before. `hours` are counted;
    0: as many as the threshold says.
    """

    section: Section
    what: What | None
    threshold: int
    range: tuple[int, int]
    least: int
    quiet_min: int
    hours: int = 1
    usual: bool = False


RULES: Mapping[str, Rules] = {
    Kind.SPIKE: Rules(Section.OVERVIEW, "visitors", 100, (10, 10_000), 30, 6 * HOUR_MIN, usual=True),
    Kind.DROP: Rules(Section.OVERVIEW, "visitors", 60, (10, 100), 20, 6 * HOUR_MIN, usual=True),
    Kind.SILENCE: Rules(Section.OVERVIEW, "events", 3, (1, 72), 5, DAY_MIN, hours=0, usual=True),
    Kind.FIRST_VISIT: Rules(Section.OVERVIEW, "events", 0, (0, 0), 0, 0, hours=7 * 24),
    Kind.GOAL: Rules(Section.EVENTS, None, 1, (1, 1_000_000), 0, HOUR_MIN, hours=24),
    Kind.NOT_FOUND: Rules(Section.PAGES, "not_found", 20, (1, 1_000_000), 0, DAY_MIN),
}
