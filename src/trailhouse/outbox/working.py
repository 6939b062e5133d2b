"""Carries out work that takes long, a step at a time. Part of the services of `outbox`.

    @register("sites/bulk")
    def add_next(task: Task) -> None:
        with transaction.atomic():
            …  # one bounded step: at most a few seconds
            progress(task, task.done + 20, {"added": […]})

A step may happen twice where its process dies before `progress` is committed: do both in one transaction. The modules
that register are imported by their app's `ready`.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import tries
from trailhouse.outbox.models import Task

log = logging.getLogger(__name__)

Step = Callable[[Task], None]
LONGEST_S = 3.0

_steps: dict[str, Step] = {}


def register(kind: str) -> Callable[[Step], Step]:
    """Decorate the function that does one step of a task of `kind`. Raises ValueError where there is one already."""

    def decorate(step: Step) -> Step:
        if kind in _steps:
            raise ValueError(f"{kind} is carried out by {_steps[kind].__name__} already")
        _steps[kind] = step
        return step

    return decorate


def progress(task: Task, done: int, result: Mapping[str, Any] | None = None, *, total: int | None = None) -> None:
    """Note that `done` of the task's `total` parts are done, and what came of it so far.

    The task has ended when `done` reaches `total`. Whoever lost the task to another process changes nothing.
    """
    task.done = done
    task.result = task.result if result is None else dict(result)
    task.total = task.total if total is None else total
    tries.claimed(task).update(done=task.done, result=task.result, total=task.total)


def retry(task_id: int) -> Task | None:
    """Have work that was given up go on where it was; None where it was not given up."""
    again = {"state": Task.State.WAITING, "attempts": 0, "next_try_at": clock.now(), "last_error": "", "ended_at": None}
    rows = Task.objects.filter(pk=task_id)
    return rows.get() if rows.filter(state=Task.State.FAILED).update(**again) else None


def carry_out_due() -> int:
    """Do steps of what is due, one task after the other, for a few seconds at most; how many steps.

    Any number of processes may do this at once: each step is taken by one of them.
    """
    ends = time.monotonic() + LONGEST_S
    steps = 0
    while time.monotonic() < ends and (numbers := tries.due(Task)):
        for number in numbers:
            task = tries.claim(Task, number) if time.monotonic() < ends else None
            if task is not None:
                _do_step(task)
                steps += 1
    return steps


def _do_step(task: Task) -> None:
    before = task.done
    try:
        if task.kind not in _steps:
            raise LookupError(f"nothing carries out {task.kind}")
        _steps[task.kind](task)
        if before == task.done < task.total:
            raise RuntimeError(f"a step of {task.kind} made no progress")
    except UserError as error:  # trying again mends nothing
        _failed(task, f"{error.message} {error.hint}".strip(), for_good=True)
    except Exception as error:
        log.exception("task %s, %s, failed at %s of %s", task.pk, task.kind, task.done, task.total)
        _failed(task, f"{type(error).__name__}: {error}")
    else:
        _went_well(task)


def _went_well(task: Task) -> None:
    now = clock.now()
    if task.done >= task.total:
        ended = {"state": Task.State.DONE, "ended_at": now, "last_error": ""}
        tries.claimed(task).update(**ended)
    else:
        tries.claimed(task).update(next_try_at=now, attempts=0, last_error="")


def _failed(task: Task, error: str, *, for_good: bool = False) -> None:
    if tries.put_off(task, error, for_good=for_good):
        Task.objects.filter(pk=task.pk, state=Task.State.FAILED).update(ended_at=clock.now())
