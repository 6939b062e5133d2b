"""The lock under which an account's money moves: its `BillingAccount` row. Part of the services of `billing`."""

from trailhouse.accounts.models import Account
from trailhouse.billing.models import BillingAccount


def locked(account: Account | int) -> BillingAccount:
    """The account's billing row, held until the transaction ends. Raises BillingAccount.DoesNotExist.

    On SQLite the transaction itself excludes other writers (it begins IMMEDIATE).
    """
    number = account if isinstance(account, int) else account.pk
    rows = BillingAccount.objects.select_for_update(of=("self",)).select_related("account__owner", "book")
    return rows.get(account_id=number)
