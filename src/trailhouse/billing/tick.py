"""The one job of billing: brings each account up to date, in the order in which things were due. Idempotent.

It is safe with several workers (an account's row is locked, every step has a key) and after any time off: what was
missed is done at its own moment, once, and told in one mail.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q

from trailhouse.accounts.models import Instance
from trailhouse.billing import (
    activating,
    books,
    changes,
    charging,
    correcting,
    enrolment,
    invoicing,
    licence_steps,
    measuring,
    telling,
    upgrading,
)
from trailhouse.billing.book import Interval
from trailhouse.billing.invoicing import RENEWED, is_between
from trailhouse.billing.limits import Limits
from trailhouse.billing.locking import locked
from trailhouse.billing.measuring import Days
from trailhouse.billing.models import BillingAccount, BillingEvent, BookChange, Document, Request, Subscription
from trailhouse.billing.models import Notice as NoticeRow
from trailhouse.billing.notices import Notice, notices
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.settling import open_lines, unpaid
from trailhouse.billing.shifting import apply_state, note, shift
from trailhouse.billing.states import RANKED, State, Transition, counts_until, timed
from trailhouse.billing.values import dates_of, day_of, limits, midnight, same_limits
from trailhouse.core import clock
from trailhouse.sites.locking import delete_soon

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
AT_MOST = 500  # accounts of one step
MOST_STEPS = 20_000  # of one account at once: far more than ten years bring; beyond it is a bug
ENDED = (State.CANCELLED, State.DELETED)


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
    _look_at_what_is_gone(now)
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


def _look_at_what_is_gone(now: datetime) -> None:
    """Sites that were deleted and accounts that were closed end at once, not on their next day."""
    gone = Subscription.objects.exclude(state__in=ENDED).filter(Q(site=None) | Q(account__closed_at__isnull=False))
    numbers = set(gone.values_list("account", flat=True))
    if numbers:
        BillingAccount.objects.filter(account__in=numbers).update(look_at=now)


@dataclass(order=True)
class _Step:
    """One thing that is due: when, in which order of those at the same moment, and how it is done."""

    when: datetime
    order: int
    number: int
    do: Callable[[datetime], object] = field(compare=False)
    subscription: int | None = field(default=None, compare=False)  # the only one that it changes

    def __post_init__(self) -> None:
        if self.when.tzinfo is None:
            raise ValueError("moments are aware")


def bring_up_to_date(number: int, meter: Days, now: datetime) -> None:
    """Do all that is due for the account with this number, each at its own moment, in one transaction."""
    with transaction.atomic(), same_limits():
        billing = locked(number)
        account = _Account(billing, meter, now)
        account.end_what_is_gone()
        for _count in range(MOST_STEPS):
            step = account.next_step()
            if step is None or step.when > now:
                break
            account.do(step)
        else:
            raise RuntimeError(f"billing of account {number} does not come to an end")
        account.mend_request()
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
        self.load()
        # What was told or tried already, by the keys of its events.
        kinds = [what.value for what in Notice]
        rows = BillingEvent.objects.filter(account=self.account, subscription__in=self.by_number, transition__in=kinds)
        self.done = set(rows.values_list("key", flat=True))

    def load(self) -> None:
        """Read the account's subscriptions and unpaid invoices anew."""
        rows = Subscription.objects.filter(account=self.account).exclude(state=State.DELETED)
        self.by_number = {one.pk: one for one in rows.select_related("site").order_by("pk")}
        for one in self.by_number.values():
            one.account = self.account
        self.coming: dict[int, list[_Step]] = {}  # by subscription, while nothing of it changes
        self.licences = licence_steps.Licences(self.billing, self.limits, self.now)
        self.read_money()

    def read_money(self) -> None:
        """Read the account's unpaid invoices and its open request anew."""
        self.unpaid = unpaid(self.account)
        self.request = activating.open_request(self.account)

    def end_what_is_gone(self) -> None:
        """Sites that were deleted, and all of an account that was closed, end; what was paid becomes credit."""
        closed = self.account.closed_at is not None
        gone = [one for one in self.by_number.values() if (closed or one.site is None) and one.state not in ENDED]
        for one in gone:
            changes.remove(self.billing, one, self.now)
        self.licences.end_what_is_gone()
        if gone:
            self.load()

    def next_step(self) -> _Step | None:
        """The earliest that is due, now or later."""
        return min(self._steps(), default=None)

    def do(self, step: _Step) -> None:
        """Carry it out; what may come next is found anew for the site that it is of, else for all."""
        step.do(step.when)
        if step.subscription is None:
            self.coming.clear()
        else:
            self.coming.pop(step.subscription, None)

    def _steps(self) -> Iterator[_Step]:
        for number, one in self.by_number.items():
            if number not in self.coming:
                step = min(self._of_subscription(one), default=None)
                self.coming[number] = [step] if step else []
            yield from self.coming[number]
        yield from self._of_money()
        for when, order, number, do in self.licences.steps(self.unpaid):
            yield _Step(when, order, number, self._licensed(do))

    def _licensed(self, do: Callable[[datetime], object]) -> Callable[[datetime], object]:
        def done(when: datetime) -> None:
            do(when)
            self.read_money()

        return done

    # -- a subscription

    def _of_subscription(self, one: Subscription) -> Iterator[_Step]:
        state, dates = State(one.state), dates_of(one)
        for when, transition in timed(state, one.since, self.limits, dates):
            yield _Step(max(when, one.since), 0, one.pk, self._shifter(one, transition), one.pk)
        for when, what in notices(state, one.since, self.limits, dates):
            key = f"{one.pk}/{what}/{when.isoformat()}"
            if key not in self.done:
                yield _Step(when, 5, one.pk, self._teller(one, what, key), one.pk)
        until = counts_until(state, one.since, self.limits)
        key = f"{one.pk}/stop/{one.since.isoformat()}"
        if until is not None and key not in self.done and one.site is not None and not one.site.stopped:
            yield _Step(until, 1, one.pk, self._stopper(one, key), one.pk)
        again = measuring.again_from(one) if state in RANKED else None
        if again is not None:
            yield _Step(max(again, one.since), 2, one.pk, self._measurer(one))

    def _shifter(self, one: Subscription, transition: Transition) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            if transition is Transition.TRIAL_OVER:
                measuring.quote_trial(one, self.meter, when)
            changes: dict[str, Any] = {"pause_on": None} if transition is Transition.PAUSED else {}
            shift(one, transition, at=when, **changes)
            telling.tell_transition(one, transition, when, self.limits)
            if transition is Transition.DELETED and one.site is not None:
                delete_soon(one.site)
            if transition is Transition.DELETED:
                self.by_number.pop(one.pk)

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
            if quote is not None and one.interval == Interval.YEARLY:
                correcting.correct_year(self.billing, one, quote, when, now=self.now)
                self.read_money()

        return do

    # -- the account's money

    def _of_money(self) -> Iterator[_Step]:
        on = self.billing.next_billing_on
        counted = [one for one in self.by_number.values() if _is_billed(one)]
        if on is not None:
            # Also where nobody is billed that day: the day goes on.
            billed = counted or self.licences.due(on)
            yield _Step(midnight(self.account, on), 3, 0, self._bill_day if billed else self._pass_day)
        open_from = [one.paid_until for one in counted if one.paid_until and is_between(self.billing, one)]
        if open_from:
            yield _Step(midnight(self.account, min(open_from) + DAY), 4, 0, self._bill_night)
        for document in self.unpaid:
            key = f"late/{document.pk}"
            if key not in self.done:
                when = midnight(self.account, document.due_on + DAY)
                yield _Step(when, 1, document.pk, self._latecomer(document, key))
        if self.request is not None:
            until = midnight(self.account, self.request.holds_until)
            # After what is billed anew that day: the difference to a licence with the logo is of its new year then.
            yield _Step(until, 5, self.request.pk, self._renewer(self.request))
        if on is None and (change := self._book_change()) is not None:
            yield _Step(midnight(self.account, change.on), 3, change.pk, self._book_changer)

    def _book_change(self) -> BookChange | None:
        """What waits for an account without a billing day."""
        return BookChange.objects.filter(account=self.account, done_at=None).first()

    def _book_changer(self, when: datetime) -> None:
        books.change_if_due(self.billing, day_of(self.account, when))

    def _pass_day(self, when: datetime) -> None:
        assert self.billing.next_billing_on is not None
        assert self.billing.billing_day is not None
        books.change_if_due(self.billing, self.billing.next_billing_on)
        self.billing.next_billing_on = next_billing_date(self.billing.billing_day, self.billing.next_billing_on)
        self.billing.save(update_fields=["next_billing_on"])

    def _bill_day(self, when: datetime) -> None:
        """The billing day: tiers and intervals of what is renewed, then one invoice."""
        on = self.billing.next_billing_on
        assert on is not None
        books.change_if_due(self.billing, on)
        due = [one for one in self.by_number.values() if _is_due(one, on)]
        renewed = [one for one in due if one.paid_until == on]
        for one in renewed:
            if one.next_interval:
                one.interval, one.next_interval = one.next_interval, ""
                one.save(update_fields=["interval", "next_interval"])
        blocks = measuring.windows_of(renewed, self.meter, on)
        for one in renewed:
            if measuring.renew(self.billing, one, blocks[one.pk], on, when) is not None:
                telling.tell_tier(self.billing, one, on, when)
        for one in self.by_number.values():
            if _is_billed(one):
                upgrading.look(self.billing, one, self.meter, on, when, self.limits, now=self.now)
        key, licences = f"account/{self.account.pk}/{on}", self.licences.due(on)
        invoicing.bill(self.billing, due, on, key, now=self.now, licences=licences)
        self.licences.renewed(licences, when)
        self._pass_day(when)
        self.unpaid = unpaid(self.account)

    def _bill_night(self, when: datetime) -> None:
        on = day_of(self.account, when) - DAY
        due = [one for one in self.by_number.values() if _is_due(one, on) and is_between(self.billing, one)]
        invoicing.bill_night(self.billing, due, on, now=self.now)
        self.unpaid = unpaid(self.account)

    def _latecomer(self, document: Document, key: str) -> Callable[[datetime], object]:
        """An invoice is late: its sites and licences that are not paid are past due."""

        def do(when: datetime) -> None:
            self.done.add(key)
            lines = open_lines([document])
            self.licences.late(lines, when)
            late = {one.line.subscription_id for one in lines}
            for one in self.by_number.values():
                if one.pk in late and State(one.state) in (State.ACTIVE, State.CANCELLING) and not one.dunning_since:
                    found = max(when, one.since)
                    shift(one, Transition.PAYMENT_LATE, at=found, dunning_since=found)
                    telling.tell_transition(one, Transition.PAYMENT_LATE, found, self.limits)

        return do

    def _renewer(self, request: Request) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            self.request = activating.renew_request(self.billing, request, at=when)

        return do

    # -- the end of a pass

    def mend_request(self) -> None:
        """A request that asks for what cannot be had any more is replaced."""
        if self.request is not None and not activating.is_whole(self.request):
            self.request = activating.renew_request(self.billing, self.request, at=self.now)

    def choose_standing(self) -> None:
        """Sites whose trial is over are activated where the account chose that once for all."""
        choice = self.billing.at_trial_end
        if not choice or self.account.closed_at is not None:
            return
        fresh = [one for one in self.by_number.values() if _trial_is_over(one) and activating.can_be_activated(one)]
        keys = {f"{one.pk}/standing/{one.since.isoformat()}": one for one in fresh}
        asked = set(BillingEvent.objects.filter(key__in=keys).values_list("key", flat=True))
        wanted = {key: one for key, one in keys.items() if key not in asked}
        if not wanted:
            return
        for key, one in wanted.items():
            note(one, "standing", key, at=self.now)
        request = activating.activate(self.account, dict.fromkeys(wanted.values(), Interval(choice)), by=None)
        charge = charging.ask(self.billing, request=request) if request is not None else None
        if request is None or charge is not None or request.state == Request.State.PAID:
            telling.forget(wanted.values(), "due")  # only what came of it is told
        self.billing.refresh_from_db()
        self.load()
        if request is None:
            for one in wanted.values():
                telling.tell_transition(self.by_number[one.pk], Transition.ACTIVATED, self.now, self.limits)

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


def _is_billed(one: Subscription) -> bool:
    """Whether it is billed on; not while it waits for its deletion, from which it can still be kept."""
    return State(one.state) in RENEWED and one.site is not None and one.site.delete_at is None


def _is_due(one: Subscription, on: date) -> bool:
    return _is_billed(one) and one.paid_until is not None and one.paid_until <= on


def _trial_is_over(one: Subscription) -> bool:
    """Whether it is due because its trial ended: what became due otherwise was nobody's standing choice."""
    return one.state == State.DUE and one.trial_ends_at is not None and one.since == one.trial_ends_at
