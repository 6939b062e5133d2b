"""Labels and clients of many sites at once; part of the services of `sites`: one transaction a function.

A label is the team's own word for a group of sites. It changes nothing that is served.
"""

from collections.abc import Callable, Collection

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.sites.models import Client, Site

LONGEST_LABEL = 40
MOST_LABELS = 20  # of one site
MOST_SITES = 1000  # in one step


def normal_label(text: str) -> str:
    """A label as it is kept: its words with one space between them. Raises UserError for none, or too long a one."""
    label = " ".join(text.split())
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise UserError(
            "wrong_label",
            _("“%(label)s” is no label.") % {"label": label[:LONGEST_LABEL]} if label else _("A label is missing."),
            _("Use 1 to %(most)d characters.") % {"most": LONGEST_LABEL},
        )
    return label


@transaction.atomic
def add_label(sites: Collection[Site], text: str, *, by: User | None) -> int:
    """Put a label on sites; how many did not have it, in whatever case.

    Raises UserError for a wrong label, and where a site has too many.
    """
    label = normal_label(text)

    def with_it(labels: list[str]) -> list[str]:
        if label.casefold() in {own.casefold() for own in labels}:
            return labels
        if len(labels) >= MOST_LABELS:
            raise UserError(
                "too_many_labels",
                _("A site has at most %(most)d labels.") % {"most": MOST_LABELS},
                _("Remove one first."),
                status=409,
            )
        return sorted([*labels, label], key=str.casefold)

    return _relabel(sites, with_it, {"added": label}, by)


@transaction.atomic
def remove_label(sites: Collection[Site], text: str, *, by: User | None) -> int:
    """Take a label off sites, in whatever case it was written; how many had it. Raises UserError for a wrong one."""
    label = normal_label(text)

    def without(labels: list[str]) -> list[str]:
        return [own for own in labels if own.casefold() != label.casefold()]

    return _relabel(sites, without, {"removed": label}, by)


def _relabel(
    sites: Collection[Site], change: Callable[[list[str]], list[str]], details: dict[str, str], by: User | None
) -> int:
    changed = []
    for site in _locked(sites):
        labels = change(list(site.labels))
        if labels != site.labels:
            site.labels = labels
            changed.append(site)
            record("site.labels", account=site.account, by=by, subject=site.domain, details=details)
    Site.objects.bulk_update(changed, ["labels"])
    return len(changed)


@transaction.atomic
def set_client(sites: Collection[Site], client: Client | None, *, by: User | None) -> int:
    """Make sites a client's, whose people see them from then on, or nobody's; how many changed.

    Raises UserError where a site is of another account than the client.
    """
    name = client.name if client else ""
    changed = [site for site in _locked(sites) if site.client_id != (client.pk if client else None)]
    for site in changed:
        if client is not None and site.account_id != client.account_id:
            raise UserError(
                "client_of_another_account",
                _("%(domain)s is not in the account of %(client)s.") % {"domain": site.domain, "client": name},
                _("Choose sites of that account only."),
            )
        record("site.client", account=site.account, by=by, subject=site.domain, details={"client": name})
    Site.objects.filter(pk__in=[site.pk for site in changed]).update(client=client)
    return len(changed)


def _locked(sites: Collection[Site]) -> list[Site]:
    """The sites as they are now, until the transaction ends, in an order in which two at once do not block."""
    if len(sites) > MOST_SITES:
        raise UserError(
            "too_many_sites",
            _("%(count)d sites are too many for one step.") % {"count": len(sites)},
            _("Choose at most %(most)d.") % {"most": MOST_SITES},
        )
    numbers = [site.pk for site in sites]
    found = Site.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    return list(found.select_related("account"))
