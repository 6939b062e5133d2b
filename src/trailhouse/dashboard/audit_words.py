"""What the audit log says of each action: one sentence an action, in the reader's language."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import AuditEntry
from trailhouse.dashboard.formats import NONE
from trailhouse.sites.models import Role

Text = str | Promise

# `subject` is the entry's own; all other names stand in its details.
WORDS: dict[str, Text] = {
    "account.changed": _("Settings of the account %(subject)s were changed."),
    "account.closed": _("The account %(subject)s was closed."),
    "account.reopened": _("The account %(subject)s was opened again."),
    "account.created": _("The account %(subject)s was made."),
    "account.made": _("The operator made the account %(subject)s."),
    "account.handed_over": _("%(subject)s became the owner of the account, after %(before)s."),
    "account.offer_withdrawn": _("The offer of the account was withdrawn."),
    "account.offered": _("The account was offered to %(subject)s."),
    "account.restored": _("The account %(subject)s was restored by the operator."),
    "account.suspended": _("The account %(subject)s was suspended by the operator. The reason: “%(because)s”."),
    "account.welcomed_again": _("%(subject)s was sent a new link to begin."),
    "api_key.created": _("The API key %(subject)s… was made."),
    "api_key.revoked": _("The API key %(subject)s… was closed."),
    "client.added": _("The client %(subject)s was added."),
    "client.changed": _("The client %(subject)s was changed."),
    "client.deleted": _("The client %(subject)s was deleted; its sites stayed."),
    "client.sites": _("The client %(subject)s was given these sites: %(sites)s."),
    "goal.added": _("The goal %(subject)s was added."),
    "goal.changed": _("The goal %(subject)s was changed."),
    "goal.removed": _("The goal %(subject)s was removed."),
    "instance.changed": _("Settings of the instance were changed."),
    "instance.set_up": _("The instance was set up."),
    "invitation.resent": _("The invitation of %(subject)s was sent again."),
    "invitation.revoked": _("The invitation of %(subject)s was taken back."),
    "person.email_changed": _("The e-mail address of %(before)s was changed to %(subject)s."),
    "person.invited": _("%(subject)s was invited as %(role)s (%(where)s)."),
    "person.joined": _("%(subject)s accepted the invitation as %(role)s (%(where)s)."),
    "person.removed": _("%(subject)s lost the access (%(where)s)."),
    "person.role": _("%(subject)s was made %(role)s (%(where)s)."),
    "shared_link.added": _("The shared link %(subject)s was made."),
    "shared_link.changed": _("The shared link %(subject)s was changed."),
    "shared_link.removed": _("The shared link %(subject)s was removed."),
    "site.added": _("The site %(subject)s was added."),
    "site.alias_added": _("%(hostname)s now counts for %(subject)s."),
    "site.alias_removed": _("%(hostname)s no longer counts for %(subject)s."),
    "site.aliases": _("The further hostnames of %(subject)s were set to: %(hostnames)s."),
    "site.bulk": _("Sites were added in bulk: %(lines)s lines."),
    "site.changed": _("Settings of %(subject)s were changed: %(changed)s."),
    "site.client": _("%(subject)s was given to this client: %(client)s."),
    "site.deleted": _("The site %(subject)s was deleted with everything that was counted."),
    "site.deletion_asked": _("The deletion of %(subject)s was asked for."),
    "site.kept": _("The deletion of %(subject)s was called off."),
    "site.paused": _("%(subject)s was paused."),
    "site.resumed": _("%(subject)s counts again."),
    "site.made_private": _("The statistics of %(subject)s are no longer public."),
    "site.made_public": _("The statistics of %(subject)s were made public."),
    "site.key_rotated": _("%(subject)s got a new key; the old one counts for 30 days more."),
    "site.labels": _("The labels of %(subject)s were changed."),
    "site.mailed": _("The mail about %(subject)s was sent to %(to)s."),
    "site.moved_away": _("The site %(subject)s was moved to the account %(to)s."),
    "site.moved_here": _("The site %(subject)s came from the account %(from)s."),
    "site.renamed": _("The site %(before)s was renamed to %(subject)s."),
    "site.reset": _("The statistics of %(subject)s were reset."),
    "site.staging_added": _("%(subject)s got the staging twin %(domain)s."),
    "terms.accepted": _("The terms %(subject)s were accepted."),
    "terms.published": _("The terms %(subject)s were published."),
    "view.started": _("Began to look as %(subject)s."),
    "view.stopped": _("Stopped looking as %(subject)s."),
}
# What an empty value of a detail means.
EMPTY: dict[str, Text] = {
    "where": _("all sites"),
    "sites": _("none"),
    "hostnames": _("none"),
    "client": _("none"),
}


class _Details(dict[str, str]):
    """A detail that an entry does not have is a dash."""

    def __missing__(self, name: str) -> str:
        return NONE


def sentence(entry: AuditEntry) -> str:
    """What happened, in one sentence; the bare action where a newer version wrote it."""
    words = WORDS.get(entry.action)
    if words is None:
        return f"{entry.action}: {entry.subject}"
    told = {name: _text(name, value) or str(EMPTY.get(name, NONE)) for name, value in entry.details.items()}
    return str(words) % _Details(told | {"subject": entry.subject})


def _text(name: str, value: Any) -> str:
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    if value is None:
        return ""
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
