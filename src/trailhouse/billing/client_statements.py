"""Statements for clients: which are ready for a month, and sending one. Part of the services of `billing`."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.billing import margins
from trailhouse.billing.documents import client_statement as documents
from trailhouse.billing.documents import words
from trailhouse.billing.documents.client_statement import Facts
from trailhouse.billing.models import BillingAccount, ClientStatement
from trailhouse.billing.periods import Span
from trailhouse.billing.telling import CLIENT_STATEMENT_FILE
from trailhouse.core.errors import UserError
from trailhouse.outbox import services as outbox
from trailhouse.sites import looks
from trailhouse.sites.models import Client
from trailhouse.sites.notices import has_person

TEMPLATE = "billing/client_statement"
_KEY = re.compile(r"[0-9a-f-]{8,36}")


@dataclass(frozen=True)
class Ready:
    """A client with a rate in a period: its statement (None where nothing is owed), and what it was sent last."""

    client: Client
    facts: Facts | None
    sent: ClientStatement | None

    @property
    def changed(self) -> bool:
        """Whether what was sent says something else than the statement of today."""
        return self.sent is not None and self.facts is not None and _owed(self.sent.facts) != _owed(self.facts)


def _owed(facts: Facts) -> tuple[object, object]:
    return facts["lines"], facts["total"]


def ready(billing: BillingAccount, span: Span) -> list[Ready]:
    """The clients who have a rate in the whole months of `span`, by name."""
    known = margins.facts_of(billing, span)
    clients = Client.objects.filter(account=billing.account, rates__valid_from__lt=span.end).distinct()
    sent: dict[int | None, ClientStatement] = {}
    for one in ClientStatement.objects.filter(account=billing.account, start=span.start, end=span.end).reverse():
        sent[one.client_id] = one  # the newest
    rows = []
    for client in clients.order_by("name", "pk"):
        facts = documents.facts_of(billing, client, span, known)
        if facts is not None or client.pk in sent:
            rows.append(Ready(client, facts, sent.get(client.pk)))
    return rows


def facts_for(billing: BillingAccount, client: Client, span: Span) -> Facts | None:
    """The statement of one client; None where nothing is owed."""
    return documents.facts_of(billing, client, span, margins.facts_of(billing, span, client))


@transaction.atomic
def send(billing: BillingAccount, client: Client, span: Span, *, key: str, by: User) -> ClientStatement:
    """Mail `client` its statement, at its contact address and in its language; once a `key` of the page.

    Raises UserError where there is no address or nothing to state, and for an account that has not paid yet where it
    has written to as many strangers as it may in a day.
    """
    if not _KEY.fullmatch(key):
        raise UserError("wrong_key", _("Nothing was sent."), _("Open the page again, and press its button."))
    there = ClientStatement.objects.filter(account=billing.account, key=key).first()
    if there is not None:
        return there
    if not client.email:
        raise UserError(
            "no_client_email",
            _("%(client)s has no e-mail address.") % {"client": client.name},
            _("Enter one on the client's page."),
            status=409,
        )
    facts = facts_for(billing, client, span)
    if facts is None:
        raise UserError(
            "nothing_to_state",
            _("%(client)s owes nothing for this period.") % {"client": client.name},
            _("Set a rate, or choose another month."),
            status=409,
        )
    made, created = ClientStatement.objects.get_or_create(
        account=billing.account, key=key,
        defaults={
            "client": client, "start": span.start, "end": span.end, "currency": facts["currency"],
            "total": facts["total"], "facts": facts, "to": client.email, "by": by,
        },
    )  # fmt: skip
    if created:
        _mail(billing, client, made)
        told = {"to": made.to, "month": facts["start"][:7]}
        record("billing.client_statement", account=billing.account, by=by, subject=client.name, details=told)
    return made


def _mail(billing: BillingAccount, client: Client, made: ClientStatement) -> None:
    facts, language = made.facts, made.facts["language"]
    with override(language):
        context = {
            "reseller": documents.look_of(billing.account, client).name,
            "client": client.name,
            "period": documents.period(facts),
            "total": words.money(facts["total"], facts["currency"]),
            "reply_to": billing.account.owner.email,
        }
    outbox.mail(
        made.to, TEMPLATE, context, language=language, account_id=billing.account_id, look=looks.of_client(client).key,
        key=f"client_statement/{made.pk}", attachments=[(CLIENT_STATEMENT_FILE, made.pk)],
        stranger=not has_person(billing.account, made.to),
    )  # fmt: skip
