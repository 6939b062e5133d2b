"""Money that comes: booked once, put where it belongs, and what it opens is opened at once.

Part of the services of `billing`. A bank transfer is booked by the operator, a charge by its gateway.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing import activating, telling
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Credit, Document, Payment, Request, Subscription
from trailhouse.billing.settling import (
    OpenLine,
    Source,
    balance,
    chosen_first,
    leave_over,
    open_lines,
    overdue,
    owed_on,
    spend,
    unpaid,
)
from trailhouse.billing.shifting import shift
from trailhouse.billing.states import State, Transition
from trailhouse.billing.values import day_of
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money


@transaction.atomic
def receive(
    account: Account,
    amount: Money,
    *,
    gateway: str,
    key: str,
    received_on: date,
    payer: str = "",
    note: str = "",
    sites: Collection[int] = (),
    document: Document | None = None,
    for_request: bool = False,
    by: User | None = None,
) -> Payment:
    """Book money of `account`: it pays whole lines, oldest first, those of `sites` and of `document` before others.

    What is then left pays the open request, or as many of its sites as it covers (before all else where it was paid
    `for_request`); the rest becomes credit. `key` is booked once: a second call returns the first payment. Raises
    UserError for another currency or nothing.
    """
    there = Payment.objects.filter(key=key).first()
    if there is not None:
        return there
    billing = locked(account)
    _check(billing, amount)
    at = clock.now()
    payment = Payment.objects.create(
        account=billing.account, gateway=gateway, key=key, amount=amount.amount, currency=amount.currency,
        received_on=received_on, payer=payer[:160], note=note[:300], by=by, created_at=at,
    )  # fmt: skip
    if billing.paid_once_at is None:
        BillingAccount.objects.filter(pk=billing.pk, paid_once_at=None).update(paid_once_at=at)
    money = [Source(amount.amount, payment), Source(balance(billing.account))]
    lines = chosen_first(open_lines(unpaid(billing.account)), sites)
    if document is not None:
        lines.sort(key=lambda one: one.document.pk != document.pk)
    made = pay_request(billing, money, received_on, at=at) if for_request else None
    spend(billing.account, lines, money, at=at)
    made = made or pay_request(billing, money, received_on, at=at)
    leave_over(payment, money[0].left, at=at)
    reopen_paid(billing, at=at)
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
    record("billing.payment", account=billing.account, by=by, subject=str(amount), details={"key": key})
    telling.receipt(billing, payment, made)
    return payment


def _check(billing: BillingAccount, amount: Money) -> None:
    if amount.currency != billing.book.currency:
        raise UserError(
            "wrong_currency",
            _("This account pays in %(right)s, not in %(wrong)s.")
            % {"right": billing.book.currency, "wrong": amount.currency},
            _("Book the amount that arrived in %(right)s.") % {"right": billing.book.currency},
        )
    if amount.amount <= 0:
        raise UserError("no_amount", _("The amount must be above zero."), _("A refund is booked as such."))


def pay_request(
    billing: BillingAccount, money: Sequence[Source], received_on: date, *, at: datetime
) -> Document | None:
    """Pay the open request from `money`, in whole or as many of its sites, oldest first, as it covers."""
    request = activating.open_request(billing.account)
    if request is None:
        return None
    today = day_of(billing.account, at)
    start = today if today < request.holds_until else max(received_on, request.created_at.date())
    wanted = _affordable(billing, request, sum(source.left for source in money), start)
    if not wanted:
        return None
    made = activating.fulfil(billing, request, wanted, start, at=at)
    if made is not None:
        spend(billing.account, open_lines([made]), money, at=at)
    return made


def _affordable(billing: BillingAccount, request: Request, available: int, start: date) -> list[int]:
    """The sites of a request that `available` covers, with tax, in the order in which they are asked for."""
    if available <= 0:
        return []
    every = [one.pk for one in activating.choices_in(request)]
    if activating.as_asked(request, billing, every, start).total <= available:
        return every
    taken: list[int] = []
    for subscription in activating.choices_in(request):
        if activating.as_asked(request, billing, [*taken, subscription.pk], start).total <= available:
            taken.append(subscription.pk)
    return taken


def use_credit(billing: BillingAccount, document: Document, *, at: datetime) -> list[OpenLine]:
    """Let the account's credit pay what it can of an invoice that was just made, a last line in part."""
    source = Source(balance(billing.account))
    return spend(billing.account, open_lines([document]), [source], at=at, in_part=True)


def reopen_paid(billing: BillingAccount, *, at: datetime) -> None:
    """Sites that were past due or suspended for it, and of which nothing is late any more, are active again."""
    today = day_of(billing.account, at)
    late = {one.line.subscription_id for one in overdue(billing.account, today) if one.line.subscription_id}
    waiting = Subscription.objects.filter(account=billing.account, state__in=[State.PAST_DUE, State.SUSPENDED])
    for subscription in waiting.exclude(pk__in=late):
        if not subscription.held_because:  # an operator's suspension is not lifted by payment
            # What passed while it was locked is not billed.
            lapsed = subscription.paid_until is not None and subscription.paid_until < today
            moved: dict[str, Any] = {"paid_until": today} if lapsed and subscription.state == State.SUSPENDED else {}
            shift(subscription, Transition.PAID, at=at, dunning_since=None, **moved)


@transaction.atomic
def take_back(payment: Payment, key: str, *, amount: int | None = None, note: str, by: User | None = None) -> Payment:
    """Money that went back to its payer: a dispute, a failed debit, a refund. What it had paid is open again.

    Newest first, once a `key`. Credit that it left over goes first.
    """
    there = Payment.objects.filter(key=key).first()
    if there is not None:
        return there
    billing = locked(payment.account_id)
    at = clock.now()
    back = amount if amount is not None else payment.amount
    made = Payment.objects.create(
        account=billing.account, gateway=payment.gateway, key=key, amount=-back, currency=payment.currency,
        received_on=day_of(billing.account, at), payer=payment.payer, note=note[:300], refunds=payment, by=by,
        created_at=at,
    )  # fmt: skip
    left = _take_from_credit(payment, made, back, at)
    for row in payment.allocations.filter(amount__gt=0).order_by("-at", "-pk"):
        share = min(left, row.amount)
        if share > 0:
            made.allocations.create(document=row.document, line=row.line, amount=-share, at=at)
            left -= share
    if left > 0:  # its rest was spent as credit: the account owes that much of it
        Credit.objects.create(
            account=billing.account, key=f"owed/{made.pk}", amount=-left, currency=payment.currency,
            reason=Credit.Reason.REFUNDED, payment=made, at=at,
        )  # fmt: skip
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
    record("billing.payment_taken_back", account=billing.account, by=by, subject=payment.key, details={"why": note})
    return made


def _take_from_credit(payment: Payment, made: Payment, back: int, at: datetime) -> int:
    over = sum(one.amount for one in payment.credits.all())
    share = min(back, over, balance(payment.account))
    if share > 0:
        Credit.objects.create(
            account_id=payment.account_id, key=f"back/{made.pk}", amount=-share, currency=payment.currency,
            reason=Credit.Reason.REFUNDED, payment=made, at=at,
        )  # fmt: skip
    return back - max(share, 0)


def is_paid(document: Document) -> bool:
    """Whether nothing of an invoice is open."""
    return owed_on(document) <= 0
