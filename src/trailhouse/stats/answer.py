"""Answers to questions: rows with units, comparisons and totals."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.stats.check import check
from trailhouse.stats.metrics import Unit, metric
from trailhouse.stats.question import Question
from trailhouse.stats.rows import Line, Reader, Row, Value
from trailhouse.stats.sql import filled, statement

__all__ = ["Answer", "Change", "ChangeKind", "Row", "Value", "ask", "ask_all", "change"]

SIDE_BY_SIDE = 8  # threads of a process that wait for the store; the store itself says how many it serves at once


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
    return _ask(store, question, {})


def ask_all(store: Store, questions: Sequence[Question]) -> list[Answer]:
    """Answer questions side by side; the answers in their order."""
    if len(questions) < 2:
        return [ask(store, question) for question in questions]
    # Each statement on a core of its own: what they would gain from sharing one costs more than it saves.
    settings = {"max_threads": 1} if store.embedded and len(questions) >= (os.cpu_count() or 1) else {}
    return list(_threads().map(lambda question: _ask(store, question, settings), questions))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="question")


def _ask(store: Store, question: Question, settings: Mapping[str, int]) -> Answer:
    checked = check(question)
    rows, total_rows = _run(store, checked, settings)
    totals = None
    if question.totals:
        over_all = replace(checked, dimensions=(), order_by=(), totals=False, total_rows=False)
        totals = _run(store, over_all, settings)[0][0]
    units = {name: metric(name).unit for name in question.metrics}
    return Answer(question, tuple(rows), units, totals, total_rows if question.total_rows else None)


def _run(store: Store, question: Question, settings: Mapping[str, int]) -> tuple[list[Row], int]:
    """The rows of a checked question, and how many there are in all where that was asked."""
    written = statement(question)
    try:
        columns = store.columns(written.text, written.params, **settings)[1]
    except Exception as error:
        if (refusal := _refusal(error)) is not None:
            raise refusal from error
        raise
    lines: list[Line] = list(zip(*columns, strict=True))
    reader = Reader.of(question, written)
    if filled(question):
        rows = reader.filled(lines)
        return rows[::-1] if question.order_by and question.order_by[0][1] == "desc" else rows, len(rows)
    total = int(lines[0][-1]) if lines and question.total_rows and not written.loose else len(lines)
    return reader.rows(lines), total


def _refusal(error: Exception) -> UserError | None:
    """What the person can mend of the store's refusal, by the engine's error code."""
    for number, (code, message, hint, status) in _REFUSALS.items():
        if f"Code: {number}." in str(error) or f"code: {number}," in str(error):
            return UserError(code, message, hint, status)
    return None


_REFUSALS = {
    427: ("wrong_pattern", "A pattern of the filter is no regular expression.", "Use RE2's syntax.", 400),
    159: ("too_slow", "The question took too long.", "Choose a shorter period.", 503),
    241: ("too_large", "The question needs too much memory.", "Choose a shorter period.", 503),
}
