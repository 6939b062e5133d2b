"""Questions that differ by their dimensions alone → one statement that reads the rows once for all of them.

The lists of a page ask the same of the same rows, each split by something else. A list that a page shows alone, in
another order or by what a visit as a whole tells, keeps its own statement.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from trailhouse.core import clock
from trailhouse.stats.dimensions import Level, bound, dimension
from trailhouse.stats.metrics import METRICS, Over
from trailhouse.stats.params import Params
from trailhouse.stats.question import Question
from trailhouse.stats.rows import Line
from trailhouse.stats.scope import Scope
from trailhouse.stats.sides import grouped_apart
from trailhouse.stats.sql import Statement, order_of


def bundles(questions: Sequence[Question]) -> list[list[int]]:
    """The places of checked questions, those together that one statement answers."""
    found: list[list[int]] = []
    open_to: dict[Hashable, list[int]] = {}
    for place, question in enumerate(questions):
        shared = _shared(question) if _can_share(question) else place
        others = open_to.setdefault(shared, [])
        if not others or {name for other in others for name in questions[other].dimensions} & {*question.dimensions}:
            open_to[shared] = others = []
            found.append(others)
        others.append(place)
    return found


def _can_share(question: Question) -> bool:
    """Whether each row counts under one value of the question's dimensions, and nothing else is needed."""
    split = [dimension(name) for name in question.dimensions]
    return (
        bool(split)
        and question.comparison is None
        and all(found.level in (Level.EVENT, Level.VISIT) and not found.only for found in split)
        and all(METRICS[name].over is Over.EVENTS for name in question.metrics)
    )


def _shared(question: Question) -> Hashable:
    """What questions of one statement have in common: the very same site, since one with segments has no hash."""
    pages = question.limit, question.offset, question.total_rows, tuple(order_of(question))
    return id(question.site), question.period, question.metrics, question.filters, pages


def statement(questions: Sequence[Question]) -> Statement:
    """The statement that answers all questions of one bundle.

    Its columns are the bits of the dimensions that a line is not split by, all dimensions, the metrics and, where they
    are asked for, how many lines of that kind there are.
    """
    first, params = questions[0], Params()
    scope = Scope.of(first, params, clock.now_ms())
    columns = {f"m{i}": METRICS[name] for i, name in enumerate(first.metrics)}
    groups = first.site.page_groups
    sets = [tuple(bound(name, groups) for name in question.dimensions) for question in questions]
    keys = [f"k{i}" for i in range(sum(map(len, sets)))]
    names = ["part", *keys, *columns, *(["count() OVER (PARTITION BY part) AS total_rows"] * first.total_rows)]
    order = ", ".join(f"{column} {way.upper()} NULLS LAST" for column, way in _order(questions))
    text = (
        f"SELECT {', '.join(names)} FROM ({grouped_apart(scope, sets, columns)}) ORDER BY {order}"
        f" LIMIT {int(first.limit)} OFFSET {int(first.offset)} BY part"
    )
    return Statement((text,), params.values)


def _order(questions: Sequence[Question]) -> Iterable[tuple[str, str]]:
    """What all lines are sorted by: within one kind of lines the dimensions of the others are constant."""
    starts = _starts(questions)
    for column, way in order_of(questions[0]):
        if column.startswith("m"):
            yield column, way
        else:
            yield from ((f"k{start + int(column[1:])}", way) for start in starts)


def _starts(questions: Sequence[Question]) -> list[int]:
    """The place of the first dimension of each question among all."""
    return [sum(len(other.dimensions) for other in questions[:place]) for place in range(len(questions))]


def apart(questions: Sequence[Question], lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of each question, as its own statement would give them."""
    count = sum(len(question.dimensions) for question in questions)
    found: list[list[Line]] = []
    for question, start in zip(questions, _starts(questions), strict=True):
        end = start + len(question.dimensions)
        others = (1 << count) - 1 ^ sum(1 << count - 1 - place for place in range(start, end))
        found.append([_own(line, start, end, count) for line in lines if line[0] == others])
    return found


def _own(line: tuple[Any, ...], start: int, end: int, count: int) -> Line:
    return line[1 + start : 1 + end] + line[1 + count :]
