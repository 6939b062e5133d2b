"""The loop that carries out the table of jobs."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import msgspec
from django.db import close_old_connections

log = logging.getLogger(__name__)

_LONGEST_SLEEP_S = 0.5


class Job(msgspec.Struct, frozen=True):
    """A function and how often it runs. It may run twice and may be late; it says itself what there is to do."""

    name: str
    seconds: float
    run: Callable[[], object]


def run(jobs: Sequence[Job], stop: threading.Event) -> None:
    """Carry out `jobs`, each when it is due, until `stop`. One that fails is logged and tried again when due."""
    due = {job.name: 0.0 for job in jobs}
    while not stop.is_set():
        for job in jobs:
            if time.monotonic() >= due[job.name] and not stop.is_set():
                due[job.name] = time.monotonic() + job.seconds
                _carry_out(job)
        stop.wait(min(_LONGEST_SLEEP_S, max(min(due.values()) - time.monotonic(), 0.01)))


def _carry_out(job: Job) -> None:
    close_old_connections()
    try:
        job.run()
    except Exception:
        log.exception("job %s failed", job.name)
