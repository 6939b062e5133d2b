"""What regular jobs and long work are called, in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

JOBS: dict[str, Text] = {
    "publish sites": _("Tell the collector of new and changed sites"),
    "listen for the canary": _("Listen for the heartbeat"),
    "count what comes in": _("Count the events that come in"),
    "renew the figures of many sites": _("Renew the figures of accounts with many sites"),
    "turn salts": _("Change the daily salts"),
    "prune links": _("Delete links that have expired"),
    "carry out tasks": _("Carry out long tasks"),
    "remind of silence": _("Write to whoever has a site without visits"),
    "take off lost second steps": _("Take off second steps that were lost"),
    "encrypt second steps": _("Encrypt second steps with the newest key"),
    "check domains": _("Check the domains of brands"),
    "prune offers": _("Delete offers that have expired"),
    "delete exports": _("Delete exports that are kept no longer"),
    "prune mail": _("Delete mail that is kept no longer"),
    "prune inquiries": _("Delete inquiries that are kept no longer"),
    "prune sessions": _("Delete sessions that have ended"),
    "prune limits": _("Forget who tried too often, once they may again"),
    "forget old runs": _("Forget jobs that are there no more"),
    "keep to retention": _("Delete what is kept no longer"),
    "erase visitors": _("Take erased visitors off the disk"),
    "delete sites": _("Delete sites that were to be deleted"),
    "delete closed accounts": _("Delete accounts that were closed long enough ago"),
    "send mail": _("Send mail"),
    "send reports": _("Send reports that are due"),
    "look for first visits": _("Look for the first visits of sites"),
    "watch sites": _("Watch sites for what alerts tell"),
    "prune reports": _("Delete what was sent and is kept no longer"),
    "demo traffic": _("Make visits for the demo"),
    "close days": _("Note the pageviews of days that are over"),
    "bill accounts": _("Bill accounts"),
    "collect payments": _("Collect payments"),
    "forget gateway events": _("Forget what payment gateways told long ago"),
    "look at tiers": _("Compare sites with what they pay for"),
}
OF_BILLING = frozenset(
    {"bill accounts", "collect payments", "forget gateway events", "look at tiers"}
)  # these do nothing while it is off
TASKS: dict[str, Text] = {
    "sites/bulk": _("Adding many sites"),
    "exports/make": _("Making an export"),
    "digests/post": _("Posting an alert"),
}


def job(name: str) -> str:
    """What the job of this name does; its name where this version does not know it."""
    return str(JOBS.get(name, name))


def task(kind: str) -> str:
    """What a task of this kind does; its kind where nobody has named it."""
    return str(TASKS.get(kind, kind))
