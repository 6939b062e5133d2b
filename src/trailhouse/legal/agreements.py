"""Processing agreements: published versions, and who accepted which. Part of the services of `legal`.

Two chains of one kind: the operator's agreement, which the administrator accepts for an account; and an account's with
its clients, which a person of the client accepts, or which was signed on paper.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from trailhouse.accounts.instance import version_exists
from trailhouse.accounts.models import Account, Staff, User
from trailhouse.accounts.services import record
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.legal import parties, plain, subprocessors, wording
from trailhouse.legal.models import Agreement, Signature
from trailhouse.sites import confining
from trailhouse.sites.access import running
from trailhouse.sites.models import Client, Membership, Site

MOST_SITES = 500  # that are listed in an agreement


@transaction.atomic
def publish(account: Account | None, version: str, text: str = "", language: str = "", *, by: User) -> Agreement:
    """Publish a version of the account's agreement with its clients (None: the operator's with accounts), for ever.

    Without a `text` of one's own, which is in `language`, it is the one that comes with the service, in all languages.
    Raises UserError where the version is there already, and for a text that is too long.
    """
    if len(text) > plain.LONGEST:
        raise UserError(
            "text_too_long", _("The text has more than %(most)s letters.") % {"most": plain.LONGEST}, _("Shorten it.")
        )
    own = {known_language(language): text.strip()}
    texts = own if text.strip() else wording.shipped(for_clients=account is not None)
    try:
        with transaction.atomic():
            made = Agreement.objects.create(account=account, version=version.strip(), texts=texts)
    except IntegrityError:
        raise version_exists(version) from None
    record("legal.published", account=account, by=by, subject=made.version)
    return made


def newest(account: Account | None) -> Agreement | None:
    """The version that holds now: the account's with its clients (None: the operator's); None where none is there."""
    return Agreement.objects.filter(account=account).first()


def signature(agreement: Agreement, account: Account, client: Client | None = None) -> Signature | None:
    """The acceptance of that version for the account, or for its client."""
    found = Signature.objects.filter(agreement=agreement, account=account, client=client, of_client=client is not None)
    return found.select_related("agreement").first()


def last_signature(account: Account, client: Client | None = None) -> Signature | None:
    """The newest acceptance of whatever version."""
    found = Signature.objects.filter(account=account, client=client, of_client=client is not None)
    return found.select_related("agreement").order_by("-agreement__published_at", "-id").first()


def content(account: Account, client: Client | None, language: str) -> dict[str, Any]:
    """What an agreement says of today beside its text: parties, sites, sub-processors; all that its PDF is made of."""
    mine = parties.of(account)
    customer, provider = (parties.of_client(client), mine) if client else (mine, parties.of(None))
    sites = Site.objects.filter(client=client) if client else Site.objects.filter(account=account)
    processors = subprocessors.chain(account) if client else subprocessors.of(None)
    return {
        "language": language,
        "customer": customer.kept(),
        "provider": provider.kept(),
        "sites": [[one.domain, one.privacy, one.retention_months] for one in sites.order_by("domain")[:MOST_SITES]],
        "processors": [one.kept() for one in processors],
    }


def language_of(agreement: Agreement, wanted: str) -> str:
    """The language in which its text is read: the one that is wanted, else the first that it has."""
    return wanted if wanted in agreement.texts else next(iter(agreement.texts))


@dataclass(frozen=True)
class Signing:
    """How somebody accepts: in `language`; `on_paper` and `person` where it was signed on paper that day."""

    language: str
    on_paper: date | None = None
    person: str = ""


@transaction.atomic
def sign(agreement: Agreement, account: Account, client: Client | None, how: Signing, *, by: User) -> Signature:
    """Accept that version for `account`, or for its `client`. A second call returns the first acceptance.

    Whether `by` may do so is for the caller: `attached`, or the account's administrator. Raises UserError for a version
    that is not the newest, and for a paper of a day to come or without a name.
    """
    there = signature(agreement, account, client)
    if there is not None:
        return there
    _check(agreement, account, client, how)
    who = how.person.strip() if how.on_paper else f"{by.full_name} <{by.email}>" if by.full_name else by.email
    kept = content(account, client, language_of(agreement, how.language))
    values = {"user": by, "person": who[:200], "on_paper": how.on_paper, "content": kept}
    made, new = Signature.objects.get_or_create(
        agreement=agreement, account=account, client=client, of_client=client is not None, defaults=values
    )
    if new:
        _note(made, by)
    return made


def _note(made: Signature, by: User) -> None:
    details = {"version": made.agreement.version, "person": made.person}
    if made.client is None:
        record("legal.accepted", account=made.account, by=by, subject=made.agreement.version, details=details)
    else:
        record("legal.paper" if made.on_paper else "legal.client_accepted", account=made.account, by=by,
               subject=made.client.name, details=details)  # fmt: skip


def _check(agreement: Agreement, account: Account, client: Client | None, how: Signing) -> None:
    if newest(account if client else None) != agreement:
        raise UserError(
            "other_version",
            _("A newer version was published meanwhile."),
            _("Open the page again, and read that one."),
            status=409,
        )
    if how.on_paper is None:
        return
    if how.on_paper > localtime(clock.now()).date():
        raise UserError("wrong_day", _("This day is still to come."), _("Enter the day on the paper."))
    if not how.person.strip():
        raise UserError("wrong_name", _("Who signed is missing."), _("Enter the name on the paper."))


def attached(user: User) -> QuerySet[Client]:
    """The clients for which `user` reads and accepts agreements: those that they are a person of.

    Nobody does so who looks as another person; nor at a client of an account that is closed or suspended. At the host
    of a brand there are its clients alone.
    """
    if not user.is_active or user.viewed_by is not None:
        return Client.objects.none()
    mine = Membership.objects.filter(running(), user=user, client__isnull=False).values("client")
    here = confining.clients_at(user.at_host) if user.at_host else Q()
    found = Client.objects.filter(here, pk__in=mine, account__closed_at=None, account__suspended_at=None)
    return found.order_by("name")


@dataclass(frozen=True)
class Open:
    """A version that waits to be accepted: for an account, or for a client of it."""

    agreement: Agreement
    account: Account
    client: Client | None = None


def open_for(user: User, clients: Iterable[Client] | None = None) -> list[Open]:
    """What `user` is asked to accept: as a person of their `clients`, and as the administrator of accounts.

    `clients` are those of `attached`, where somebody has asked for them already.
    """
    found = [
        Open(agreement, client.account, client)
        for client in (attached(user).select_related("account") if clients is None else clients)
        if (agreement := newest(client.account)) and signature(agreement, client.account, client) is None
    ]
    operators = newest(None)
    if operators is None or user.viewed_by is not None or user.at_host or user.staff == Staff.OPERATOR:
        return found
    mine = Account.objects.filter(owner=user, closed_at=None, suspended_at=None, demo=False)
    return found + [Open(operators, one) for one in mine if signature(operators, one) is None]
