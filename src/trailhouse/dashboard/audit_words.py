"""What the audit log says of each action: one sentence an action, in the reader's language."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import AuditEntry, Staff
from trailhouse.dashboard.audit_words_billing import BILLING
from trailhouse.dashboard.audit_words_operator_billing import OPERATOR_BILLING
from trailhouse.dashboard.formats import NONE, short_day
from trailhouse.dashboard.forms_people import last_day
from trailhouse.sites.models import Role, Section

Text = str | Promise

# `subject` is the entry's own; all other names stand in its details.
WORDS: dict[str, Text] = {
    "account.changed": _("Settings of the account %(subject)s were changed."),
    "account.closed": _("The account %(subject)s was closed."),
    "account.reopened": _("The account %(subject)s was opened again."),
    "account.created": _("The account %(subject)s was made."),
    "account.made": _("The operator made the account %(subject)s."),
    "account.deleted": _("The data of the account %(subject)s was deleted."),
    "account.handed_over": _("%(subject)s became the owner of the account, after %(before)s."),
    "account.offer_withdrawn": _("The offer of the account was withdrawn."),
    "account.offered": _("The account was offered to %(subject)s."),
    "account.offered_by_staff": _("The operator offered the account to %(subject)s."),
    "account.restored": _("The account %(subject)s was restored by the operator."),
    "account.suspended": _("The account %(subject)s was suspended by the operator. The reason: “%(because)s”."),
    "account.welcomed_again": _("%(subject)s was sent a new link to begin."),
    "alert.added": _("An alert for %(subject)s was set up."),
    "alert.changed": _("An alert for %(subject)s was changed."),
    "alert.paused": _("An alert for %(subject)s was paused."),
    "alert.removed": _("An alert for %(subject)s was removed."),
    "alert.resumed": _("An alert for %(subject)s was resumed."),
    "api_key.created": _("The API key %(subject)s… was made."),
    "api_key.revoked": _("The API key %(subject)s… was closed."),
    **BILLING,
    **OPERATOR_BILLING,
    "brand.added": _("The brand %(subject)s was added."),
    "brand.changed": _("The brand %(subject)s was changed."),
    "brand.removed": _("The brand %(subject)s was removed."),
    "campaign_cost.added": _("A cost of the campaign %(subject)s was added."),
    "campaign_cost.changed": _("A cost of the campaign %(subject)s was changed."),
    "campaign_cost.removed": _("A cost of the campaign %(subject)s was removed."),
    "campaign_cost.uploaded": _(
        "Costs of campaigns of %(subject)s were added from a file: %(added)s, changed: %(changed)s."
    ),
    "channel.added": _("The destination %(subject)s was added for alerts."),
    "channel.removed": _("The destination %(subject)s was removed."),
    "client.added": _("The client %(subject)s was added."),
    "client.brand": _("The client %(subject)s was given another brand: %(brand)s."),
    "client.changed": _("The client %(subject)s was changed."),
    "client.deleted": _("The client %(subject)s was deleted; its sites stayed."),
    "client.sites": _("The client %(subject)s was given these sites: %(sites)s."),
    "domain.added": _("The domain %(subject)s was added for the brand %(brand)s."),
    "domain.brand": _("The domain %(subject)s shows the brand %(brand)s now."),
    "domain.lost": _("The domain %(subject)s was proved by another account."),
    "domain.primary": _("Links and mail of the brand %(brand)s name the domain %(subject)s."),
    "domain.proved": _("The domain %(subject)s was proved."),
    "domain.removed": _("The domain %(subject)s was removed."),
    "funnel.added": _("The funnel %(subject)s was added."),
    "funnel.changed": _("The funnel %(subject)s was changed."),
    "funnel.removed": _("The funnel %(subject)s was removed."),
    "goal.added": _("The goal %(subject)s was added."),
    "goal.changed": _("The goal %(subject)s was changed."),
    "goal.removed": _("The goal %(subject)s was removed."),
    "legal.accepted": _("The operator's processing agreement %(version)s was accepted by %(person)s."),
    "legal.client_accepted": _("The processing agreement %(version)s was accepted for %(subject)s by %(person)s."),
    "legal.clients_told": _("Clients were told of new sub-processors: %(subject)s."),
    "legal.details": _("The details of the company for legal pages were changed."),
    "legal.notice": _("The own text of the legal notice was changed."),
    "legal.paper": _(
        "It was noted that %(person)s signed the processing agreement %(version)s for %(subject)s on paper."
    ),
    "legal.privacy": _("The own text of the privacy statement was changed."),
    "legal.published": _("The processing agreement %(subject)s was published."),
    "legal.subprocessor_added": _("The sub-processor %(subject)s was added, from %(day)s on."),
    "legal.subprocessor_removed": _("The sub-processor %(subject)s was removed."),
    "note.added": _("The note %(subject)s was added."),
    "note.changed": _("The note %(subject)s was changed."),
    "note.removed": _("The note %(subject)s was removed."),
    "inquiry.answered": _("Inquiry %(subject)s was marked as answered."),
    "inquiry.deleted": _("Inquiry %(subject)s was deleted."),
    "inquiry.put_back": _("Inquiry %(subject)s was put back among the new ones."),
    "instance.billing": _("Billing was set from %(before)s to %(subject)s."),
    "instance.changed": _("Settings of the instance were changed."),
    "instance.set_up": _("The instance was set up."),
    "invitation.resent": _("The invitation of %(subject)s was sent again."),
    "invitation.revoked": _("The invitation of %(subject)s was taken back."),
    "page_group.added": _("The group of pages %(subject)s was added."),
    "page_group.changed": _("The group of pages %(subject)s was changed."),
    "page_group.moved": _("The group of pages %(subject)s was moved up."),
    "page_group.removed": _("The group of pages %(subject)s was removed."),
    "person.email_changed": _("The e-mail address of %(before)s was changed to %(subject)s."),
    "person.invited": _("%(subject)s was invited as %(role)s (%(where)s)."),
    "person.joined": _("%(subject)s accepted the invitation as %(role)s (%(where)s)."),
    "person.removed": _("%(subject)s lost the access (%(where)s)."),
    "person.signed_out": _("The operator signed %(subject)s out everywhere."),
    "person.sign_in": _("The sign-in of %(subject)s was changed: “%(change)s”."),
    "person.switched_off": _("The operator switched the sign-in of %(subject)s off."),
    "person.switched_on": _("The operator switched the sign-in of %(subject)s on again."),
    "person.role": _("%(subject)s was made %(role)s (%(where)s)."),
    "report.added": _("A scheduled report on %(subject)s was set up."),
    "report.changed": _("A scheduled report on %(subject)s was changed."),
    "report.paused": _("A scheduled report on %(subject)s was paused."),
    "report.removed": _("A scheduled report on %(subject)s was removed."),
    "report.resumed": _("A scheduled report on %(subject)s was resumed."),
    "second_step.asked": _("%(subject)s asked to have a lost second step taken off."),
    "second_step.stopped": _("The second step of %(subject)s stays: the request was stopped."),
    "second_step.taken_off": _("The second step of %(subject)s was taken off."),
    "segment.added": _("The segment %(subject)s was saved for the site."),
    "segment.changed": _("The segment %(subject)s was changed."),
    "segment.deleted": _("The segment %(subject)s was deleted."),
    "shared_link.added": _("The shared link %(subject)s was made."),
    "shared_link.changed": _("The shared link %(subject)s was changed."),
    "shared_link.removed": _("The shared link %(subject)s was removed."),
    "site.brand": _("The site %(subject)s was given another brand: %(brand)s."),
    "site.added": _("The site %(subject)s was added."),
    "site.alias_added": _("%(hostname)s now counts for %(subject)s."),
    "site.alias_removed": _("%(hostname)s no longer counts for %(subject)s."),
    "site.aliases": _("The further hostnames of %(subject)s were set to: %(hostnames)s."),
    "site.bulk": _("Sites were added in bulk: %(lines)s lines."),
    "site.changed": _("Settings of %(subject)s were changed: %(changed)s."),
    "site.client": _("%(subject)s was given to this client: %(client)s."),
    "site.deleted": _("The site %(subject)s was deleted with everything that was counted."),
    "site.deletion_asked": _("The deletion of %(subject)s was asked for."),
    "site.exported": _("Statistics of %(subject)s were exported: %(what)s as %(form)s, %(first)s to %(last)s."),
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
    "site.offer_withdrawn": _("The offer of the site %(subject)s was withdrawn."),
    "site.offered": _("The site %(subject)s was offered to %(to)s."),
    "site.renamed": _("The site %(before)s was renamed to %(subject)s."),
    "site.reset": _("The statistics of %(subject)s were reset."),
    "site.script_address": _("The address of the script of %(subject)s was changed."),
    "site.staging_added": _("%(subject)s got the staging twin %(domain)s."),
    "task.run_again": _("Work that was given up, %(subject)s, was started again."),
    "staff.changed": _("%(subject)s is now of the staff as: %(staff)s (before: %(staff_before)s)."),
    "terms.accepted": _("The terms %(subject)s were accepted."),
    "terms.published": _("The terms %(subject)s were published."),
    "view.started": _("Began to look as %(subject)s."),
    "view.staff_started": _("The operator's staff began to look as %(subject)s."),
    "view.stopped": _("Stopped looking as %(subject)s."),
    "visitor.erased": _("A visitor of %(subject)s was erased: %(visitor)s."),
    "visitor.exported": _("The data of a visitor of %(subject)s was taken along: %(visitor)s."),
    "visitor.renamed": _("The name of a visitor of %(subject)s was changed: %(visitor)s."),
}
# What the entries of a group are about: the action up to its dot.
GROUPS: dict[str, Text] = {
    "account": _("Account"),
    "alert": _("Alerts"),
    "api_key": _("API keys"),
    "billing": _("Trials and payments"),
    "brand": _("Brands"),
    "campaign_cost": _("Campaign costs"),
    "channel": _("Destinations of alerts"),
    "client": _("Clients"),
    "domain": _("Domains"),
    "funnel": _("Funnels"),
    "goal": _("Goals"),
    "legal": _("Legal"),
    "note": _("Notes"),
    "inquiry": _("Inquiries"),
    "instance": _("Instance"),
    "invitation": _("Invitations"),
    "page_group": _("Groups of pages"),
    "person": _("People"),
    "report": _("Scheduled reports"),
    "second_step": _("Second steps"),
    "segment": _("Segments"),
    "shared_link": _("Shared links"),
    "site": _("Sites"),
    "staff": _("Staff"),
    "task": _("Long work"),
    "terms": _("Terms"),
    "view": _("Looking as another person"),
    "visitor": _("Visitors"),
}
# What an empty value of a detail means.
EMPTY: dict[str, Text] = {
    "where": _("all sites"),
    "sites": _("none"),
    "brand": _("the account's first one"),
    "hostnames": _("none"),
    "client": _("none"),
}
# What was changed of a sign-in.
CHANGES: dict[str, Text] = {
    "password_changed": _("The password was changed."),
    "totp_added": _("An authenticator app was set up."),
    "totp_removed": _("The authenticator app was removed."),
    "recovery_codes": _("New recovery codes were made."),
    "passkey_added": _("A passkey was added."),
    "passkey_removed": _("A passkey was removed."),
}
# What was changed of a site, as it stands within a sentence.
SITE_SETTINGS: dict[str, Text] = {
    "name": _("the name"),
    "labels": _("the labels"),
    "timezone": _("the time zone"),
    "currency": _("the currency"),
    "visit_timeout_min": _("the end of a visit"),
    "return_after_hours": _("the return of a visitor"),
    "privacy": _("the privacy level"),
    "query_allow": _("the query parameters that stay"),
    "search_param": _("the site's own search"),
    "exclude_networks": _("the excluded addresses"),
    "exclude_countries": _("the excluded countries"),
    "exclude_paths": _("the excluded paths"),
    "properties": _("the properties of events"),
    "tracker": _("what the script does"),
    "retention_months": _("how long events are kept"),
    "counts": _("whether it counts"),
}
STAFF_DETAILS = frozenset({"staff", "staff_before"})


class _Details(dict[str, str]):
    """A detail that an entry does not have is a dash."""

    def __missing__(self, name: str) -> str:
        return NONE


class _Blanks(dict[str, str]):
    """Every detail is left open."""

    def __missing__(self, name: str) -> str:
        return "…"


@dataclass(frozen=True, slots=True)
class Group:
    """Actions about one thing, to choose from: `key` stands for all of them; each by its code and in words."""

    key: str
    name: str
    actions: tuple[tuple[str, str], ...]


def groups(actions: Collection[str]) -> list[Group]:
    """These actions as they are chosen from, by group and in words, in the order of the alphabet."""
    found: dict[str, list[tuple[str, str]]] = {}
    for action in actions:
        found.setdefault(group_of(action), []).append((action, _open(action)))
    told = [
        Group(key, str(GROUPS.get(key, key)), tuple(sorted(each, key=lambda pair: pair[1].casefold())))
        for key, each in found.items()
    ]
    return sorted(told, key=lambda group: group.name.casefold())


def group_of(action: str) -> str:
    """The key of the group to which an action belongs."""
    return action.partition(".")[0]


def _open(action: str) -> str:
    """What an action does to whatever it is done to: "The site … was added."."""
    words = WORDS.get(action)
    return action if words is None else (str(words) % _Blanks()).replace("……", "…").removesuffix(".")


def sentence(entry: AuditEntry) -> str:
    """What happened, in one sentence; the bare action where a newer version wrote it."""
    words = WORDS.get(entry.action)
    if words is None:
        return f"{entry.action}: {entry.subject}"
    told = {name: _text(name, value) or str(EMPTY.get(name, NONE)) for name, value in entry.details.items()}
    return " ".join([str(words) % _Details(told | {"subject": entry.subject}), *_limits(entry)])


def _limits(entry: AuditEntry) -> Iterator[str]:
    """How far a role goes that somebody was given: its sections, its segment, its end, leave to spend."""
    if entry.action not in ("person.invited", "person.joined", "person.role"):
        return
    details = entry.details
    if details.get("sections"):
        labels = dict(Section.choices)
        names = ", ".join(str(labels.get(name, name)) for name in details["sections"])
        yield str(_("Sections: %(names)s.") % {"names": names})
    if details.get("segment"):
        yield str(_("Only the segment %(name)s.") % {"name": details["segment"]})
    if details.get("until") and entry.account is not None:
        last = last_day(datetime.fromisoformat(details["until"]), entry.account)
        yield str(_("Until %(day)s.") % {"day": short_day(last)})
    if details.get("adds_sites"):
        yield str(_("With leave to add sites."))


def _text(name: str, value: Any) -> str:
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    if name in STAFF_DETAILS and value in Staff.values:
        return str(Staff(value).label)
    if name == "change" and value in CHANGES:
        return str(CHANGES[value]).removesuffix(".")  # it stands in quotation marks, within a sentence
    if name == "changed" and isinstance(value, list):
        return ", ".join(str(SITE_SETTINGS.get(one, one)) for one in value)
    if value is None:
        return ""
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
