"""The one job of billing: brings each account up to date, in the order in which things were due. Idempotent.

It is safe with several workers (an account's row is locked, every step has a key) and after any time off: what was
missed is done at its own moment, once, and told in one mail.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.db import transaction

from trailhouse.accounts.models import Instance
from trailhouse.billing import (
    activating,
    books,
    changes,
    charging,
    correcting,
    enrolment,
    measuring,
    planning,
    quoting,
    receiving,
    telling,
    upgrading,
)
from trailhouse.billing.book import Interval
from trailhouse.billing.issuing import invoice
from trailhouse.billing.limits import Limits
from trailhouse.billing.locking import locked
from trailhouse.billing.measuring import Days
from trailhouse.billing.models import BillingAccount, BillingEvent, Document, Request, Subscription
from trailhouse.billing.models import Notice as NoticeRow
from trailhouse.billing.notices import Notice, notices
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.settling import open_lines, unpaid
from trailhouse.billing.shifting import apply_state, note, shift
from trailhouse.billing.states import RANKED, State, Transition, counts_until, timed
from trailhouse.billing.values import book_of, dates_of, day_of, limits, midnight
from trailhouse.core import clock
from trailhouse.sites.locking import delete_soon

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
AT_MOST = 500  # accounts of one step
MOST_STEPS = 20_000  # of one account at once: far more than ten years bring; beyond it is a bug
RENEWED = (State.ACTIVE, State.PAST_DUE)  # what is billed on; the others that count have an end


class Metering(Days, Protocol):
    """What the job asks: `metering.Meter`."""

    def close_days(self, now: datetime | None = None) -> int:
        """Store the days that are over for good; how many."""


def run(meter: Metering) -> int:
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


@dataclass(order=True)
class _Step:
    """One thing that is due: when, in which order of those at the same moment, and how it is done."""

    when: datetime
    order: int
    number: int
    do: Callable[[datetime], object]

    def __post_init__(self) -> None:
        if self.when.tzinfo is None:
            raise ValueError("moments are aware")


def bring_up_to_date(number: int, meter: Days, now: datetime) -> None:
    """Do all that is due for the account with this number, each at its own moment, in one transaction."""
    with transaction.atomic():
        billing = locked(number)
        account = _Account(billing, meter, now)
        account.end_what_is_gone()
        for _count in range(MOST_STEPS):
            step = account.next_step()
            if step is None or step.when > now:
                break
            step.do(step.when)
        else:
            raise RuntimeError(f"billing of account {number} does not come to an end")
        account.choose_standing()
        account.finish()


class _Account:
    """One account while it is brought up to date."""

    def __init__(self, billing: BillingAccount, meter: Days, now: datetime) -> None:
        self.billing = billing
        self.account = billing.account
        self.meter = meter
        self.now = now
        self.limits: Limits = limits()
        self.done: set[str] = set()
        self.load()

    def load(self) -> None:
        """Read the account's subscriptions and unpaid invoices anew."""
        rows = Subscription.objects.filter(account=self.account).exclude(state=State.DELETED)
        self.subscriptions = list(rows.select_related("site").order_by("pk"))
        for one in self.subscriptions:
            one.account = self.account
        self.unpaid = unpaid(self.account)
        self.request = activating.open_request(self.account)

    def end_what_is_gone(self) -> None:
        """Sites that were deleted, and all of an account that was closed, end; what was paid becomes credit."""
        closed = self.account.closed_at is not None
        for one in self.subscriptions:
            state = State(one.state)
            if (closed or one.site is None) and state not in (State.CANCELLED, State.DELETED):
                changes.remove(self.billing, one, self.now)

    def next_step(self) -> _Step | None:
        """The earliest that is due, now or later."""
        return min(self._steps(), default=None)

    def _steps(self) -> Iterator[_Step]:
        for one in self.subscriptions:
            yield from self._of_subscription(one)
        yield from self._of_money()

    # -- a subscription

    def _of_subscription(self, one: Subscription) -> Iterator[_Step]:
        state, dates = State(one.state), dates_of(one)
        for when, transition in timed(state, one.since, self.limits, dates):
            yield _Step(max(when, one.since), 0, one.pk, self._shifter(one, transition))
        for when, what in notices(state, one.since, self.limits, dates):
            key = f"{one.pk}/{what}/{when.isoformat()}"
            if key not in self.done:
                yield _Step(when, 5, one.pk, self._teller(one, what, key))
        until = counts_until(state, one.since, self.limits)
        key = f"{one.pk}/stop/{one.since.isoformat()}"
        if until is not None and key not in self.done and one.site is not None and not one.site.stopped:
            yield _Step(until, 1, one.pk, self._stopper(one, key))
        if one.provisional and one.activated_on is not None and state in RANKED:
            again = midnight(self.account, one.activated_on + timedelta(days=quoting.WINDOW))
            yield _Step(again, 2, one.pk, self._measurer(one))

    def _shifter(self, one: Subscription, transition: Transition) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            if transition is Transition.TRIAL_OVER:
                measuring.quote_trial(one, self.meter, when)
            changes: dict[str, Any] = {"pause_on": None} if transition is Transition.PAUSED else {}
            shift(one, transition, at=when, **changes)
            telling.tell_transition(one, transition, when, self.limits)
            if transition is Transition.DELETED and one.site is not None:
                delete_soon(one.site)

        return do

    def _teller(self, one: Subscription, what: Notice, key: str) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            self.done.add(key)
            if not note(one, what, key, at=when):
                return
            if what is Notice.RETRY:
                for document in self.unpaid:
                    charging.ask(self.billing, document=document)
                return
            telling.tell_notice(one, what, key, when, self.limits)

        return do

    def _stopper(self, one: Subscription, key: str) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            self.done.add(key)
            apply_state(one, when)

        return do

    def _measurer(self, one: Subscription) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            quote = measuring.measure_again(one, self.meter, when)
            if quote is None:
                one.provisional = False
                one.save(update_fields=["provisional"])
            elif one.interval == Interval.YEARLY:
                correcting.correct_year(self.billing, one, quote, when)

        return do

    # -- the account's money

    def _of_money(self) -> Iterator[_Step]:
        counted = [one for one in self.subscriptions if State(one.state) in RENEWED]
        if self.billing.next_billing_on is not None and counted:
            yield _Step(midnight(self.account, self.billing.next_billing_on), 3, 0, self._bill_day)
        elif self.billing.next_billing_on is not None:
            # Nobody is billed that day; the day goes on.
            yield _Step(midnight(self.account, self.billing.next_billing_on), 3, 0, self._pass_day)
        open_from = [one.paid_until for one in counted if self._is_between(one)]
        if open_from:
            yield _Step(midnight(self.account, min(filter(None, open_from)) + DAY), 4, 0, self._bill_night)
        for document in self.unpaid:
            key = f"late/{document.pk}"
            if key not in self.done:
                yield _Step(
                    midnight(self.account, document.due_on + DAY), 1, document.pk, self._latecomer(document, key)
                )
        if self.request is not None:
            until = midnight(self.account, self.request.holds_until)
            yield _Step(until, 4, self.request.pk, self._renewer(self.request))

    def _is_between(self, one: Subscription) -> bool:
        """Whether days before the next billing day are not billed yet, as after an activation on terms."""
        until, on = one.paid_until, self.billing.next_billing_on
        return until is not None and on is not None and until < on

    def _pass_day(self, when: datetime) -> None:
        assert self.billing.next_billing_on is not None
        assert self.billing.billing_day is not None
        self.billing.next_billing_on = next_billing_date(self.billing.billing_day, self.billing.next_billing_on)
        self.billing.save(update_fields=["next_billing_on"])

    def _bill_day(self, when: datetime) -> None:
        """The billing day: tiers and intervals of what is renewed, then one invoice."""
        on = self.billing.next_billing_on
        assert on is not None
        books.change_if_due(self.billing, on)
        due = [one for one in self.subscriptions if self._is_due(one, on)]
        for one in due:
            if one.paid_until == on:
                self._renew(one, on, when)
        for one in self.subscriptions:
            if State(one.state) in RENEWED:
                upgrading.look(self.billing, one, self.meter, on, when, self.limits)
        self._bill(due, on, f"account/{self.account.pk}/{on}")
        self._pass_day(when)

    def _renew(self, one: Subscription, on: date, when: datetime) -> None:
        if one.next_interval:
            one.interval, one.next_interval = one.next_interval, ""
            one.save(update_fields=["interval", "next_interval"])
        quote = measuring.renew(one, book_of(self.billing), self.meter, on, when)
        if quote is not None:
            telling.tell_tier(self.billing, one, on, when)

    def _bill_night(self, when: datetime) -> None:
        """What was activated since the last night, for the days up to the billing day."""
        on = day_of(self.account, when) - DAY
        due = [one for one in self.subscriptions if self._is_due(one, on) and self._is_between(one)]
        prefix = f"account/{self.account.pk}/{on}/night/"
        self._bill(due, on, f"{prefix}{Document.objects.filter(key__startswith=prefix).count()}")

    def _is_due(self, one: Subscription, on: date) -> bool:
        return State(one.state) in RENEWED and one.paid_until is not None and one.paid_until <= on

    def _bill(self, due: list[Subscription], on: date, key: str) -> None:
        """One invoice. After days without the job its date is today's, so that numbers and dates go up together."""
        if not due:
            return
        plan = planning.renewal(self.billing, due, on)
        days = self.limits.invoice_terms if self.billing.terms_days is None else self.billing.terms_days
        made = invoice(self.billing, plan, key, on=day_of(self.account, self.now), due_days=days)
        receiving.use_credit(self.billing, made, at=self.now)
        charging.ask(self.billing, document=made)
        telling.tell_invoice(self.billing, made, self.now)
        self.unpaid = unpaid(self.account)

    def _latecomer(self, document: Document, key: str) -> Callable[[datetime], object]:
        """An invoice is late: its sites that are not paid are past due."""

        def do(when: datetime) -> None:
            self.done.add(key)
            late = {one.line.subscription_id for one in open_lines([document])}
            for one in self.subscriptions:
                if one.pk in late and State(one.state) in (State.ACTIVE, State.CANCELLING) and not one.dunning_since:
                    shift(one, Transition.PAYMENT_LATE, at=when, dunning_since=when)
                    telling.tell_transition(one, Transition.PAYMENT_LATE, when, self.limits)

        return do

    def _renewer(self, request: Request) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            self.request = activating.renew_request(self.billing, request, at=when)

        return do

    # -- the end of a pass

    def choose_standing(self) -> None:
        """Sites whose trial is over are activated where the account chose that once for all."""
        choice = self.billing.at_trial_end
        if not choice:
            return
        due = {f"{one.pk}/standing": one for one in self.subscriptions if one.state == State.DUE}
        asked = set(BillingEvent.objects.filter(key__in=due).values_list("key", flat=True))
        fresh = [one for key, one in due.items() if key not in asked and not one.held_because]
        if not fresh:
            return
        for one in fresh:
            note(one, "standing", f"{one.pk}/standing", at=self.now)
        request = activating.activate(self.account, dict.fromkeys(fresh, Interval(choice)), by=None)
        if request is not None:
            charging.ask(self.billing, request=request)
        self.load()

    def finish(self) -> None:
        """Write the mail of the day, and when to look again."""
        today = day_of(self.account, self.now)
        telling.tell_day(self.billing, today, self.now)
        step = self.next_step()
        later = [step.when] if step else []
        if NoticeRow.objects.filter(account=self.account, told_on=None).exists():
            later.append(midnight(self.account, today + DAY))
        look_at = min(later, default=None)
        BillingAccount.objects.filter(pk=self.billing.pk).update(look_at=look_at and max(look_at, self.now))
