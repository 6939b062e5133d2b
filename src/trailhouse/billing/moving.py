"""A site goes to another account: its subscription goes along, with the days that are paid. Part of the services."""

from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.billing import enrolment
from trailhouse.billing.invoicing import bill_open_days
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.settling import open_lines, unpaid
from trailhouse.billing.shifting import note
from trailhouse.billing.values import PAYING, day_of
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites.models import Site


def on_moved(site: Site, by: User | None) -> None:
    """In the transaction that moved `site` and its twin: what is paid goes along, what is owed does not.

    Also while billing is off, which may be switched on again; nobody owes anything then. Raises UserError where
    something of the site is not paid, or the operator suspended it.
    """
    numbers = [site.pk, *site.twins.values_list("pk", flat=True)]
    found = list(Subscription.objects.filter(site__in=numbers).select_related("account", "site"))
    if not found:
        return
    number = enrolment.billing_of(site.account).account_id
    for one in found:
        _move(one, site, number)


def _move(one: Subscription, site: Site, number: int) -> None:
    now = clock.now()
    here, there = (locked(account) for account in sorted({one.account_id, number}))
    former, billing = (here, there) if there.account_id == number else (there, here)
    if enrolment.billing_on():
        _refuse_debts(former, one)
        bill_open_days(former, one, now=now)
    one.account = site.account
    one.save(update_fields=["account"])
    enrolment.take_trial_along(site)
    if one.state in PAYING and billing.billing_day is None and one.paid_until is not None:
        billing.billing_day = one.paid_until.day
        billing.next_billing_on = next_billing_date(billing.billing_day, day_of(billing.account, now))
        billing.save(update_fields=["billing_day", "next_billing_on"])
    note(one, "moved", f"{one.pk}/moved/{now.isoformat()}", at=now, former=former.account_id)
    BillingAccount.objects.filter(pk__in=[former.pk, billing.pk]).update(look_at=now)


def _refuse_debts(former: BillingAccount, one: Subscription) -> None:
    owed = any(line.line.subscription_id == one.pk for line in open_lines(unpaid(former.account)))
    if owed or one.held_because:
        raise UserError(
            "site_owes",
            _("%(site)s cannot be moved while something of it is not paid.") % {"site": one.domain},
            _("Pay its open invoices first."),
            status=409,
        )
