"""The operator's counts of days, and a few other numbers, by which subscriptions run. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import pairwise

from trailhouse.billing.book import Problem

MOST_DAYS = 3_660


class LimitsError(ValueError):
    """Limits that contradict each other; `problems` lists each as a stable code with its arguments."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{code}{arguments}" for code, arguments in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Limits:
    """All in days unless it says otherwise. Raises LimitsError for what makes no sense."""

    trial_notices: tuple[int, ...] = (7, 1)  # before the trial's end
    most_trials: int = 100  # trials at once before the first payment
    trial_again: int = 365  # after the deletion of a site, before its domain may have another trial
    due_counts: int = 14  # a site that is due goes on counting
    due_cancelled: int = 30  # and is then cancelled
    reminders: tuple[int, ...] = (3, 7, 13)  # after payment is due
    retries: tuple[int, ...] = (1, 3, 5, 7)  # of a charge, after it failed
    suspended_after: int = 14  # past due
    suspended_counts: int = 30
    suspended_cancelled: int = 30
    export: int = 30  # after cancellation
    revival: int = 60  # payment after cancellation makes active again
    deleted_after: int = 60  # after cancellation
    deletion_warning: int = 7  # before deletion
    price_notice: int = 60  # before dearer prices hold
    licence_notice: int = 30  # before a brand's licence is renewed
    upgrade_notice: int = 30  # before a yearly site is charged for a larger tier
    idle_pause: int = 30  # without visits, a pause is offered
    strike: int = 60  # a spike can be called junk
    refund: int = 14  # after a first payment
    invoice_terms: int = 14  # to pay an invoice

    def __post_init__(self) -> None:
        problems = [*_ranges(self), *_orders(self)]
        if problems:
            raise LimitsError(problems)


_SERIES = {"trial_notices": False, "reminders": True, "retries": True}  # whether they rise


def _ranges(limits: Limits) -> Iterable[Problem]:
    for field in fields(limits):
        value = getattr(limits, field.name)
        days = value if isinstance(value, tuple) else (value,)
        lowest = 1 if field.name in _SERIES else 0
        if any(not lowest <= day <= MOST_DAYS for day in days):
            yield "days_out_of_range", (field.name, lowest, MOST_DAYS)
    for name, rises in _SERIES.items():
        pairs = pairwise(getattr(limits, name))
        if any(later <= earlier if rises else later >= earlier for earlier, later in pairs):
            yield ("days_not_rising" if rises else "days_not_falling"), (name,)


# The first may not come after the second.
_WITHIN = (
    ("due_counts", "due_cancelled"),
    ("suspended_counts", "suspended_cancelled"),
    ("export", "deleted_after"),
    ("revival", "deleted_after"),
    ("deletion_warning", "deleted_after"),
)


def _orders(limits: Limits) -> Iterable[Problem]:
    for first, second in _WITHIN:
        if getattr(limits, first) > getattr(limits, second):
            yield "days_longer_than", (first, second)
    for name, last in (("reminders", limits.due_cancelled), ("retries", limits.suspended_after)):
        if any(day > last for day in getattr(limits, name)):
            yield "days_too_late", (name, last)


LIMITS = Limits()  # what an instance starts with
