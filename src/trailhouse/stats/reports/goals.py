"""The conversion rate over time: of each interval's own visitors, also where none of them reached the goal."""

from dataclasses import replace

from trailhouse.events.store import Store
from trailhouse.stats.answer import Answer, Row, Value, ask_all
from trailhouse.stats.check import check
from trailhouse.stats.conditions import unconverted
from trailhouse.stats.metrics import METRICS
from trailhouse.stats.question import Question

RATE = "conversion_rate"


def rate_over_time(store: Store, question: Question) -> Answer:
    """The share of each interval's visitors that reached the goal of the question's filter.

    The question has one dimension, of time. None stands where there was no visitor. Raises UserError as `ask` does.
    """
    reached = replace(question, metrics=("visitors",))
    everyone = replace(reached, filters=unconverted(check(reached).filters))
    answers = ask_all(store, [reached, everyone])
    rows = tuple(_share(*pair) for pair in zip(answers[0].rows, answers[1].rows, strict=True))
    return Answer(replace(question, metrics=(RATE,)), rows, {RATE: METRICS[RATE].unit})


def _share(part: Row, whole: Row) -> Row:
    compared = None
    if part.comparison is not None and whole.comparison is not None:
        compared = (_percent(part.comparison[0], whole.comparison[0]),)
    return replace(part, metrics=(_percent(part.metrics[0], whole.metrics[0]),), comparison=compared)


def _percent(part: Value, whole: Value) -> Value:
    return 100 * (part or 0) / whole if whole else None
