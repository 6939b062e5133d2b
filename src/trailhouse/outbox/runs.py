"""Notes how the regular jobs went. Part of the services of `outbox`."""

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from trailhouse.core import clock
from trailhouse.outbox.models import JobRun

EVERY = timedelta(minutes=1)  # a job that runs each second is not written down each second
KEPT_FOR = timedelta(days=2)  # of a job that is there no more, or of a machine that was given up


@dataclass(frozen=True)
class Run:
    """One run of a job. `error` is empty where it went well; `reference` finds its traceback in the log."""

    name: str
    every_s: float
    started_at: datetime
    duration_ms: int
    error: str = ""
    reference: str = ""


class Recorder:
    """Notes the runs of the jobs of one loop: at once where the result is another, else once in EVERY."""

    def __init__(self) -> None:
        self._machine = socket.gethostname()[:255]
        self._failures: dict[str, int] = {}
        self._written: dict[str, tuple[datetime, bool]] = {}  # when, and whether it went well then

    def note(self, run: Run) -> None:
        """Note `run`. Raises what the database raises; the next run is noted then."""
        self._failures[run.name] = self._failures.get(run.name, 0) + 1 if run.error else 0
        now, well = clock.now(), not run.error
        before = self._written.get(run.name)
        if before is not None and before[1] == well and timedelta() <= now - before[0] < EVERY:
            return
        self._write(run, now)
        self._written[run.name] = now, well

    def _write(self, run: Run, now: datetime) -> None:
        values = {
            "every_s": run.every_s,
            "started_at": run.started_at,
            "duration_ms": run.duration_ms,
            "failures": self._failures[run.name],
            "error": run.error[:500],
            "reference": run.reference,
            "noted_at": now,
        }
        row = JobRun(name=run.name, machine=self._machine, **values)
        # One statement, so that two processes of one machine do not wait for each other.
        JobRun.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name", "machine"], update_fields=list(values)
        )


def forget_gone() -> None:
    """Forget jobs of which nothing was heard for KEPT_FOR."""
    JobRun.objects.filter(noted_at__lt=clock.now() - KEPT_FOR).delete()
