"""Which sites of an open invoice a payer pays first: told by the reference of the transfer. Part of the services."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing.locking import locked
from trailhouse.billing.models import Document, PayChoice
from trailhouse.billing.references import reference, references_in
from trailhouse.billing.settling import OpenLine, open_lines
from trailhouse.core.errors import UserError


def owed_of(document: Document, sites: Collection[int]) -> list[OpenLine]:
    """The open lines of `document` that belong to the subscriptions with these numbers."""
    return [one for one in open_lines([document]) if one.line.subscription_id in sites]


@transaction.atomic
def choose(document: Document, sites: Collection[int], *, by: User) -> PayChoice:
    """Keep which sites of an invoice are paid first, under a reference of their own; a second call finds it.

    Raises UserError where nothing is open of them.
    """
    billing = locked(document.account_id)
    lines = owed_of(document, sites)
    if not lines:
        raise UserError(
            "nothing_to_pay",
            _("None of the chosen lines is open."),
            _("Choose lines of the invoice that are not paid yet."),
            status=409,
        )
    numbers = sorted({one.line.subscription_id for one in lines if one.line.subscription_id is not None})
    amount = sum(one.owed for one in lines)
    there = PayChoice.objects.filter(document=document, sites=numbers, amount=amount).first()
    if there is not None:
        return there
    count = PayChoice.objects.filter(account=billing.account).count() + 1
    # Four numbers, of which a request's reference has two and an invoice's three: none is like another.
    made = PayChoice.objects.create(
        account=billing.account, document=document, sites=numbers, amount=amount, by=by,
        reference=reference(billing.account_id, document.issued_on.year % 100, document.pk % 10_000, count),
    )  # fmt: skip
    record("billing.lines_chosen", account=billing.account, by=by, subject=document.number,
           details={"reference": made.reference, "sites": [one.line.text for one in lines]})  # fmt: skip
    return made


def sites_named(account: Account, text: str) -> list[int]:
    """The subscriptions that a transfer's text names by such a reference: what `receive` is given as `sites`."""
    found = PayChoice.objects.filter(account=account, reference__in=references_in(text)).first()
    return list(found.sites) if found else []
