"""What is asked of the tables of `outbox`."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, QuerySet

from trailhouse.core import clock
from trailhouse.outbox.models import JobRun, Mail, Task

LATE = timedelta(minutes=5)  # runs are noted once a minute, and a loop may be busy with another job
ENDED_LATELY = timedelta(days=30)  # what was given up before is history


def mails(account_id: int | None = None, state: str = "", to: str = "") -> QuerySet[Mail]:
    """The mail of an account, or of the whole instance, newest first.

    With `state` those in it alone, with `to` those whose address has that in it.
    """
    found = Mail.objects.exclude(to="").order_by("-created_at", "-pk")  # of these the key alone is kept
    if account_id is not None:
        found = found.filter(account_id=account_id)
    if to:
        found = found.filter(to__icontains=to)
    return found.filter(state=state) if state else found


def mails_to(address: str) -> QuerySet[Mail]:
    """All mail to one address, newest first, whosever it is."""
    return mails().filter(to__iexact=address)


def mail_counts(account_id: int | None = None, to: str = "") -> dict[str, int]:
    """How many mails are in each state, of those that `mails` finds."""
    found = mails(account_id, to=to).order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(Mail.State.values, 0) | dict(found)


def tasks(account_id: int, kind: str = "") -> QuerySet[Task]:
    """The work of an account, newest first; of one kind where it is given."""
    found = Task.objects.filter(account_id=account_id).order_by("-created_at", "-pk")
    return found.filter(kind=kind) if kind else found


def given_up_tasks() -> QuerySet[Task]:
    """The long work of the instance that was given up lately, newest first."""
    since = clock.now() - ENDED_LATELY
    return Task.objects.filter(state=Task.State.FAILED, ended_at__gt=since).order_by("-ended_at", "-pk")


def present_tasks(most: int) -> list[Task]:
    """The long work of the instance, at most `most`: what waits, what was given up lately, what was done lastly."""
    running = Task.objects.filter(state=Task.State.WAITING).order_by("created_at", "pk")[:most]
    done = Task.objects.filter(state=Task.State.DONE).order_by("-ended_at", "-pk")[:10]
    return [*running, *given_up_tasks()[:most], *done][:most]


def job_runs() -> list[JobRun]:
    """The last noted run of each job, by name and machine."""
    return list(JobRun.objects.order_by("name", "machine"))


def is_late(run: JobRun) -> bool:
    """Whether the job has not run although it was due."""
    return clock.now() > run.started_at + timedelta(seconds=run.every_s) + LATE


@dataclass(frozen=True)
class Progress:
    """How far a task is, for a page that shows it. `percent` is whole; `seconds_left` None as long as nobody knows."""

    state: str
    done: int
    total: int
    percent: int
    seconds_left: int | None
    error: str

    @property
    def running(self) -> bool:
        """Whether there is more to come."""
        return self.state == Task.State.WAITING


def progress_of(task: Task) -> Progress:
    """How far `task` is, and how long it will take if it goes on as it has gone so far."""
    share = min(task.done / task.total, 1.0) if task.total else float(task.state == Task.State.DONE)
    left = None
    if task.state == Task.State.WAITING and 0 < share < 1 and not task.last_error:
        left = round((clock.now() - task.created_at).total_seconds() * (1 - share) / share)
    return Progress(task.state, task.done, task.total, int(100 * share), left, task.last_error)
