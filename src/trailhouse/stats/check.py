"""Whether a question can be answered at all."""

from collections.abc import Sequence
from dataclasses import replace

from trailhouse.core.errors import UserError
from trailhouse.stats import filters
from trailhouse.stats.conditions import Compiler, confined
from trailhouse.stats.dimensions import GOAL, TIME, Level, dimension
from trailhouse.stats.goals import mentions_goal
from trailhouse.stats.metrics import metric
from trailhouse.stats.params import Params
from trailhouse.stats.question import MOST_EXPORTED, Question
from trailhouse.stats.scope import unit_of

MOST_METRICS = 20
MOST_DIMENSIONS = 6


def check(question: Question) -> Question:
    """The question with its segments and its interval filled in. Raises UserError by what is wrong with it."""
    metrics = [metric(name) for name in question.metrics]
    _check_list("metrics", question.metrics, 1, MOST_METRICS)
    _check_list("dimensions", question.dimensions, 0, MOST_DIMENSIONS)
    if not 1 <= question.limit <= MOST_EXPORTED or question.offset < 0:
        raise UserError("wrong_page", f"Ask for 1 to {MOST_EXPORTED} rows from 0 on.")
    condition = confined(question.site, question.filters)
    if condition is not None:
        filters.check_size(condition)
        condition = filters.resolve(condition, question.site.segments)
        filters.check_size(condition)
        Compiler(question.site, Params(), "1").condition(condition)
    for wanted in metrics:
        if wanted.needs_goal and GOAL not in question.dimensions and not mentions_goal(condition):
            raise UserError(
                "needs_goal",
                f"Metric `{wanted.name}` can only be queried with {GOAL} filters or dimensions.",
                "Filter or split by a goal.",
            )
    _check_time(question)
    unknown = [name for name, _ in question.order_by if name not in (*question.metrics, *question.dimensions)]
    if unknown:
        raise UserError(
            "wrong_order", f"Cannot order by '{unknown[0]}'.", "It must be a metric or dimension asked for."
        )
    own = {TIME: f"time:{question.period.unit()}"}
    return replace(
        question,
        filters=condition,
        dimensions=tuple(own.get(name, name) for name in question.dimensions),
        order_by=tuple((own.get(name, name), way) for name, way in question.order_by),
    )


def _check_list(what: str, names: Sequence[str], least: int, most: int) -> None:
    if not least <= len(names) <= most or len(set(names)) < len(names):
        raise UserError("wrong_question", f"Ask for {least} to {most} different {what}.")


def _check_time(question: Question) -> None:
    times = [name for name in question.dimensions if dimension(name).level is Level.TIME]
    if len(times) > 1:
        raise UserError("wrong_question", "A question can have one time dimension.")
    for name in times:
        unit = unit_of(question.period, name)
        for period in (question.period, question.comparison):
            try:
                if period is not None:
                    period.buckets(unit)
            except ValueError as error:
                raise UserError("too_many_intervals", f"{error}.", "Choose a longer interval.") from None
