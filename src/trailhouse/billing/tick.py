"""The one job of billing: brings each account up to date, in the order in which things were due. Idempotent.

It is safe with several workers (an account's row is locked, every step has a key) and after any time off: what was
missed is done at its own moment, once, and told in one mail.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from trailhouse.accounts.models import Instance
from trailhouse.billing import activating, enrolment, mails, measuring, planning, receiving
from trailhouse.billing.gateways import collect
from trailhouse.billing.issuing import invoice
from trailhouse.billing.locking import locked
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import BillingAccount, Document, Subscription
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.settling import open_lines, overdue, unpaid
from trailhouse.billing.shifting import apply_state, note, shift, tell
from trailhouse.billing.states import Limits, State, Transition, timed
from trailhouse.billing.values import PAYING, day_of, limits, midnight
from trailhouse.core import clock
from trailhouse.sites.closing import close_site

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
AT_MOST = 500  # accounts of one step


def run(meter: Meter) -> int:
    """Bring the accounts up to date whose time has come; how many. Nothing while billing is not on."""
    if not Instance.objects.filter(billing=Instance.Billing.ON).exists():
        return 0
    enrolment.enrol_missing()
    meter.close_days()
    now = clock.now()
    due = BillingAccount.objects.filter(look_at__lte=now, account__demo=False)
    done = 0
    for number in due.order_by("look_at", "pk").values_list("account_id", flat=True)[:AT_MOST]:
        try:
            bring_up_to_date(number, meter, now)
            done += 1
        except Exception:
            # One account that cannot be billed keeps nobody else waiting; it is tried again in an hour.
            log.exception("billing of account %s failed", number)
            BillingAccount.objects.filter(account_id=number).update(look_at=now + timedelta(hours=1))
    return done
