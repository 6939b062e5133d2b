"""The invoice of what is due for days to come: made, paid from credit, collected, told. Part of the services.

Callers hold the lock of the account's `BillingAccount`.
"""

from collections.abc import Sequence
from datetime import date, datetime

from trailhouse.billing import charging, licence_planning, planning, receiving, telling
from trailhouse.billing.issuing import invoice
from trailhouse.billing.models import BillingAccount, Document, Licence, Subscription
from trailhouse.billing.planning import Plan
from trailhouse.billing.states import State
from trailhouse.billing.values import day_of, limits

RENEWED = (State.ACTIVE, State.PAST_DUE)  # what is billed on; the others that count have an end


def bill(
    billing: BillingAccount,
    due: Sequence[Subscription],
    on: date,
    key: str,
    *,
    now: datetime,
    licences: Sequence[Licence] = (),
) -> Document | None:
    """One invoice for the sites and `licences` whose billed days end by `on`; None without any.

    After days without the job its date is today's, so that numbers and dates go up together.
    """
    if not due and not licences:
        return None
    fees = [fee for one in licences for fee in licence_planning.renewed(billing, one)]
    return collect(billing, planning.renewal(billing, due, on, fees), key, now=now)


def collect(billing: BillingAccount, plan: Plan, key: str, *, now: datetime) -> Document:
    """The invoice of `plan`, to be paid by the account's terms: paid from credit, collected, told."""
    days = limits().invoice_terms if billing.terms_days is None else billing.terms_days
    made = invoice(billing, plan, key, on=day_of(billing.account, now), due_days=days)
    receiving.use_credit(billing, made, at=now)
    charging.ask(billing, document=made)
    telling.tell_document(billing, made, now)
    return made


def is_between(billing: BillingAccount, one: Subscription) -> bool:
    """Whether days before the next billing day are not billed yet, as after an activation on terms."""
    until, on = one.paid_until, billing.next_billing_on
    return State(one.state) in RENEWED and until is not None and on is not None and until < on


def bill_night(billing: BillingAccount, due: Sequence[Subscription], on: date, *, now: datetime) -> Document | None:
    """What was activated since the last night, for the days from `on` to the billing day."""
    prefix = f"account/{billing.account_id}/{on}/night/"
    count = Document.objects.filter(account=billing.account_id, key__startswith=prefix).count()
    return bill(billing, due, on, f"{prefix}{count}", now=now)


def bill_open_days(billing: BillingAccount, one: Subscription, *, now: datetime) -> None:
    """Before a site ends or goes elsewhere: what of it waits for tonight's invoice."""
    today = day_of(billing.account, now)
    if is_between(billing, one) and one.paid_until is not None and one.paid_until <= today:
        bill_night(billing, [one], today, now=now)
