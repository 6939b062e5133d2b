"""A question about one site's events: what is counted, over which period, split and narrowed by what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trailhouse.core.periods import Period
from trailhouse.stats import segments
from trailhouse.stats.filters import Filter, InSegment
from trailhouse.stats.page_groups import PageGroup

GoalKind = Literal["page", "event", "scroll", "duration"]

MOST_ROWS = 10_000  # of an answer of the API
MOST_EXPORTED = 100_000


@dataclass(frozen=True, slots=True)
class Goal:
    """What a site wants its visitors to do.

    `pattern` by kind: page: a path with `*`; event: the event's name; scroll: percent, optionally with the path it is
    for, such as "75" or "75 /blog/*"; duration: seconds that a visit lasts. `value_minor` is what one conversion is
    worth, in minor units of the site's currency.
    """

    id: int
    name: str
    kind: GoalKind
    pattern: str
    value_minor: int | None = None


@dataclass(frozen=True, slots=True)
class SiteContext:
    """What `stats` must know of a site; plain values, filled by who asks."""

    site_id: int
    timezone: str = "UTC"
    visit_timeout_s: int = 1800
    currency: str = "EUR"
    goals: tuple[Goal, ...] = ()
    segments: Mapping[int, Filter] = field(default_factory=dict)
    return_after_s: int = 86_400  # who comes back this long after an earlier visit is a returning visitor
    page_groups: tuple[PageGroup, ...] = ()  # a page is in the first one that it fits
    within: Filter | None = None  # what who asks is confined to: holds beside the filters of every question

    @classmethod
    def of(cls, values: Any) -> "SiteContext":
        """A site by its plain values (`sites.selectors.context`)."""
        return cls(
            site_id=values.site_id,
            timezone=values.timezone,
            visit_timeout_s=values.visit_timeout_s,
            currency=values.currency,
            goals=tuple(Goal(g.id, g.name, g.kind, g.pattern, g.value_minor) for g in values.goals),
            segments=segments.known((one.id, one.groups) for one in values.segments),
            return_after_s=values.return_after_s,
            page_groups=tuple(PageGroup(group.name, group.patterns) for group in values.page_groups),
            within=None if values.within is None else InSegment((values.within,)),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one site.

    `order_by` names metrics or dimensions with "asc" or "desc"; without it a time dimension comes in order, anything
    else by the first metric, highest first. With `comparison`, each row also carries its metrics in that period (for a
    time dimension: of the bucket at the same place). `totals` adds the metrics over all rows, `total_rows` how many
    rows there are in all. `fill` gives every bucket of a lone time dimension a row; `limit` does not cut those.
    """

    site: SiteContext
    period: Period
    metrics: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    filters: Filter | None = None
    comparison: Period | None = None
    order_by: tuple[tuple[str, Literal["asc", "desc"]], ...] = ()
    limit: int = 100
    offset: int = 0
    totals: bool = False
    total_rows: bool = False
    fill: bool = True
