"""Answers to questions: rows with units, comparisons and totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trailhouse.core.periods import Bucket
from trailhouse.events.store import Store
from trailhouse.stats.metrics import Unit
from trailhouse.stats.question import Question

Value = int | float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the values of the dimensions ("" is unknown) and the metrics, in the order of the question.

    A metric is None where it is undefined, such as the bounce rate of no visit. `bucket` belongs to a time dimension,
    whose value is its label; `comparison_bucket` is the one it is compared with.
    """

    dimensions: tuple[str, ...]
    metrics: tuple[Value, ...]
    comparison: tuple[Value, ...] | None = None
    bucket: Bucket | None = None
    comparison_bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found. `units` are those of its metrics; `totals` and `total_rows` only where asked for."""

    question: Question
    rows: tuple[Row, ...]
    units: Mapping[str, Unit]
    totals: Row | None = None
    total_rows: int | None = None

    @property
    def first(self) -> Row:
        """The only row of a question without dimensions."""
        return self.rows[0]

    def column(self, metric: str) -> tuple[Value, ...]:
        """One metric of all rows."""
        place = self.question.metrics.index(metric)
        return tuple(row.metrics[place] for row in self.rows)

    def comparison_column(self, metric: str) -> tuple[Value, ...]:
        """One metric of all rows in the comparison period; None where there is none."""
        place = self.question.metrics.index(metric)
        return tuple(row.comparison[place] if row.comparison else None for row in self.rows)


class ChangeKind(StrEnum):
    """How two values are compared: a share by percentage points, all else by percent."""

    PERCENT = "percent"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Change:
    """How much a metric moved; `amount` is signed."""

    amount: float
    kind: ChangeKind


def change(now: Value, then: Value, unit: Unit) -> Change | None:
    """The change from `then` to `now`; None where one is undefined or there was nothing to grow from."""
    if now is None or then is None:
        return None
    if unit is Unit.PERCENT:
        return Change(now - then, ChangeKind.POINTS)
    if then == 0:
        return Change(0.0, ChangeKind.PERCENT) if now == 0 else None
    return Change(100 * (now - then) / then, ChangeKind.PERCENT)


def ask(store: Store, question: Question) -> Answer:
    """Answer one question. Raises UserError for a question that has no answer, by what is wrong with it."""
    raise NotImplementedError


def ask_all(store: Store, questions: Sequence[Question]) -> list[Answer]:
    """Answer questions side by side; the answers in their order."""
    raise NotImplementedError
