"""All goals with what they bring, also those that nobody reached; and the conversion rate over time.

That one is of each interval's own visitors, also where none of them reached the goal.
"""

from collections.abc import Sequence
from dataclasses import replace

from trailhouse.events.store import Store
from trailhouse.stats.answer import Answer, Row, Value, ask_all
from trailhouse.stats.check import check
from trailhouse.stats.conditions import unconverted
from trailhouse.stats.dimensions import GOAL
from trailhouse.stats.goals import in_scope
from trailhouse.stats.metrics import METRICS
from trailhouse.stats.question import Goal, Question

RATE = "conversion_rate"
METRICS_OF_ALL = ("visitors", "goals_reached", RATE, "goal_value")
_MOST_GOALS = 1_000


def all_goals(question: Question) -> Question:
    """The question for every goal that somebody reached, over the site, periods and filters of `question`."""
    return replace(question, metrics=METRICS_OF_ALL, dimensions=(GOAL,), limit=_MOST_GOALS)


def every_goal(answer: Answer) -> Sequence[tuple[Goal, Row]]:
    """The goals that the filters leave with their figures (METRICS_OF_ALL) by what `all_goals` found.

    Most conversions first; also those that nobody reached.
    """
    question = answer.question
    rows = {row.dimensions[0]: row for row in answer.rows}
    none = tuple(METRICS[name].zero if name != RATE else 0 for name in METRICS_OF_ALL)
    empty = Row((), none, none if question.comparison else None)
    found = [(one, rows.get(one.name, empty)) for one in in_scope(question.site, question.filters)]
    return sorted(found, key=lambda pair: (-(pair[1].metrics[1] or 0), pair[0].name))


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
