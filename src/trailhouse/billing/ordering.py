"""What a payer orders on the page: sites are activated on terms, paid from credit or by a charge, or asked for.

Part of the services of `billing`.
"""

from django.db import transaction

from trailhouse.accounts.models import Account, User
from trailhouse.billing import activating, charging, receiving
from trailhouse.billing.activating import Choices
from trailhouse.billing.locking import locked
from trailhouse.billing.measuring import Days
from trailhouse.billing.models import Charge, Request
from trailhouse.billing.settling import Source, balance
from trailhouse.core import clock


@transaction.atomic
def order(account: Account, choices: Choices, *, by: User, days: Days | None = None) -> tuple[Request | None, bool]:
    """Activate sites as the account pays: the payment request that is still open, if any, and whether it is charged.

    On invoice terms there is none, nor where the account's credit covers all of it. Raises UserError.
    """
    request = activating.activate(account, choices, by=by, days=days)
    return (None, False) if request is None else settle(account, request)


def settle(account: Account, request: Request) -> tuple[Request | None, bool]:
    """Have a request that was just made paid by credit that covers all of it, or collected; see `order`."""
    billing = locked(account)
    if request.state != Request.State.OPEN:
        return activating.open_request(account), False
    credit = balance(account)
    if credit >= request.total > 0:
        at = clock.now()
        receiving.pay_request(billing, [Source(credit)], at=at)
        return activating.open_request(account), False
    charge: Charge | None = charging.ask(billing, request=request)
    return request, charge is not None
