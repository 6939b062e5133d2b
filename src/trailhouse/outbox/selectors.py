"""What is asked of the tables of `outbox`."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from trailhouse.core import clock
from trailhouse.outbox.models import Mail, Task


def mails(account_id: int | None = None, state: str = "") -> QuerySet[Mail]:
    """The mail of an account, or of the whole instance, newest first; in `state` alone where one is given."""
    found = Mail.objects.exclude(to="").order_by("-created_at", "-pk")  # of these the key alone is kept
    if account_id is not None:
        found = found.filter(account_id=account_id)
    return found.filter(state=state) if state else found


def mail_counts(account_id: int | None = None) -> dict[str, int]:
    """How many mails of an account, or of the whole instance, are in each state."""
    found = mails(account_id).order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(Mail.State.values, 0) | dict(found)


def tasks(account_id: int, kind: str = "") -> QuerySet[Task]:
    """The work of an account, newest first; of one kind where it is given."""
    found = Task.objects.filter(account_id=account_id).order_by("-created_at", "-pk")
    return found.filter(kind=kind) if kind else found


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
