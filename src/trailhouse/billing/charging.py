"""Collecting money by a gateway. The key of a charge is kept before the call, so that a retry is the same charge.

Part of the services of `billing`: `ask` belongs into the caller's transaction, `carry_out` runs outside of any.
"""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, Sum

from trailhouse.accounts.models import Account
from trailhouse.billing import activating, declines, gateways, methods, telling
from trailhouse.billing.enrolment import billing_on
from trailhouse.billing.gateways import Gateway, Outcome
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Charge, Document, GatewayEvent, Payment, Request
from trailhouse.billing.receiving import miss, receive, take_back
from trailhouse.billing.settling import open_lines, owed_on, unpaid
from trailhouse.billing.values import day_of
from trailhouse.core import clock
from trailhouse.core.money import Money

log = logging.getLogger(__name__)

UNSURE_AFTER = timedelta(minutes=2)  # a charge that was sent and has no answer is sent again, by its key
LOOK_AFTER = timedelta(hours=1)  # one that waits is looked at, in case the gateway's word of it was lost
EVENTS_KEPT = timedelta(days=90)
AT_ONCE = 50
OPEN = (Charge.State.ASKED, Charge.State.PENDING, Charge.State.ACTION)


def ask(billing: BillingAccount, *, document: Document | None = None, request: Request | None = None) -> Charge | None:
    """Have what is open of an invoice, or a request, collected after the commit; None where nothing can be charged.

    What is on its way already is not collected twice: a request that takes another's place asks for the rest.
    """
    found = gateways.gateway(billing.gateway)
    if found is None or not found.can_charge(billing):
        return None
    running = Charge.objects.filter(document=document, request=request, state__in=OPEN).first()
    if running is not None:
        return running
    if request is not None:
        replaced = Charge.objects.filter(account=billing.account, state=Charge.State.ASKED, sent_at=None)
        _withdraw(replaced.exclude(request=None))
    amount = owed_on(document) if document else request.total - _on_its_way(billing) if request else 0
    if amount <= 0:
        return None
    now = clock.now()
    return Charge.objects.create(
        account=billing.account, document=document, request=request, gateway=billing.gateway, key=uuid.uuid4().hex,
        amount=amount, currency=billing.book.currency, created_at=now, changed_at=now,
    )  # fmt: skip


def _on_its_way(billing: BillingAccount, but: int = 0) -> int:
    """What is being collected for requests of the account, but for the charge with that number."""
    rows = Charge.objects.filter(account=billing.account, state__in=OPEN).exclude(request=None).exclude(pk=but)
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def _withdraw(charges: Iterable[Charge], error: str = declines.NOT_NEEDED) -> None:
    """Give up charges that were never sent; nobody owes anything for it."""
    for one in charges:
        one.state, one.error, one.changed_at = Charge.State.FAILED, error, clock.now()
        one.save(update_fields=["state", "error", "changed_at"])


def carry_out() -> int:
    """Send the charges that were asked for, look at those that wait; how many have an answer.

    Any number of processes may do this at once: a charge is claimed for a while, and one by its key in any case.
    Nothing while billing is not on.
    """
    if not billing_on():
        return 0
    now = clock.now()
    to_send = Q(state=Charge.State.ASKED) & (Q(sent_at=None) | Q(sent_at__lte=now - UNSURE_AFTER))
    to_look_at = Q(state__in=[Charge.State.PENDING, Charge.State.ACTION], sent_at__lte=now - LOOK_AFTER)
    known = Charge.objects.filter(gateway__in=gateways.names())
    rows = known.filter(to_send | to_look_at).order_by(F("sent_at").asc(nulls_first=True), "pk")
    return sum(_carry_out(one) for one in rows[:AT_ONCE])


def _carry_out(one: Charge) -> bool:
    found = gateways.gateway(one.gateway)
    claimed = _claim(one) if found else None
    if found is None or claimed is None:
        return False
    charge, billing = claimed
    try:
        apply(charge, _outcome(found, charge, billing, again=one.sent_at is not None))
    except OSError as error:
        log.warning("charge %s has no answer yet: %s", charge.key, error)
        return False
    except Exception:
        log.exception("charge %s failed", charge.key)  # one that cannot be sent keeps no other waiting
        return False
    return True


def confirm(charge: Charge, back: str) -> str:
    """Where the payer confirms a charge that waits for it; "" where it needs that no more. Raises UserError.

    One whose amount was paid in another way meanwhile is called off.
    """
    billing = BillingAccount.objects.select_related("account", "book").get(account=charge.account_id)
    found = gateways.gateway(charge.gateway)
    if found is None or charge.state != Charge.State.ACTION:
        return ""
    if not _is_wanted(charge):
        off = found.call_off(charge)  # it may have gone through meanwhile
        apply(charge, replace(off, error=declines.NOT_NEEDED) if off.state == Charge.State.FAILED else off)
        return ""
    outcome, address = found.confirm(charge, billing, back)
    apply(charge, outcome)
    return address


def look(charge: Charge) -> Charge:
    """A charge as it stands now, as its payer comes back; as it stood where the gateway has no answer."""
    billing = BillingAccount.objects.select_related("account", "book").get(account=charge.account_id)
    found = gateways.gateway(charge.gateway)
    if found is not None and charge.state in (Charge.State.PENDING, Charge.State.ACTION):
        try:
            apply(charge, found.look(charge, billing))
        except OSError as error:
            log.warning("charge %s has no answer yet: %s", charge.key, error)
    return Charge.objects.get(pk=charge.pk)


def _is_wanted(charge: Charge) -> bool:
    """Whether what a charge is for is still open."""
    if charge.document is not None:
        return owed_on(charge.document) >= charge.amount
    return activating.open_request(charge.account) is not None


def _outcome(found: Gateway, charge: Charge, billing: BillingAccount, *, again: bool) -> Outcome:
    """Send a charge, or look at one that was sent; one that is not wanted any more is sent no second time."""
    if charge.state == Charge.State.ASKED and (not again or _is_wanted(charge)):
        return found.charge(charge, billing)
    outcome = found.look(charge, billing)
    if charge.state == Charge.State.ASKED and outcome.state == Charge.State.FAILED:
        return replace(outcome, error=declines.NOT_NEEDED)
    return outcome


@transaction.atomic
def _claim(one: Charge) -> tuple[Charge, BillingAccount] | None:
    """Take a charge for this process, and fix its amount when it is first sent; None where it is not wanted any more.

    What it was for may have been paid otherwise since it was asked for.
    """
    billing = locked(one.account_id)
    charge = Charge.objects.select_related("account", "document", "request").get(pk=one.pk)
    if charge.state not in OPEN or charge.sent_at != one.sent_at:
        return None
    if charge.sent_at is None:
        due = _due(billing, charge)
        if due <= 0:
            _withdraw([charge])
            return None
        if charge.document is None and due > charge.amount:
            _withdraw([charge], declines.AMOUNT_CHANGED)
            telling.tell_declined(charge, clock.now())
            return None
        charge.amount = min(charge.amount, due)
    charge.sent_at = clock.now()
    charge.save(update_fields=["amount", "request", "sent_at"])
    return charge, billing


def _due(billing: BillingAccount, charge: Charge) -> int:
    """What a charge that was not sent yet still has to collect. One for a request goes with the request."""
    if charge.document is not None:
        return owed_on(charge.document)
    there = activating.open_request(billing.account)
    if there is None:
        return 0
    charge.request = there
    return there.total - _on_its_way(billing, but=charge.pk)


@transaction.atomic
def apply(charge: Charge, outcome: Outcome) -> None:
    """Note what became of a charge, once: a paid one is booked, a failed one is past due. Late news changes nothing."""
    billing = locked(charge.account_id)
    fresh = Charge.objects.select_related("account", "document", "request").get(pk=charge.pk)
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
            billing.account, Money(fresh.amount, fresh.currency), gateway=fresh.gateway, key=payment_key(fresh),
            received_on=day_of(billing.account, clock.now()), document=fresh.document,
            for_request=fresh.request is not None,
        )  # fmt: skip
    elif outcome.state == Charge.State.ACTION:
        telling.ask_to_confirm(billing, fresh)
    elif outcome.state == Charge.State.FAILED:
        _failed(billing, fresh, outcome)


@transaction.atomic
def collect_late(account: Account) -> int:
    """Have what is late, or was tried before, collected by what the payer has just left; how many charges."""
    billing = locked(account)
    today = day_of(account, clock.now())
    tried = Charge.objects.filter(account=account)
    return sum(
        ask(billing, document=one) is not None
        for one in unpaid(account)
        if one.due_on < today
        or tried.filter(Q(document=one) | Q(request__isnull=False, request=one.request_id)).exists()
    )


def payment_key(charge: Charge) -> str:
    """Under which key a charge that went through is booked as a payment."""
    return f"{charge.gateway}/{charge.external or charge.key}"


def _failed(billing: BillingAccount, charge: Charge, outcome: Outcome) -> None:
    """The sites whose lines were to be paid are past due; what will never go through is not tried again."""
    if outcome.error == declines.NOT_NEEDED:
        return
    at = clock.now()
    if not outcome.again and outcome.method and outcome.method == billing.method_ref:
        methods.drop(billing)
    if charge.document is not None:
        miss(billing, open_lines([charge.document]), at=at)
    telling.tell_declined(charge, at)
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)


@transaction.atomic
def fell_through(payment: Payment, key: str, *, amount: int | None = None, note: str) -> Payment | None:
    """Money that had come was taken back: a dispute, a debit that failed later. Once a `key`, at most what is left.

    The sites that it had paid are past due from now on, not from when their invoice was. A payer who disputes is not
    charged again without leaving the card or account anew.
    """
    there = Payment.objects.filter(key=key).first()
    if there is not None:
        return there
    billing = locked(payment.account_id)
    given = -sum(one.amount for one in payment.refunded_by.filter(amount__lt=0))
    left = payment.amount - given
    if left <= 0:
        return None
    back = take_back(payment, key, amount=left if amount is None else min(amount, left), note=note)
    at = clock.now()
    methods.drop(billing)
    miss(billing, open_lines({row.document for row in back.allocations.select_related("document")}), at=at)
    telling.tell_taken_back(back, at)
    return back


@transaction.atomic
def forget_events() -> int:
    """Forget what gateways told so long ago that they will not tell it again; how many."""
    return GatewayEvent.objects.filter(received_at__lt=clock.now() - EVENTS_KEPT).delete()[0]
