"""What can be wrong with an instance, and what to do: the one vocabulary of /health, `doctor` and the console."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How something is; `warn` is worth a look, `red` needs mending and turns /health red."""

    GOOD = "good"
    WARN = "warn"
    RED = "red"


# By code: what is wrong, and what to do. The pages say the same in the reader's language (dashboard.health_words).
TEXTS: dict[str, tuple[str, str]] = {
    "app": (
        "the app process does not answer",
        "See its log. Visits are counted and kept meanwhile; its parent starts it again by itself.",
    ),
    "writer": (
        "the writer cannot store",
        "See the log of the server for the reason. Nothing is lost: events wait in the spool.",
    ),
    "canary": (
        "no canary has come back from the store for five minutes",
        "The edge sends one a minute on an event's whole way. See that it runs, and the log of the server.",
    ),
    "spool": (
        "groups of the spool that are damaged: %(corrupt)s, missing: %(lost)s",
        "Check the disk; damaged files are set aside in the spool directory.",
    ),
    "numbers": (
        "the four numbers do not add up",
        "Check the disk and the log of the server.",
    ),
    "spool_full": (
        "the spool is full (%(used)s MB): nothing more is taken",
        "See why the store takes nothing; then raise TRAILHOUSE_SPOOL_LIMIT_MB if outages may last longer.",
    ),
    "queue": (
        "events that wait to be stored: %(queued)s",
        "Is the server running, is the store there? Nothing is lost; they are stored as soon as it goes on.",
    ),
    "disk": (
        "%(free)s MB of disk are free, %(reserve)s MB are kept in reserve: nothing more is taken",
        "Make room: at the reserve nothing more is taken (TRAILHOUSE_DISK_RESERVE_MB).",
    ),
    "disk_low": (
        "%(free)s MB of disk are free, %(reserve)s MB are kept in reserve",
        "Make room soon; logs and backups on the same disk are the first to look at.",
    ),
    "clear_text": (
        "visits and passwords travel in the clear",
        "Put a reverse proxy with a certificate in front and set TRAILHOUSE_URL to https://…",
    ),
    "debug": ("errors are shown in full on the pages", "Remove TRAILHOUSE_DEBUG on a public server."),
    "clock": ("the clock shows %(now)s UTC, which has been", "Set it, and keep it set."),
    "adrift": ("nothing keeps the clock right", "Run a time service such as chrony on the host."),
    "mail_off": (
        "mail is not sent; %(waiting)s waiting, %(given_up)s given up",
        "Set TRAILHOUSE_MAIL_URL=smtp://user:password@host:587.",
    ),
    "mail_refused": (
        "mails that wait after a failed try: %(failing)s",
        "See why on the page of the mail, and check TRAILHOUSE_MAIL_URL.",
    ),
    "mail_given_up": ("mails that were given up: %(given_up)s", "See why on the page of the mail, and try them again."),
    "jobs": (
        "jobs that fail: %(failing)s",
        "See why on the page of the jobs. Each is tried again when it is next due.",
    ),
    "jobs_late": (
        "jobs that did not run when they were due: %(late)s",
        "See which on the page of the jobs, and whether a process that runs jobs is there.",
    ),
    "tasks_given_up": (
        "long tasks that were given up: %(given_up)s",
        "See why on the page of the jobs, and run them again.",
    ),
}


@dataclass(frozen=True)
class Trouble:
    """One thing that is not well: its code in TEXTS, how bad it is, and the values of its text."""

    code: str
    state: State
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return TEXTS[self.code][0] % self.values

    @property
    def hint(self) -> str:
        """What to do, in English."""
        return TEXTS[self.code][1] % self.values


def worst(troubles: Iterable[Trouble]) -> State:
    """The worst of these; good where there are none."""
    states = {trouble.state for trouble in troubles}
    return next((state for state in (State.RED, State.WARN) if state in states), State.GOOD)
