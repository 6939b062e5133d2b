"""Money that comes: booked once, put where it belongs, and what it opens is opened at once.

Part of the services of `billing`. A bank transfer is booked by the operator, a charge by its gateway.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing import activating, licence_shifting, telling
from trailhouse.billing.activating import Part
from trailhouse.billing.licence_states import LicenceMove
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Document, Payment, Request, Subscription
from trailhouse.billing.settling import (
    OpenLine,
    Source,
    balance,
    chosen_first,
    leave_over,
    open_lines,
    overdue,
    owed_on,
    reverse,
    spend,
    take_credit,
    unpaid,
)
from trailhouse.billing.shifting import shift
from trailhouse.billing.states import State, Transition
from trailhouse.billing.values import day_of, limits
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
    billing = locked(account)
    there = Payment.objects.filter(key=key).first()
    if there is not None:
        return there
    _check(billing, amount)
    at = clock.now()
    payment = Payment.objects.create(
        account=billing.account, gateway=gateway, key=key, amount=amount.amount, currency=amount.currency,
        received_on=received_on, payer=payer[:160], note=note[:300], by=by, created_at=at,
    )  # fmt: skip
    made = _distribute(billing, payment, sites, document, for_request=for_request, at=at)
    reopen_paid(billing, at=at)
    _look_again(billing, at=at)
    record("billing.payment", account=billing.account, by=by, subject=str(amount), details={"key": key})
    telling.receipt(billing, payment, made)
    return payment


def _distribute(
    billing: BillingAccount,
    payment: Payment,
    sites: Collection[int],
    document: Document | None,
    *,
    for_request: bool,
    at: datetime,
) -> Document | None:
    """Put `payment`, and the account's credit, where `receive` says; the invoice of the request that it paid."""
    money = [Source(payment.amount, payment), Source(balance(billing.account))]
    lines = chosen_first(open_lines(unpaid(billing.account)), sites)
    if document is not None:
        lines.sort(key=lambda one: one.document.pk != document.pk)
    made = pay_request(billing, money, at=at) if for_request else None
    spend(billing.account, lines, money, at=at)
    made = made or pay_request(billing, money, at=at, sites=sites)
    leave_over(payment, money[0].left, at=at)
    return made


def _look_again(billing: BillingAccount, *, at: datetime) -> None:
    """Have the tick look at the account, and note whether it has paid: not where all of its money went back."""
    kept = Payment.objects.filter(account=billing.account).aggregate(kept=Sum("amount", default=0))["kept"]
    since = (billing.paid_once_at or at) if kept > 0 else None
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at, paid_once_at=since)


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
    billing: BillingAccount, money: Sequence[Source], *, at: datetime, sites: Collection[int] = ()
) -> Document | None:
    """Pay the open request from `money`, in whole or as many of its sites, oldest first after `sites`, as it covers.

    One whose day has passed is replaced first: from then on other amounts hold.
    """
    request = activating.open_request(billing.account)
    today = day_of(billing.account, at)
    if request is not None and request.holds_until <= today:
        request = activating.renew_request(billing, request, at=at)
    if request is None:
        return None
    wanted = _affordable(billing, request, sum(source.left for source in money), today, sites)
    if not wanted:
        return None
    made = activating.fulfil(billing, request, wanted, today, at=at)
    if made is not None:
        spend(billing.account, open_lines([made]), money, at=at)
    return made


def pay_by_credit(billing: BillingAccount, request: Request, *, at: datetime) -> None:
    """Let credit alone open what it covers of a request, if nothing is owed; also what costs nothing."""
    credit = balance(billing.account)
    if (credit > 0 or request.total == 0) and not unpaid(billing.account):
        pay_request(billing, [Source(credit)], at=at)


def _affordable(billing: BillingAccount, request: Request, available: int, start: date, first: Collection[int]) -> Part:
    """What of a request `available` covers, with tax: `first` those sites, then the others, then licences."""
    if available < 0:
        return Part()
    sites = [one.pk for one in activating.choices_in(request)]
    licences = [one.pk for one in activating.licences_in(request)]
    every = Part(tuple(sites), tuple(licences))
    if activating.as_asked(request, billing, every, start).total <= available:
        return every
    taken = Part()
    sites.sort(key=lambda number: number not in first)
    more = [Part((number,)) for number in sites] + [Part((), (number,)) for number in licences]
    for one in more:
        together = Part(taken.sites + one.sites, taken.licences + one.licences)
        if activating.as_asked(request, billing, together, start).total <= available:
            taken = together
    return taken


def use_credit(billing: BillingAccount, document: Document, *, at: datetime) -> list[OpenLine]:
    """Let the account's credit pay what it can of an invoice that was just made, a last line in part."""
    source = Source(balance(billing.account))
    if source.left <= 0:
        return []
    return spend(billing.account, open_lines([document]), [source], at=at, in_part=True)


def reopen_paid(billing: BillingAccount, *, at: datetime) -> None:
    """Sites and licences of which a payment was missing, and of which nothing is late or refused any more, run on."""
    today = day_of(billing.account, at)
    lines = overdue(billing.account, today)
    licence_shifting.reopen(billing, lines, at=at)
    late = {one.line.subscription_id for one in lines if one.line.subscription_id}
    waiting = Subscription.objects.filter(account=billing.account).filter(
        Q(state__in=[State.PAST_DUE, State.SUSPENDED]) | Q(state=State.CANCELLING, dunning_since__isnull=False)
    )
    for subscription in waiting.exclude(pk__in=late).select_related("account"):
        if not subscription.held_because:  # an operator's suspension is not lifted by payment
            # What passed while it was locked is not billed.
            lapsed = subscription.paid_until is not None and subscription.paid_until < today
            moved: dict[str, Any] = {"paid_until": today} if lapsed and subscription.state == State.SUSPENDED else {}
            shift(subscription, Transition.PAID, at=at, dunning_since=None, **moved)


@transaction.atomic
def take_back(payment: Payment, key: str, *, amount: int | None = None, note: str, by: User | None = None) -> Payment:
    """Money that went back to its payer: a dispute, a failed debit, a refund. What it had paid is open again.

    The account's credit goes first; then what it paid is opened, newest first, then what credit paid, then what other
    payments paid that went back out of what this one had left over. Once a `key`. Raises ValueError for more than is
    left of the payment.
    """
    billing = locked(payment.account_id)
    there = Payment.objects.filter(key=key).first()
    if there is not None:
        return there
    at = clock.now()
    left_of_it = payment.amount + sum(one.amount for one in payment.refunded_by.all())
    back = amount if amount is not None else left_of_it
    if not 0 < back <= left_of_it:
        raise ValueError(f"{back} of {payment} cannot be taken back: {left_of_it} is left of it")
    made = Payment.objects.create(
        account=billing.account, gateway=payment.gateway, key=key, amount=-back, currency=payment.currency,
        received_on=day_of(billing.account, at), payer=payment.payer, note=note[:300], refunds=payment, by=by,
        created_at=at,
    )  # fmt: skip
    left = back - take_credit(made, min(back, balance(billing.account)), at=at)
    open_again = reverse(payment, made, left, at=at)
    miss(billing, open_again, at=at)
    _look_again(billing, at=at)
    record("billing.payment_taken_back", account=billing.account, by=by, subject=payment.key, details={"why": note})
    return made


def miss(billing: BillingAccount, lines: Collection[OpenLine], *, at: datetime) -> None:
    """A payment of these lines failed or was taken back: their sites and licences are past due from now on."""
    licence_shifting.miss(billing, lines, LicenceMove.PAYMENT_FAILED, at=at)
    numbers = {one.line.subscription_id for one in lines if one.line.subscription_id}
    rows = Subscription.objects.filter(
        account=billing.account, pk__in=numbers, state__in=[State.ACTIVE, State.CANCELLING], dunning_since=None
    )
    for one in rows.select_related("account", "site"):
        if shift(one, Transition.PAYMENT_FAILED, at=at, dunning_since=at):
            telling.tell_transition(one, Transition.PAYMENT_FAILED, at, limits())


def is_paid(document: Document) -> bool:
    """Whether nothing of an invoice is open."""
    return owed_on(document) <= 0
