"""The loop that carries out the table of jobs."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence

import msgspec
from django.db import close_old_connections

from trailhouse.core import clock
from trailhouse.outbox.runs import Recorder, Run

log = logging.getLogger(__name__)

_LONGEST_SLEEP_S = 0.5


class Job(msgspec.Struct, frozen=True):
    """A function and how often it runs. It may run twice and may be late; it says itself what there is to do."""

    name: str
    seconds: float
    run: Callable[[], object]


def run(jobs: Sequence[Job], stop: threading.Event) -> None:
    """Carry out `jobs`, each when it is due, until `stop`. One that fails is logged and tried again when due."""
    recorder = Recorder()
    due = {job.name: 0.0 for job in jobs}
    while not stop.is_set():
        for job in jobs:
            if time.monotonic() >= due[job.name] and not stop.is_set():
                due[job.name] = time.monotonic() + job.seconds
                _note(recorder, _carry_out(job))
        stop.wait(min(_LONGEST_SLEEP_S, max(min(due.values()) - time.monotonic(), 0.01)))


def _carry_out(job: Job) -> Run:
    close_old_connections()
    started_at, started = clock.now(), time.monotonic()
    error = reference = ""
    try:
        job.run()
    except Exception as failure:
        reference = secrets.token_hex(4)
        error = f"{type(failure).__name__}: {failure}"
        log.exception("job %s failed, number %s", job.name, reference)
    return Run(job.name, job.seconds, started_at, round(1000 * (time.monotonic() - started)), error, reference)


def _note(recorder: Recorder, run: Run) -> None:
    """What cannot be noted, such as while the database is away, must not keep the jobs from running."""
    try:
        recorder.note(run)
    except Exception as error:
        log.warning("the run of job %s could not be noted: %s", run.name, error)
