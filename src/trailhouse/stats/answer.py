"""Answers to questions: rows with units, comparisons and totals."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any

from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.stats.check import check
from trailhouse.stats.metrics import Unit, metric
from trailhouse.stats.question import Question
from trailhouse.stats.rows import Line, Reader, Row, Value
from trailhouse.stats.sql import MOST_APART, Statement, filled, order_of, sides_apart, statement
from trailhouse.stats.together import apart, bundles
from trailhouse.stats.together import statement as together

__all__ = ["Answer", "Change", "ChangeKind", "Row", "Value", "ask", "ask_all", "change"]

Found = tuple[list[Row], int]  # the rows, and how many there are in all

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
    return ask_all(store, (question,))[0]


def ask_all(store: Store, questions: Sequence[Question]) -> list[Answer]:
    """Answer questions side by side, in few statements; the answers in their order. Raises UserError as `ask` does."""
    checked = [check(question) for question in questions]
    totals = [place for place, question in enumerate(checked) if question.totals]
    checked += [replace(checked[i], dimensions=(), order_by=(), totals=False, total_rows=False) for i in totals]
    found = _found(store, checked)
    wholes = {place: rows[0] for place, (rows, _) in zip(totals, found[len(questions) :], strict=True)}
    return [
        Answer(
            question,
            tuple(rows),
            {name: metric(name).unit for name in question.metrics},
            wholes.get(place),
            total if question.total_rows else None,
        )
        for place, (question, (rows, total)) in enumerate(zip(questions, found, strict=False))
    ]


def _found(store: Store, questions: Sequence[Question]) -> list[Found]:
    """What each checked question finds."""
    shared = bundles(questions)
    try:
        return _found_in(store, questions, shared)
    except UserError as refused:
        if refused.code != "too_large" or len(shared) == len(questions):
            raise
    return _found_in(store, questions, [[place] for place in range(len(questions))])  # each alone needs less at a time


def _found_in(store: Store, questions: Sequence[Question], shared: Sequence[Sequence[int]]) -> list[Found]:
    """What each question finds: by one statement for those that share one, by several where it has several sides."""
    groups = [[questions[place] for place in places] for places in shared]
    written = [_written(group[0]) if len(group) == 1 else together(group) for group in groups]
    by_place: dict[int, Found] = {}
    for places, group, own, lines in zip(shared, groups, written, _lines(store, written), strict=True):
        if _in_sides(group[0], own):
            by_place[places[0]] = _put_together(store, group[0], own, lines)
            continue
        each = [lines] if len(group) == 1 else apart(group, lines)
        by_place |= {i: _read(q, own, part) for i, q, part in zip(places, group, each, strict=True)}
    return [by_place[place] for place in range(len(questions))]


def _written(question: Question) -> Statement:
    return sides_apart(question) or statement(question)


def _in_sides(question: Question, written: Statement) -> bool:
    """Whether the lines are those of sides that are still to be put together and sorted."""
    return written.loose and bool(question.dimensions) and not filled(question)


def _put_together(store: Store, question: Question, written: Statement, lines: list[Line]) -> Found:
    """What the sides of a question tell; the store puts together what is too much for here."""
    if len(lines) > MOST_APART:
        whole = statement(question)
        return _read(question, whole, _lines(store, [whole])[0])
    rows = Reader.of(question, written).together(lines, order_of(question))
    return rows[question.offset : question.offset + question.limit], len(rows)


def _read(question: Question, written: Statement, lines: list[Line]) -> Found:
    """The rows of a checked question, and how many there are in all where that was asked."""
    reader = Reader.of(question, written)
    if filled(question):
        rows = reader.filled(lines)
        return rows[::-1] if question.order_by and question.order_by[0][1] == "desc" else rows, len(rows)
    total = int(lines[0][-1]) if lines and question.total_rows and not written.loose else len(lines)
    return reader.rows(lines), total


# -- the store


def _lines(store: Store, written: Sequence[Statement]) -> list[list[Line]]:
    """The lines of each statement."""
    selects = [(text, own.params) for own in written for text in own.texts]
    if len(selects) == 1:
        return [_select(store, selects[0][0], selects[0][1], {})]
    # Each select on a core of its own: what they would gain from sharing one costs more than it saves.
    settings = {"max_threads": 1} if store.embedded and len(selects) >= (os.cpu_count() or 1) else {}
    found = _threads().map(lambda select: _select(store, select[0], select[1], settings), selects)
    return [[line for lines in islice(found, len(own.texts)) for line in lines] for own in written]


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="question")


def _select(store: Store, text: str, params: Mapping[str, Any], settings: Mapping[str, int]) -> list[Line]:
    """What the store answers. Raises UserError for what the person can mend."""
    with refusals():
        columns = store.columns(text, params, **settings)[1]
    return list(zip(*columns, strict=True))


def rows_of(store: Store, text: str, params: Mapping[str, Any] | None = None) -> list[Line]:
    """The rows that the store answers a statement with. Raises UserError for what the person can mend."""
    with refusals():
        return store.rows(text, params)


@contextmanager
def refusals() -> Iterator[None]:
    """Raise UserError for what the person can mend of what the store refuses within."""
    try:
        yield
    except Exception as error:
        if (refused := refusal(error)) is not None:
            raise refused from error
        raise


def refusal(error: Exception) -> UserError | None:
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
