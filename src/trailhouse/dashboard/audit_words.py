"""What the audit log says of each action: one sentence an action, in the reader's language."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import AuditEntry
from trailhouse.sites.models import Role

Text = str | Promise

# `subject` is the entry's own; all other names stand in its details.
WORDS: dict[str, Text] = {
    "account.created": _("The account %(subject)s was made."),
    "api_key.created": _("The API key %(subject)s… was made."),
    "api_key.revoked": _("The API key %(subject)s… was closed."),
    "client.added": _("The client %(subject)s was added."),
    "client.changed": _("The client %(subject)s was changed."),
    "client.deleted": _("The client %(subject)s was deleted; its sites stayed."),
    "client.sites": _("The client %(subject)s was given these sites: %(sites)s."),
    "goal.removed": _("The goal %(subject)s was removed."),
    "instance.set_up": _("The instance was set up."),
    "invitation.resent": _("The invitation of %(subject)s was sent again."),
    "invitation.revoked": _("The invitation of %(subject)s was taken back."),
    "person.invited": _("%(subject)s was invited as %(role)s (%(where)s)."),
    "person.joined": _("%(subject)s accepted the invitation as %(role)s (%(where)s)."),
    "person.removed": _("%(subject)s lost the access (%(where)s)."),
    "person.role": _("%(subject)s was made %(role)s (%(where)s)."),
    "site.added": _("The site %(subject)s was added."),
    "site.aliases": _("The further hostnames of %(subject)s were set to: %(hostnames)s."),
    "site.changed": _("Settings of %(subject)s were changed: %(changed)s."),
    "site.key_rotated": _("%(subject)s got a new key; the old one counts for 30 days more."),
    "view.started": _("Began to look as %(subject)s."),
    "view.stopped": _("Stopped looking as %(subject)s."),
}
# What an empty value of a detail means.
EMPTY: dict[str, Text] = {"where": _("all sites"), "sites": _("none"), "hostnames": _("none")}


class _Details(dict[str, str]):
    """A detail that an entry does not have is a dash."""

    def __missing__(self, name: str) -> str:
        return str(EMPTY.get(name, "–"))


def sentence(entry: AuditEntry) -> str:
    """What happened, in one sentence; the bare action where a newer version wrote it."""
    words = WORDS.get(entry.action)
    if words is None:
        return f"{entry.action}: {entry.subject}"
    told = {name: text for name, value in entry.details.items() if (text := _text(name, value))}
    return str(words) % _Details(told | {"subject": entry.subject})


def _text(name: str, value: Any) -> str:
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
