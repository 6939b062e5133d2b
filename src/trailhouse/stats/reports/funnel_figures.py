"""A funnel as a site keeps it, with its figures: its steps by name, how many reach each, and the whole they are of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trailhouse.events.store import Store
from trailhouse.stats.answer import ask
from trailhouse.stats.question import Goal, Question, SiteContext
from trailhouse.stats.reports.funnels import Funnel, Instead, Reached, instead, reached

LEAST = 5  # visits that a strict site tells of together
MOST_PAGES = 5
Stored = Sequence[Mapping[str, str]]  # steps with their `kind`, `pattern` and `name`, or ""


@dataclass(frozen=True, slots=True)
class Told:
    """A funnel that was counted; `compared` are the steps in the other period, `whole` all visits, or visitors."""

    funnel: Funnel
    steps: tuple[Reached, ...]
    compared: tuple[Reached, ...] | None
    whole: int


def steps_of(site: SiteContext, stored: Stored) -> tuple[Goal, ...] | None:
    """The steps as questions know them; None where the goal of one was removed."""
    goals = {goal.id: goal for goal in site.goals}
    found = []
    for step in stored:
        if step["kind"] == "goal":
            goal = goals.get(int(step["pattern"]))
        else:
            goal = Goal(0, step["pattern"], step["kind"], step["pattern"])  # type: ignore[arg-type]  # page or event
        if goal is None:
            return None
        found.append(goal)
    return tuple(found)


def whole_of(question: Question, days: int | None) -> Question:
    """The question for the whole of which the first step is a part: visits, or visitors."""
    return Question(
        question.site, question.period, ("visitors",) if days else ("visits",), filters=question.filters
    )  # fmt: skip


def count(store: Store, question: Question, funnel: Funnel) -> Told:
    """The funnel over the period of `question` and the one that it is compared with. Raises UserError as `ask` does."""
    other = question.comparison
    whole = ask(store, whole_of(question, funnel.days))
    return Told(
        funnel,
        reached(store, question, funnel),
        reached(store, question, funnel, other) if other else None,
        int(whole.first.metrics[0] or 0),
    )


def elsewhere(store: Store, question: Question, told: Told, *, strict: bool) -> tuple[Instead, ...]:
    """Where those went who stopped at each step but the last; at a strict site no page of few. Raises UserError."""
    return instead(store, question, told.funnel, told.steps, MOST_PAGES, LEAST if strict else 1)


def median_of(step: Reached, *, strict: bool) -> float | None:
    """How long a step took, in seconds; None where a strict site would tell it of few."""
    return None if strict and step.count < LEAST else step.median_s


def part(some: float, whole: float) -> float | None:
    """The share in per cent; None of nothing."""
    return 100 * some / whole if whole else None
