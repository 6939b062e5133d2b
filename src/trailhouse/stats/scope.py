"""What a question reads: its rows, its events that count, and the interval in which each happened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from trailhouse.core.clock import to_ms
from trailhouse.core.periods import Bucket, Period, Unit
from trailhouse.events.visits import LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS
from trailhouse.stats import goals
from trailhouse.stats.conditions import NO_PING, Compiler, needs_pings
from trailhouse.stats.dimensions import HOUR_OF_WEEK, TIME, Dimension, Level, bound
from trailhouse.stats.filters import Filter
from trailhouse.stats.params import Params, moment
from trailhouse.stats.question import Goal, Question, SiteContext

# An event may reach the writer late and still join a running visit: its time then lies before the visit's start, by no
# more than the longest visit timeout a site can have.
WIDE_MS = LONGEST_VISIT_MS + LONGEST_TIMEOUT_MS

UNITS: dict[str, Unit] = {
    "time:minute": "minute",
    "time:hour": "hour",
    "time:day": "day",
    "time:week": "week",
    "time:month": "month",
    HOUR_OF_WEEK: "hour",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """One question, ready to be written down.

    `periods`: the one asked about, then the one it is compared with. With `places`, intervals are known by their place
    in their period, which is the same in both; otherwise by their first millisecond.
    """

    site: SiteContext
    params: Params
    periods: tuple[Period, ...]
    dimensions: tuple[Dimension, ...]
    filters: Filter | None
    now_ms: int
    places: bool = False

    @classmethod
    def of(cls, question: Question, params: Params, now_ms: int) -> "Scope":
        """The scope of a checked question."""
        periods = (question.period,) if question.comparison is None else (question.period, question.comparison)
        dims = tuple(bound(name, question.site.page_groups) for name in question.dimensions)
        params.about(question.site.site_id, question.site.return_after_s)
        starts, ends = zip(*((to_ms(period.start), to_ms(period.end)) for period in periods), strict=True)
        params.visits_between = max(0, min(starts) - 2 * WIDE_MS), max(ends) + WIDE_MS
        return cls(question.site, params, periods, dims, question.filters, now_ms)

    def within(self, period: Period) -> "Scope":
        """The same over one period alone."""
        return replace(self, periods=(period,))

    # -- rows

    def rows(self, before_ms: int = 0, after_ms: int = 0) -> str:
        """The condition that every read begins with: the site's rows of the periods, each widened by so much.

        It follows the table's order, so that nothing of other sites or times is touched.
        """
        spans = _united([(max(0, start - before_ms), end + after_ms) for start, end in self.spans])
        return f"site_id = {int(self.site.site_id)} AND {_any(_within('ts', span) for span in spans)}"

    @property
    def visits(self) -> str:
        """All rows of each visit that has an event in one of the periods or started in it."""
        return self.rows(WIDE_MS, WIDE_MS)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The periods in milliseconds, half-open."""
        return [(to_ms(period.start), to_ms(period.end)) for period in self.periods]

    def in_periods(self, column: str) -> str:
        """Whether a moment lies in one of the periods."""
        return _any(_within(column, span) for span in _united(self.spans))

    def main(self, column: str) -> str:
        """1 for what belongs to the period asked about, 0 for the other; both for what belongs to both."""
        if len(self.periods) == 1:
            return "1"
        asked, compared = (_within(column, span) for span in self.spans)
        if _disjoint(self.spans):
            return f"({asked})"
        return f"arrayJoin(multiIf(({asked}) AND ({compared}), [1, 0], {asked}, [1], [0]))"

    # -- what counts

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The goals that count here, by name; a goal is known by its place in this list, from 1."""
        return goals.in_scope(self.site, self.filters)

    @property
    def goals_once(self) -> bool:
        """Whether a goal in scope is told by engagement or by the visit's age, and counts once a visit."""
        return any(goals.once(goal) for goal in self.goals)

    @property
    def filter_once(self) -> bool:
        """Whether the filter asks for such a goal."""
        return needs_pings(self.site, self.filters)

    def has(self, level: Level) -> bool:
        """Whether a dimension of that level splits the report."""
        return any(d.level is level for d in self.dimensions)

    def compiler(self, pings: bool = True) -> Compiler:
        """The writer of conditions."""
        return Compiler(self.site, self.params, self.visits, pings)

    def plain(self) -> str:
        """The events that count each: all but pings, and by their own goals rather than by the visit's."""
        parts = [NO_PING]
        if self.filters is not None:
            parts.append(self.compiler(pings=not self.filter_once).condition(self.filters))
        return " AND ".join(parts)

    def counted(self, pings: bool = False) -> str:
        """The events that count: the plain ones and, where goals of the visit are asked for, those that reach them."""
        only = [d.only for d in self.dimensions if d.only]
        if not (pings or self.filter_once or (self.has(Level.GOAL) and self.goals_once)):
            return " AND ".join([self.plain(), *only])
        condition = "1" if self.filters is None else self.compiler().condition(self.filters)
        return " AND ".join([condition, *only])

    # -- time

    def time_key(self, found: Dimension, column: str, main: str) -> str:
        """SQL: the interval of a moment, or its hour of the week."""
        keys = [self._key(period, found.name, column) for period in self.periods]
        return keys[0] if len(keys) == 1 else f"if({main}, {keys[0]}, {keys[1]})"

    def _key(self, period: Period, name: str, column: str) -> str:
        cut = period.buckets(UNITS[name])
        starts = [to_ms(bucket.start) for bucket in cut]
        instant = f"roundDown(toUnixTimestamp64Milli({column}), {starts})"
        if name == HOUR_OF_WEEK:
            return f"toInt64(transform({instant}, {starts}, {hours_of_week(period, cut)}, 0))"
        return f"toInt64(indexOf({starts}, {instant})) - 1" if self.places else instant


def hours_of_week(period: Period, hours: list[Bucket]) -> list[int]:
    """The place of each hour in its local week, from 0: Monday, midnight."""
    local = [bucket.start.astimezone(period.zone) for bucket in hours]
    return [at.weekday() * 24 + at.hour for at in local]


def unit_of(period: Period, name: str) -> Unit:
    """The interval of a time dimension; plain `time` chooses by the period's length."""
    return period.unit() if name == TIME else UNITS[name]


def _within(column: str, span: tuple[int, int]) -> str:
    return f"{column} >= {moment(span[0])} AND {column} < {moment(span[1])}"


def _disjoint(spans: list[tuple[int, int]]) -> bool:
    (start, end), (other_start, other_end) = spans
    return end <= other_start or other_end <= start


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same moments in as few spans as possible."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _any(conditions: Iterable[str]) -> str:
    parts = list(conditions)
    return parts[0] if len(parts) == 1 else f"({' OR '.join(f'({part})' for part in parts)})"
