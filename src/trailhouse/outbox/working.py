"""Carries out tasks after the commit, a bounded step at a time; each step is one transaction."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from trailhouse.core import clock
from trailhouse.outbox.models import Task

log = logging.getLogger(__name__)

Step = Callable[[Task], None]

MOST_ATTEMPTS = 5
LONGEST_S = 2.0  # a call of `carry_out_due` begins no further step after this

_steps: dict[str, Step] = {}


def register(kind: str) -> Callable[[Step], Step]:
    """Decorate the function that does one bounded step of a task of `kind`, in one transaction with its `progress`."""

    def decorate(step: Step) -> Step:
        _steps[kind] = step
        return step

    return decorate


def progress(task: Task, done: int, result: Mapping[str, Any]) -> None:
    """Note how far `task` is, in the transaction of the step; with all of `total` done it has ended."""
    task.done, task.result = done, dict(result)
    if done >= task.total:
        task.state, task.ended_at = Task.State.DONE, clock.now()
    task.save(update_fields=["done", "result", "state", "ended_at"])


def carry_out_due() -> int:
    """Do the steps that are due, oldest task first; how many were done."""
    until, count = time.monotonic() + LONGEST_S, 0
    while time.monotonic() < until:
        due = Task.objects.filter(state=Task.State.WAITING, next_try_at__lte=clock.now(), kind__in=_steps)
        task = due.order_by("id").first()
        if task is None:
            break
        _step(task.pk)
        count += 1
    return count


def _step(number: int) -> None:
    try:
        with transaction.atomic():
            task = Task.objects.select_for_update().get(pk=number)
            if task.state == Task.State.WAITING:
                _steps[task.kind](task)
    except Exception as error:
        log.exception("task %d failed", number)
        _note_failure(number, error)


@transaction.atomic
def _note_failure(number: int, error: Exception) -> None:
    task = Task.objects.select_for_update().get(pk=number)
    task.attempts += 1
    task.last_error = str(error)[:500]
    task.next_try_at = clock.now() + timedelta(seconds=10 * 2**task.attempts)
    if task.attempts >= MOST_ATTEMPTS:
        task.state, task.ended_at = Task.State.FAILED, clock.now()
    task.save()
