"""How often recognised visitors come, and how long they stay away: visits per visitor, and days between visits."""

from collections.abc import Sequence
from dataclasses import dataclass

from trailhouse.core import clock
from trailhouse.core.clock import to_ms
from trailhouse.core.periods import Period
from trailhouse.events.store import Store
from trailhouse.stats.answer import rows_of
from trailhouse.stats.check import check
from trailhouse.stats.filters import Filter
from trailhouse.stats.metrics import Metric, Over, Unit
from trailhouse.stats.params import Params, moment
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.scope import Scope
from trailhouse.stats.sides import side

# The first number of each class; the last class is open-ended.
VISITS = (1, 2, 3, 4, 5, 10, 25)  # of one visitor
DAYS = (0, 1, 2, 3, 4, 7, 14, 30, 60)  # whole ones of 24 hours since the start of the visit before

_DAY_MS = 86_400_000
_WHO = Metric("who", Unit.COUNT, Over.VISITS, "groupArray(visit)")


@dataclass(frozen=True, slots=True)
class Class:
    """One class of a distribution: `first` to `last` (None: open-ended), and how many fall into it."""

    first: int
    last: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Habits:
    """Of the recognised visits that started in a period: who made how many, and the days since each one's last visit.

    `visitors` and `visits` are all of them; `first_visits` are those before which the visitor was never here.
    """

    visitors: int
    visits: int
    first_visits: int
    frequency: tuple[Class, ...]  # of visitors
    gaps: tuple[Class, ...]  # of visits but the first ones


def habits(store: Store, site: SiteContext, period: Period, filters: Filter | None = None) -> Habits:
    """The habits of a period. With a filter, of the visits that match; gaps reach back to any visit.

    Raises UserError as a question does.
    """
    question = check(Question(site, period, ("visits",), filters=filters))
    params = Params()
    scope = Scope.of(question, params, clock.now_ms())
    matching = f"SELECT arrayJoin(who) FROM ({side(scope, Over.VISITS, {'who': _WHO})})"
    rows = rows_of(store, _statement(site.site_id, period, matching), params.values)
    visitors, visits, first_visits, per_visitor, gaps = rows[0]
    return Habits(visitors, visits, first_visits, _classes(VISITS, per_visitor), _classes(DAYS, gaps))


def _statement(site_id: int, period: Period, matching: str) -> str:
    """One line: visitors, visits, first visits, visitors by class of VISITS, visits by class of DAYS."""
    start, end = to_ms(period.start), to_ms(period.end)
    visits = (
        f"SELECT person, toUnixTimestamp64Milli(any(started)) AS at, toUnixTimestamp64Milli(any(before)) AS was"
        f" FROM visitors WHERE site_id = {int(site_id)} AND started >= {moment(start)} AND started < {moment(end)}"
        f" AND visit_id IN ({matching}) GROUP BY person, visit_id"
    )
    away = f"intDiv(at - was, {_DAY_MS})"
    people = (
        f"SELECT person, count() AS n, countIf(was = 0) AS firsts, {_counted(DAYS, away, 'was > 0')} AS gaps"
        f" FROM ({visits}) GROUP BY person"
    )
    return f"SELECT count(), sum(n), sum(firsts), {_counted(VISITS, 'n', '1')}, sumForEach(gaps) FROM ({people})"


def _counted(firsts: Sequence[int], value: str, when: str) -> str:
    """SQL: how many rows fall into each class."""
    lasts = [*(f" AND {value} < {first}" for first in firsts[1:]), ""]
    parts = [f"countIf({when} AND {value} >= {first}{last})" for first, last in zip(firsts, lasts, strict=True)]
    return f"[{', '.join(parts)}]"


def _classes(firsts: Sequence[int], counts: Sequence[int]) -> tuple[Class, ...]:
    lasts = [*(first - 1 for first in firsts[1:]), None]
    counts = list(counts) or [0] * len(firsts)  # nobody came
    return tuple(Class(first, last, int(n)) for first, last, n in zip(firsts, lasts, counts, strict=True))
