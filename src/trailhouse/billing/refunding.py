"""Giving money back: the operator's error or termination, or 14 days after a first payment. Part of the services."""

import uuid

from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.billing import gateways
from trailhouse.billing.models import Payment
from trailhouse.billing.receiving import take_back
from trailhouse.core.errors import UserError


def refund(payment: Payment, amount: int, why: str, *, by: User, key: str = "") -> Payment:
    """Give `amount` of a payment back by the way it came; what it had paid is open again unless it was credited.

    A transfer is paid back by the operator's bank and noted here. Raises UserError for more than was paid.
    """
    given = -sum(one.amount for one in payment.refunded_by.all())
    if not 0 < amount <= payment.amount - given:
        raise UserError(
            "too_much_back",
            _("That is more than is left of this payment."),
            _("Enter an amount up to what was paid and not given back."),
        )
    key = key or uuid.uuid4().hex
    found = gateways.gateway(payment.gateway)
    if found is not None:
        found.refund(payment, amount, key)
    return take_back(payment, f"refund/{key}", amount=amount, note=why, by=by)
