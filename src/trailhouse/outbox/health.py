"""Whether mail gets away, and whether jobs and long work go well."""

from collections.abc import Iterator
from dataclasses import dataclass

from trailhouse.core.health import State, Trouble
from trailhouse.outbox import selectors, sending
from trailhouse.outbox.models import Mail, Task


@dataclass(frozen=True)
class Work:
    """How much waits, and how much does not go well."""

    mail_waiting: int
    mail_refused: int  # waiting after a failed try
    mail_given_up: int
    jobs_failing: int
    jobs_late: int
    tasks_waiting: int
    tasks_given_up: int


def work() -> Work:
    """The figures of the whole instance, now."""
    mail = selectors.mail_counts()
    runs = selectors.job_runs()
    return Work(
        mail_waiting=mail[Mail.State.WAITING],
        mail_refused=Mail.objects.filter(state=Mail.State.WAITING).exclude(last_error="").count(),
        mail_given_up=mail[Mail.State.FAILED],
        jobs_failing=sum(run.failures > 0 for run in runs),
        jobs_late=sum(selectors.is_late(run) for run in runs),
        tasks_waiting=Task.objects.filter(state=Task.State.WAITING).count(),
        tasks_given_up=selectors.given_up_tasks().count(),
    )


def of_mail(now: Work) -> Iterator[Trouble]:
    """What is worth a look about mail."""
    mail = {"waiting": now.mail_waiting, "given_up": now.mail_given_up}
    if not sending.is_configured():
        yield Trouble("mail_off", State.WARN, mail)
    elif now.mail_refused:
        yield Trouble("mail_refused", State.WARN, {"failing": now.mail_refused})
    elif now.mail_given_up:
        yield Trouble("mail_given_up", State.WARN, mail)


def of_jobs(now: Work) -> Iterator[Trouble]:
    """What is worth a look about jobs and long work."""
    if now.jobs_failing:
        yield Trouble("jobs", State.WARN, {"failing": now.jobs_failing})
    if now.jobs_late:
        yield Trouble("jobs_late", State.WARN, {"late": now.jobs_late})
    if now.tasks_given_up:
        yield Trouble("tasks_given_up", State.WARN, {"given_up": now.tasks_given_up})
