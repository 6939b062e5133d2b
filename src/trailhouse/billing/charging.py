"""Collecting money by a gateway. The key of a charge is kept before the call, so that a retry is the same charge.

Part of the services of `billing`: `ask` belongs into the caller's transaction, `carry_out` runs outside of any.
"""

import logging
import uuid

from django.db import transaction

from trailhouse.billing import gateways, telling
from trailhouse.billing.activating import choices_in
from trailhouse.billing.gateways import Outcome
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Charge, Document, Request
from trailhouse.billing.receiving import miss, receive
from trailhouse.billing.settling import open_lines, owed_on
from trailhouse.billing.states import State, Transition
from trailhouse.billing.values import day_of, limits
from trailhouse.core import clock
from trailhouse.core.money import Money

log = logging.getLogger(__name__)

OPEN = (Charge.State.ASKED, Charge.State.PENDING, Charge.State.ACTION)


def ask(billing: BillingAccount, *, document: Document | None = None, request: Request | None = None) -> Charge | None:
    """Have what is open of an invoice, or a request, collected after the commit; None where nothing can be charged."""
    found = gateways.gateway(billing.gateway)
    if found is None or not found.can_charge(billing):
        return None
    running = Charge.objects.filter(document=document, request=request, state__in=OPEN).first()
    if running is not None:
        return running
    amount = owed_on(document) if document else request.total if request else 0
    if amount <= 0:
        return None
    now = clock.now()
    return Charge.objects.create(
        account=billing.account, document=document, request=request, gateway=billing.gateway, key=uuid.uuid4().hex,
        amount=amount, currency=billing.book.currency, created_at=now, changed_at=now,
    )  # fmt: skip


def carry_out() -> int:
    """Carry out the charges that were asked for; how many. Any number of processes may: a charge is one by its key."""
    done = 0
    asked = Charge.objects.filter(state=Charge.State.ASKED, gateway__in=gateways.names())
    for charge in asked.order_by("changed_at", "pk").select_related("account")[:50]:
        billing = BillingAccount.objects.select_related("account__owner", "book").get(account=charge.account)
        found = gateways.gateway(charge.gateway)
        if found is None:
            continue
        try:
            outcome = found.charge(charge, billing)
            apply(charge, outcome)
        except OSError:
            log.warning("charge %s has no answer yet", charge.key)
            continue
        except Exception:
            # One charge that cannot be carried out keeps no other waiting.
            log.exception("charge %s failed", charge.key)
            continue
        done += 1
    return done


@transaction.atomic
def apply(charge: Charge, outcome: Outcome) -> None:
    """Note what became of a charge, once: a paid one is booked, a failed one is past due. Late news changes nothing."""
    billing = locked(charge.account_id)
    fresh = Charge.objects.get(pk=charge.pk)
    if fresh.state == Charge.State.DONE:
        return
    if fresh.state == Charge.State.FAILED and outcome.state != Charge.State.DONE:
        return
    fresh.state, fresh.changed_at = outcome.state, clock.now()
    fresh.external = outcome.external or fresh.external
    fresh.error = outcome.error[:300]
    fresh.save(update_fields=["state", "external", "error", "changed_at"])
    if outcome.state == Charge.State.DONE:
        receive(
            billing.account, Money(fresh.amount, fresh.currency), gateway=fresh.gateway,
            key=f"{fresh.gateway}/{fresh.external or fresh.key}", received_on=day_of(billing.account, clock.now()),
            document=fresh.document,
        )  # fmt: skip
    elif outcome.state == Charge.State.FAILED:
        _failed(billing, fresh)


def _failed(billing: BillingAccount, charge: Charge) -> None:
    """The sites whose lines were to be paid are past due; those of a request stay due, and that is told."""
    at = clock.now()
    if charge.document is not None:
        miss(billing, open_lines([charge.document]), at=at)
    elif charge.request is not None:
        for one in choices_in(charge.request):
            if one.state == State.DUE:
                telling.tell_transition(one, Transition.TRIAL_OVER, at, limits())
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
