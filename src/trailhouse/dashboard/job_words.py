"""What regular jobs and long work are called, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

JOBS: dict[str, Text] = {
    "publish sites": _("Tell the collector of new and changed sites"),
    "listen for the canary": _("Listen for the heartbeat"),
    "count what comes in": _("Count the events that come in"),
    "turn salts": _("Change the daily salts"),
    "prune links": _("Delete links that have expired"),
    "carry out tasks": _("Carry out long tasks"),
    "remind of silence": _("Write to whoever has a site without visits"),
    "prune sessions": _("Delete sessions that have ended"),
    "forget old runs": _("Forget jobs that are there no more"),
    "keep to retention": _("Delete what is kept no longer"),
    "delete sites": _("Delete sites that were to be deleted"),
    "send mail": _("Send mail"),
    "demo traffic": _("Make visits for the demo"),
}
TASKS: dict[str, Text] = {"sites/bulk": _("Adding many sites")}


def job(name: str) -> str:
    """What the job of this name does; its name where this version does not know it."""
    return str(JOBS.get(name, name))


def task(kind: str) -> str:
    """What a task of this kind does; its kind where nobody has named it."""
    return str(TASKS.get(kind, kind))
