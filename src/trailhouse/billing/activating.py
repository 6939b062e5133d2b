"""Activating sites: what it costs, asking for the payment, and what happens when it has come.

Part of the services of `billing`. An account on invoice terms is activated at once and invoiced the same night.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing import licence_planning, planning, pricing, tax
from trailhouse.billing.issuing import invoice, line_values
from trailhouse.billing.licence_planning import LOGO, PLAIN, Wanted
from trailhouse.billing.licence_shifting import shift as shift_licence
from trailhouse.billing.licence_states import LicenceMove, LicenceState
from trailhouse.billing.locking import locked
from trailhouse.billing.measuring import Days, quote_early
from trailhouse.billing.models import BillingAccount, Document, Licence, Request, RequestLine, Subscription
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.planning import Plan, PlannedLine
from trailhouse.billing.pricing import Interval
from trailhouse.billing.references import reference
from trailhouse.billing.shifting import shift
from trailhouse.billing.states import State, Transition, revival_ends
from trailhouse.billing.values import book_of, day_of, limits, tier_of
from trailhouse.core import clock
from trailhouse.core.errors import UserError

Choices = Mapping[Subscription, Interval]
NO_LICENCES: Wanted = {}
CAN_BE_ACTIVATED = frozenset({State.TRIAL, State.DUE, State.PAUSED, State.CANCELLED})


def can_be_activated(subscription: Subscription) -> bool:
    """Whether the payer may activate it now; a cancelled one within its 60 days."""
    state, site = State(subscription.state), subscription.site
    if site is None or site.delete_at is not None or subscription.held_because:
        return False
    if state is State.CANCELLED:
        return clock.now() < revival_ends(subscription.since, limits())
    return state in CAN_BE_ACTIVATED


def chosen(account: Account, numbers: Collection[int], interval: Interval) -> dict[Subscription, Interval]:
    """The account's subscriptions with these numbers, to be activated. Raises UserError where one cannot be."""
    found = list(Subscription.objects.filter(account=account, pk__in=numbers).select_related("site"))
    wrong = [one.domain for one in found if not can_be_activated(one)]
    if wrong or len(found) != len(set(numbers)) or not found:
        raise _not_to_activate(wrong)
    return dict.fromkeys(found, interval)


def offer(account: Account, choices: Choices, days: Days | None = None) -> Plan:
    """What it costs to activate these sites today: the same figures as the request and the invoice. Writes nothing.

    `days` measures those that are still on trial.
    """
    billing = BillingAccount.objects.select_related("account", "book").get(account=account)
    for one in choices:
        if one.state == State.TRIAL and days is not None:
            one.tier = quote_early(one, days, save=False).tier
    return planning.activation(billing, choices, day_of(account, clock.now()))


@transaction.atomic
def activate(account: Account, choices: Choices, *, by: User | None, days: Days | None = None) -> Request | None:
    """Activate sites: on invoice terms at once (None), else by a payment request, which takes the open one's place.

    Asking twice for the same finds the open request. Credit pays what it covers of it. Raises UserError.
    """
    billing = locked(account)
    now = clock.now()
    today = day_of(account, now)
    choices = _fresh(account, choices)
    for one in choices:
        if one.state == State.TRIAL and days is not None:
            quote_early(one, days, save=True)
    if not choices or billing.terms_days is not None:
        if choices:
            _begin(billing, choices, planning.activation(billing, choices, today), today, at=now, by=by)
        return None
    return asked(billing, choices, at=now, by=by)


def asked(
    billing: BillingAccount, choices: Choices, *, at: datetime, by: User | None, licences: Wanted = NO_LICENCES
) -> Request:
    """The account's request with these sites and licences added; credit pays what it covers of it.

    For callers that hold the account's lock.
    """
    request = _ask(billing, choices, day_of(billing.account, at), at=at, by=by, licences=licences)
    from trailhouse.billing import receiving

    receiving.pay_by_credit(billing, request, at=at)
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
    request.refresh_from_db()
    return request


def _fresh(account: Account, choices: Choices) -> dict[Subscription, Interval]:
    """The choices as they are now, under the lock; without those that were activated meanwhile, as by a second click.

    Raises UserError where one cannot be activated any more.
    """
    wanted = {one.pk: interval for one, interval in choices.items()}
    rows = Subscription.objects.filter(account=account, pk__in=wanted).select_related("site", "account")
    left = {one: wanted[one.pk] for one in rows if one.state != State.ACTIVE}
    refused = [one.domain for one in left if not can_be_activated(one)]
    if refused or len(rows) != len(wanted):
        raise _not_to_activate(refused)
    return left


def _not_to_activate(refused: Collection[str]) -> UserError:
    return UserError(
        "not_to_activate",
        _("Some of these sites cannot be activated: %(sites)s.") % {"sites": ", ".join(refused)}
        if refused
        else _("No site was chosen, or one that is not there any more."),
        _("Choose among the sites that the page offers."),
        status=409,
    )


def open_request(account: Account) -> Request | None:
    """The account's open payment request."""
    return Request.objects.filter(account=account, state=Request.State.OPEN).prefetch_related("lines").first()


def choices_in(request: Request, *, promised: bool = True) -> dict[Subscription, Interval]:
    """The sites that a request asks for and that can still be activated; at no larger tier than it `promised`."""
    found = {}
    for line in request.lines.select_related("subscription__site", "subscription__account"):
        one = line.subscription
        if one is not None and one.account_id == request.account_id and can_be_activated(one):
            if promised:
                one.tier = min(one.tier or 0, line.tier or 0)
            found[one] = Interval(line.interval)
    return found


def licences_in(request: Request) -> dict[Licence, bool]:
    """The licences that a request asks for and that can still be ordered, each with its logo or without."""
    found = {}
    billing = BillingAccount.objects.select_related("account", "book").get(account=request.account_id)
    for line in request.lines.filter(licence__isnull=False).select_related("licence__account", "licence__brand"):
        logo = bool(line.with_logo)
        if line.licence is not None and licence_planning.can_be_ordered(billing, line.licence, logo=logo):
            found[line.licence] = logo
    return found


def is_whole(request: Request) -> bool:
    """Whether all that a request asks for can still be had."""
    said = {(line.subscription_id, line.licence_id) for line in request.lines.all()}
    return len(said) == len(choices_in(request)) + len(licences_in(request))


@transaction.atomic
def withdraw(request: Request, *, by: User | None) -> None:
    """Take back an open payment request."""
    if Request.objects.filter(pk=request.pk, state=Request.State.OPEN).update(state=Request.State.WITHDRAWN):
        record("billing.request_withdrawn", account=request.account, by=by, subject=request.reference)


def renew_request(billing: BillingAccount, request: Request, *, at: datetime) -> Request | None:
    """A request whose day has passed is replaced by one with the amounts that hold now; None where nothing is left."""
    runs = billing.account.closed_at is None
    choices = choices_in(request, promised=False) if runs else {}
    if not choices and not (runs and licences_in(request)):
        Request.objects.filter(pk=request.pk).update(state=Request.State.WITHDRAWN)
        return None
    return _ask(billing, choices, day_of(billing.account, at), at=at, by=None)


def _ask(
    billing: BillingAccount,
    choices: Choices,
    today: date,
    *,
    at: datetime,
    by: User | None,
    licences: Wanted = NO_LICENCES,
) -> Request:
    there = open_request(billing.account)
    holds = there is not None and there.holds_until > today
    asked = choices_in(there, promised=holds) if there else {}
    wanted = asked | {one: interval for one, interval in choices.items() if asked.get(one) != interval}
    asked_licences = licences_in(there) if there else {}
    all_licences = asked_licences | dict(licences)
    if there and holds and wanted == asked and all_licences == asked_licences and is_whole(there):
        return there
    plan = planning.activation(billing, wanted, today, _fees(billing, all_licences, today, there if holds else None))
    if there:
        Request.objects.filter(pk=there.pk).update(state=Request.State.REPLACED)
    count = Request.objects.filter(account=billing.account).count() + 1
    made = Request.objects.create(
        account=billing.account, reference=reference(billing.account_id, count), currency=plan.currency,
        net=plan.totals.net, tax=plan.totals.tax, total=plan.total, treatment=_kept(plan.treatment),
        holds_until=_holds_until(billing, today, all_licences), created_at=at, by=by,
    )  # fmt: skip
    values = line_values(plan, billing.account.owner.language or "en")
    RequestLine.objects.bulk_create([RequestLine(request=made, **one) for one in values])
    record("billing.request", account=billing.account, by=by, subject=made.reference)
    return made


def _fees(billing: BillingAccount, licences: Wanted, on: date, asked: Request | None) -> list[planning.PlannedFee]:
    return [
        fee
        for one, logo in sorted(licences.items(), key=lambda pair: pair[0].pk)
        for fee in licence_planning.ordered(billing, one, on, logo=logo, asked=asked)
    ]


def _kept(treatment: tax.Treatment) -> dict[str, str | int]:
    return {"category": treatment.category, "rate": treatment.rate, "ground": treatment.ground}


def _holds_until(billing: BillingAccount, today: date, licences: Wanted) -> date:
    """Until the billing day, when other amounts hold; before the first activation, for the days that a due site has.

    The difference to a licence with the logo holds no longer than the year that it is of.
    """
    holds = date.fromordinal(today.toordinal() + limits().due_cancelled)
    if billing.billing_day is not None:
        holds = next_billing_date(billing.billing_day, today)
    years = [one.paid_until for one in licences if one.state == LicenceState.ACTIVE and one.paid_until]
    return max(min([holds, *years]), date.fromordinal(today.toordinal() + 1))


@dataclass(frozen=True)
class Part:
    """What of a request is paid: numbers of subscriptions and of licences."""

    sites: tuple[int, ...] = ()
    licences: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sites or self.licences)


def fulfil(billing: BillingAccount, request: Request, paid: Part, start: date, *, at: datetime) -> Document | None:
    """Activate what was paid of a request from `start` on, and invoice it.

    What was not paid is asked for again. Who pays all of it pays no more than was asked: the better rate of then and
    now holds. Who pays a part has the rank that these sites have by themselves.
    """
    sites, licences = choices_in(request), licences_in(request)
    rest = {one: interval for one, interval in sites.items() if one.pk not in paid.sites}
    rest_licences = {one: logo for one, logo in licences.items() if one.pk not in paid.licences}
    changed = Request.objects.filter(pk=request.pk, state=Request.State.OPEN).update(state=Request.State.PAID)
    if not changed or not paid:
        return None
    plan = as_asked(request, billing, paid, start)
    choices = {one: interval for one, interval in sites.items() if one not in rest}
    made = _begin(billing, choices, plan, start, at=at, by=request.by, request=request)
    if rest or rest_licences:
        _ask(billing, rest, day_of(billing.account, at), at=at, by=request.by, licences=rest_licences)
    return made


def as_asked(request: Request, billing: BillingAccount, paid: Part, start: date) -> Plan:
    """What `fulfil` would invoice for what is `paid`. A fee costs no more than was asked in any case."""
    every = choices_in(request)
    choices = {one: interval for one, interval in every.items() if one.pk in paid.sites}
    licences = {one: logo for one, logo in licences_in(request).items() if one.pk in paid.licences}
    plan = planning.activation(billing, choices, start, _fees(billing, licences, start, request))
    return _as_promised(plan, request) if len(choices) == len(every) else plan


def _as_promised(plan: Plan, request: Request) -> Plan:
    promised = {(line.subscription_id, line.days is not None): line.rate for line in request.lines.all()}
    lines = [_better(line, promised.get((line.subscription.pk, line.days is not None), 0)) for line in plan.lines]
    nets = [*(line.net for line in lines), *(fee.net for fee in plan.fees)]
    totals = tax.totals((net, plan.treatment) for net in nets)
    return replace(plan, lines=tuple(lines), totals=totals)


def _better(line: PlannedLine, rate: int) -> PlannedLine:
    if rate <= line.rate:
        return line
    return replace(line, rate=rate, net=min(line.net, pricing.discounted(line.list_price, rate)))


def _begin(
    billing: BillingAccount,
    choices: Choices,
    plan: Plan,
    start: date,
    *,
    at: datetime,
    by: User | None,
    request: Request | None = None,
) -> Document | None:
    """What is planned is active from `start` on. With a `request`, which was paid, the invoice is made now.

    The first site fixes the billing day; a licence has a day of its own.
    """
    if choices and billing.billing_day is None:
        billing.billing_day = start.day
    if billing.billing_day is not None and billing.next_billing_on is None:
        billing.next_billing_on = next_billing_date(billing.billing_day, start)
    billing.look_at = at
    billing.save(update_fields=["billing_day", "next_billing_on", "look_at"])
    book = book_of(billing)
    for subscription, interval in choices.items():
        tier = tier_of(subscription, book).pageviews
        way = Transition.PAID if request else Transition.ACTIVATED
        paid_until = max(start, subscription.paid_until or start)
        shift(
            subscription, way, at=at, by=by, interval=interval.value, activated_on=start, paid_until=paid_until,
            tier=tier, next_interval="", pause_on=None, dunning_since=None,
        )  # fmt: skip
    begin_licences(plan, start, LicenceMove.PAID if request else LicenceMove.ACTIVATED, at=at, by=by)
    if request is None:
        return None
    return invoice(billing, plan, f"request/{request.pk}", on=day_of(billing.account, at), due_days=0, request=request)


def begin_licences(plan: Plan, start: date, way: LicenceMove, *, at: datetime, by: User | None) -> None:
    """The licences of a plan are active from now on; what is billed of them, the invoice notes."""
    for one, logo in {fee.licence: fee.logo for fee in plan.fees}.items():
        begins = {
            "kind": LOGO if logo else PLAIN, "next_kind": "", "renews": True, "granted_kind": "",
            "granted_until": None, "dunning_since": None,
        }  # fmt: skip
        if one.state != LicenceState.ACTIVE:
            first = max(start, one.paid_until or start)
            begins |= {"anchor_day": first.day, "paid_until": first}
        shift_licence(one, way, at=at, by=by, **begins)
