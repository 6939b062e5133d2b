"""A site goes to another account: its subscription goes along, with the days that are paid. Part of the services."""

from trailhouse.accounts.models import User
from trailhouse.billing import enrolment
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.shifting import note
from trailhouse.core import clock
from trailhouse.sites.models import Site


def on_moved(site: Site, by: User | None) -> None:
    """In the transaction that moved `site` and its twin; also while billing is off, which may be switched on again."""
    found = list(Subscription.objects.filter(site__in=[site.pk, *site.twins.values_list("pk", flat=True)]))
    if not found:
        return
    now = clock.now()
    billing = enrolment.billing_of(site.account)
    for one in found:
        former = one.account_id
        one.account = site.account
        one.save(update_fields=["account"])
        note(one, "moved", f"{one.pk}/moved/{now.isoformat()}", at=now, former=former)
        BillingAccount.objects.filter(account__in=[former, billing.account_id]).update(look_at=now)
