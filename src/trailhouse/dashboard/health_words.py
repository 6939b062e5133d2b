"""What is wrong with the instance, and what to do, in the reader's language: the texts of core.health."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.core.health import State, Trouble
from trailhouse.dashboard import formats

Text = str | Promise

TEXTS: dict[str, tuple[Text, Text]] = {
    "app": (
        _("the app process does not answer"),
        _("See its log. Visits are counted and kept meanwhile; its parent starts it again by itself."),
    ),
    "writer": (
        _("the writer cannot store"),
        _("See the log of the server for the reason. Nothing is lost: events wait in the spool."),
    ),
    "canary": (
        _("no canary has come back from the store for five minutes"),
        _("The edge sends one a minute on an event's whole way. See that it runs, and the log of the server."),
    ),
    "spool": (
        _("groups of the spool that are damaged: %(corrupt)s, missing: %(lost)s"),
        _("Check the disk; damaged files are set aside in the spool directory."),
    ),
    "numbers": (
        _("the four numbers do not add up"),
        _("Check the disk and the log of the server."),
    ),
    "spool_full": (
        _("the spool is full (%(used)s MB): nothing more is taken"),
        _("See why the store takes nothing; then raise TRAILHOUSE_SPOOL_LIMIT_MB if outages may last longer."),
    ),
    "queue": (
        _("events that wait to be stored: %(queued)s"),
        _("Is the server running, is the store there? Nothing is lost; they are stored as soon as it goes on."),
    ),
    "disk": (
        _("%(free)s MB of disk are free, %(reserve)s MB are kept in reserve: nothing more is taken"),
        _("Make room: at the reserve nothing more is taken (TRAILHOUSE_DISK_RESERVE_MB)."),
    ),
    "disk_low": (
        _("%(free)s MB of disk are free, %(reserve)s MB are kept in reserve"),
        _("Make room soon; logs and backups on the same disk are the first to look at."),
    ),
    "clear_text": (
        _("visits and passwords travel in the clear"),
        _("Put a reverse proxy with a certificate in front and set TRAILHOUSE_URL to https://…"),
    ),
    "debug": (
        _("errors are shown in full on the pages"),
        _("Remove TRAILHOUSE_DEBUG on a public server."),
    ),
    "clock": (
        _("the clock shows %(now)s UTC, which has been"),
        _("Set it, and keep it set."),
    ),
    "adrift": (
        _("nothing keeps the clock right"),
        _("Run a time service such as chrony on the host."),
    ),
    "mail_off": (
        _("mail is not sent; %(waiting)s waiting, %(given_up)s given up"),
        _("Set TRAILHOUSE_MAIL_URL=smtp://user:password@host:587."),
    ),
    "mail_refused": (
        _("mails that wait after a failed try: %(failing)s"),
        _("See why on the page of the mail, and check TRAILHOUSE_MAIL_URL."),
    ),
    "mail_given_up": (
        _("mails that were given up: %(given_up)s"),
        _("See why on the page of the mail, and try them again."),
    ),
    "jobs": (
        _("jobs that fail: %(failing)s"),
        _("See why on the page of the jobs. Each is tried again when it is next due."),
    ),
    "jobs_late": (
        _("jobs that did not run when they were due: %(late)s"),
        _("See which on the page of the jobs, and whether a process that runs jobs is there."),
    ),
    "tasks_given_up": (
        _("long tasks that were given up: %(given_up)s"),
        _("See why on the page of the jobs, and run them again."),
    ),
}


@dataclass(frozen=True)
class Said:
    """One trouble in words; `link` is the name of the route at which more is seen, if there is one."""

    state: State
    message: str
    hint: str
    link: str


LINKS = {
    "mail_off": "operator_mail", "mail_refused": "operator_mail", "mail_given_up": "operator_mail",
    "jobs": "operator_jobs", "jobs_late": "operator_jobs", "tasks_given_up": "operator_jobs",
}  # fmt: skip


def words(trouble: Trouble) -> Said:
    """`trouble` in words, as a sentence that begins in capitals."""
    values = {name: formats.count(n) if isinstance(n, int) else n for name, n in trouble.values.items()}
    message, hint = (str(text) % values for text in TEXTS[trouble.code])
    return Said(trouble.state, f"{message[:1].upper()}{message[1:]}.", hint, LINKS.get(trouble.code, ""))
