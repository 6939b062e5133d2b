"""What a strict site tells of groups so small that they are almost a person: nothing."""

from collections.abc import Mapping
from dataclasses import replace

from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.stats import filters
from trailhouse.stats.answer import Answer, Row, ask
from trailhouse.stats.question import Question

LEAST: Mapping[str, int] = {"visit:organisation": 5}  # dimension → visitors that a row must have; no filter on it

_BY = "visitors"


def ask_strictly(store: Store, question: Question) -> Answer:
    """Answer a question about a strict site. Raises UserError as `ask` does, and for a filter on such a dimension."""
    refuse(question)
    if least(question) and _BY not in question.metrics:
        answer = withheld(ask(store, replace(question, metrics=(*question.metrics, _BY))))
        units = {name: unit for name, unit in answer.units.items() if name != _BY}
        totals = answer.totals and _without_last(answer.totals)
        rows = tuple(map(_without_last, answer.rows))
        return replace(answer, question=question, rows=rows, units=units, totals=totals)
    return withheld(ask(store, question))


def refuse(question: Question) -> None:
    """Raise UserError where a filter would single out what may not be told."""
    if question.filters is None:
        return
    filters.check_size(question.filters)
    for test in filters.tests_in(filters.resolve(question.filters, question.site.segments)):
        if test.dimension in LEAST:
            raise UserError(
                "too_small_a_group",
                f"The filter on {test.dimension} is not open at a strict site.",
                "Leave it away, or split by the dimension instead.",
                status=403,
            )


def least(question: Question) -> int:
    """How many visitors each row of the answer must have; 0: any number."""
    return max((LEAST.get(name, 0) for name in question.dimensions), default=0)


def withheld(answer: Answer) -> Answer:
    """The answer without its rows of too few visitors. Its question asks for visitors."""
    fewest = least(answer.question)
    if not fewest:
        return answer
    place = answer.question.metrics.index(_BY)
    rows = tuple(row for row in answer.rows if (row.metrics[place] or 0) >= fewest)
    return replace(answer, rows=rows, total_rows=None if answer.total_rows is None else len(rows))


def _without_last(row: Row) -> Row:
    return replace(row, metrics=row.metrics[:-1], comparison=row.comparison and row.comparison[:-1])
