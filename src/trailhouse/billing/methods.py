"""The card or account that a payer left with a gateway: kept, replaced, removed. Part of the services of `billing`.

What is kept is the gateway's name for it and a label such as "Visa •••• 4242": never its number.
"""

from django.db import transaction

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount
from trailhouse.core import clock

TRANSFER = "transfer"


@transaction.atomic
def keep_customer(account: Account, customer: str, instead_of: str = "") -> str:
    """Keep the gateway's name of an account; the one that holds, where another process was faster."""
    billing = locked(account)
    if billing.customer_ref == instead_of:
        billing.customer_ref = customer
        billing.save(update_fields=["customer_ref"])
    return billing.customer_ref


@transaction.atomic
def keep(account: Account, gateway: str, method: str, label: str, *, by: User | None) -> str:
    """Keep what the account pays with from now on; what it was before, "" where it is the same.

    Nobody (`by`) but a person goes back to what is kept from another way of paying that was chosen since.
    """
    billing = locked(account)
    before = billing.method_ref
    if before == method and (by is None or billing.gateway == gateway):
        BillingAccount.objects.filter(pk=billing.pk).update(method_label=label[:80])
        return ""
    billing.gateway, billing.method_ref, billing.method_label = gateway, method, label[:80]
    billing.look_at = clock.now()
    billing.save(update_fields=["gateway", "method_ref", "method_label", "look_at"])
    record("billing.method_kept", account=billing.account, by=by, subject=label)
    return before


@transaction.atomic
def remove(account: Account, *, by: User | None) -> None:
    """The account pays by transfer again."""
    billing = locked(account)
    label = billing.method_label
    if not billing.method_ref:
        return
    billing.gateway, billing.method_ref, billing.method_label = TRANSFER, "", ""
    billing.save(update_fields=["gateway", "method_ref", "method_label"])
    record("billing.method_removed", account=billing.account, by=by, subject=label)


def drop(billing: BillingAccount) -> None:
    """Charge what was left no more, since that cannot succeed or is not wanted. The caller holds the account's lock."""
    if billing.method_ref:
        record("billing.method_dropped", account=billing.account, by=None, subject=billing.method_label)
        billing.method_ref = billing.method_label = ""
        billing.save(update_fields=["method_ref", "method_label"])
