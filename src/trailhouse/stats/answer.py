"""Answers to questions: rows with units, comparisons and totals."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from math import isnan
from typing import Any

from trailhouse.core.errors import UserError
from trailhouse.core.periods import Bucket
from trailhouse.events.store import Store
from trailhouse.stats.check import check
from trailhouse.stats.dimensions import HOUR_OF_WEEK, Level, dimension
from trailhouse.stats.goals import in_scope
from trailhouse.stats.metrics import Metric, Unit, metric
from trailhouse.stats.question import Question
from trailhouse.stats.sides import unit_of
from trailhouse.stats.sql import filled, statement

Value = int | float | None

SIDE_BY_SIDE = 8  # threads of a process that wait for the store; the store itself says how many it serves at once


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
    checked = check(question)
    rows, total_rows = _run(store, checked)
    totals = None
    if question.totals:
        over_all = replace(checked, dimensions=(), order_by=(), totals=False, total_rows=False)
        totals = _run(store, over_all)[0][0]
    units = {name: metric(name).unit for name in question.metrics}
    return Answer(question, tuple(rows), units, totals, total_rows if question.total_rows else None)


def ask_all(store: Store, questions: Sequence[Question]) -> list[Answer]:
    """Answer questions side by side; the answers in their order."""
    if len(questions) < 2:
        return [ask(store, question) for question in questions]
    return list(_threads().map(lambda question: ask(store, question), questions))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="question")


def _run(store: Store, question: Question) -> tuple[list[Row], int]:
    written = statement(question)
    try:
        columns = store.columns(written.text, written.params)[1]
    except Exception as error:
        raise _explained(error) from error
    lines = list(zip(*columns, strict=True))
    total = int(lines[0][-1]) if lines and question.total_rows else 0
    reader = _Reader.of(question)
    if filled(question):
        lines = [line for line in lines if line[0] < len(reader.labels)]  # a longer comparison has more intervals
        rows = reader.fill([reader.row(line) for line in lines], question)
        return rows, len(rows)
    return [reader.row(line) for line in lines], total


def _explained(error: Exception) -> Exception:
    """What the person can mend of the store's refusal, by the engine's error code."""
    for code, what in _REFUSALS.items():
        if f"Code: {code}." in str(error) or f"code: {code}," in str(error):
            return what
    return error


_REFUSALS = {
    427: UserError("wrong_pattern", "A pattern of the filter is no regular expression.", "Use RE2's syntax."),
    159: UserError("too_slow", "The question took too long.", "Choose a shorter period.", status=503),
    241: UserError("too_large", "The question needs too much memory.", "Choose a shorter period.", status=503),
}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns lines of the store into rows."""

    levels: tuple[Level, ...]
    goals: tuple[str, ...]
    labels: tuple[str, ...]  # of a time dimension, by key
    buckets: tuple[Bucket, ...]
    compared: tuple[Bucket, ...] | None
    metrics: tuple[Metric, ...]

    @classmethod
    def of(cls, question: Question) -> "_Reader":
        levels = tuple(dimension(name).level for name in question.dimensions)
        goals = tuple(goal.name for goal in in_scope(question.site, question.filters)) if Level.GOAL in levels else ()
        buckets: list[Bucket] = []
        compared: list[Bucket] = []
        labels: list[str] = []
        if Level.TIME in levels:
            name = question.dimensions[levels.index(Level.TIME)]
            if name == HOUR_OF_WEEK:
                labels = [f"{hour // 24 + 1}-{hour % 24:02}" for hour in range(7 * 24)]
            else:
                buckets = question.period.buckets(unit_of(question.period, name))
                labels = [bucket.label for bucket in buckets]
                if question.comparison is not None:
                    compared = question.comparison.buckets(unit_of(question.period, name))
        return cls(
            levels,
            goals,
            tuple(labels),
            tuple(buckets),
            tuple(compared) if question.comparison is not None else None,
            tuple(metric(name) for name in question.metrics),
        )

    def row(self, line: tuple[Any, ...]) -> Row:
        """One line as a row."""
        keys, values = line[: len(self.levels)], line[len(self.levels) :]
        count = len(self.metrics)
        place = next((int(k) for k, level in zip(keys, self.levels, strict=True) if level is Level.TIME), None)
        return Row(
            tuple(self._label(key, level) for key, level in zip(keys, self.levels, strict=True)),
            tuple(map(_value, values[:count])),
            None if self.compared is None else tuple(map(_value, values[count : 2 * count])),
            *self._buckets(place),
        )

    def _label(self, key: Any, level: Level) -> str:
        if level is Level.TIME:
            return self.labels[int(key)]
        return self.goals[int(key) - 1] if level is Level.GOAL else str(key)

    def _buckets(self, place: int | None) -> tuple[Bucket | None, Bucket | None]:
        if place is None or not self.buckets:
            return None, None
        compared = self.compared[place] if self.compared and place < len(self.compared) else None
        return self.buckets[place], compared

    def fill(self, rows: list[Row], question: Question) -> list[Row]:
        """The rows with one for each bucket in which nothing happened, in the order asked for."""
        found = {row.dimensions[0]: row for row in rows}
        zero = tuple(metric.zero for metric in self.metrics)
        every = [
            found.get(label) or Row((label,), zero, None if self.compared is None else zero, *self._buckets(place))
            for place, label in enumerate(self.labels)
        ]
        return every[::-1] if question.order_by and question.order_by[0][1] == "desc" else every


def _value(value: Any) -> Value:
    if value is None or isinstance(value, int):
        return value
    number = float(value)
    return None if isnan(number) else number
