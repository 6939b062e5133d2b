"""What a payer or the operator does to a subscription: cancel, remove, pause, free, suspend. Part of the services."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.billing import pricing, tax, telling
from trailhouse.billing.book import Interval
from trailhouse.billing.correcting import corrections_of
from trailhouse.billing.invoicing import bill_open_days
from trailhouse.billing.issuing import credit_note, treatment_in
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Line, PaidSpan, Subscription
from trailhouse.billing.periods import months_after, next_billing_date, started_months
from trailhouse.billing.settling import settle_credit_note
from trailhouse.billing.shifting import note, shift
from trailhouse.billing.states import IllegalTransition, State, Transition
from trailhouse.billing.values import book_of, day_of, limits, tier_of
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites.trial import trial_ends

NOT_HELD = {"held_because": "", "held_from": ""}
Change = Callable[[BillingAccount, Subscription, datetime], None]


def _apply(subscription: Subscription, change: Change) -> Subscription:
    """Carry out `change` under the account's lock on the row as it is now; a wrong moment is a clear error."""
    with transaction.atomic():
        billing = locked(subscription.account_id)
        fresh = Subscription.objects.select_related("account", "site").get(pk=subscription.pk)
        at = clock.now()
        try:
            change(billing, fresh, at)
        except IllegalTransition:
            raise UserError(
                "wrong_state",
                _("This cannot be done to %(site)s in its present state.") % {"site": fresh.domain},
                _("Look at the page again: it may have changed meanwhile."),
                status=409,
            ) from None
        BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
        return fresh


def cancel(subscription: Subscription, *, by: User | None) -> Subscription:
    """Cancel to the end of what is paid; where nothing is paid, at once."""

    def change(billing: BillingAccount, one: Subscription, at: datetime) -> None:
        bill_open_days(billing, one, now=at)
        _shift(one, Transition.CANCEL, at, by, pause_on=None)

    return _apply(subscription, change)


def keep(subscription: Subscription, *, by: User | None) -> Subscription:
    """Take a cancellation back before the period's end."""
    return _apply(subscription, lambda _b, one, at: _shift(one, Transition.CANCEL_WITHDRAWN, at, by))


def set_interval(subscription: Subscription, interval: Interval, *, by: User | None) -> Subscription:
    """Pay by another interval from the period's end on."""

    def change(_billing: BillingAccount, one: Subscription, at: datetime) -> None:
        if State(one.state) not in (State.ACTIVE, State.PAST_DUE):
            raise IllegalTransition(State(one.state), Transition.PAID)
        wanted = "" if interval == one.interval else interval.value
        if one.next_interval != wanted:
            one.next_interval = wanted
            one.save(update_fields=["next_interval"])
            note(one, "interval", f"{one.pk}/interval/{at.isoformat()}", at=at, by=by, to=interval.value)

    return _apply(subscription, change)


def pause(subscription: Subscription, *, by: User | None) -> Subscription:
    """Pause from the next billing day on: nothing is counted, nothing is paid, data is kept. Monthly sites only."""

    def change(billing: BillingAccount, one: Subscription, at: datetime) -> None:
        if State(one.state) is not State.ACTIVE:
            raise IllegalTransition(State(one.state), Transition.PAUSED)
        if one.interval != Interval.MONTHLY:
            raise UserError(
                "no_pause",
                _("%(site)s is paid by the year: it cannot be paused.") % {"site": one.domain},
                _("Cancel it to the year's end, or remove it now for credit."),
                status=409,
            )
        one.pause_on = max(day for day in (one.paid_until, billing.next_billing_on) if day)
        one.save(update_fields=["pause_on"])
        note(one, "pause_asked", f"{one.pk}/pause/{at.isoformat()}", at=at, by=by, on=str(one.pause_on))

    return _apply(subscription, change)


def unpause(subscription: Subscription, *, by: User | None) -> Subscription:
    """Take back a pause that was asked for and has not begun; one that has begun ends by activating."""

    def change(_billing: BillingAccount, one: Subscription, at: datetime) -> None:
        if one.pause_on is not None and State(one.state) is State.ACTIVE:
            one.pause_on = None
            one.save(update_fields=["pause_on"])
            note(one, "pause_withdrawn", f"{one.pk}/unpause/{at.isoformat()}", at=at, by=by)

    return _apply(subscription, change)


def grant_free(subscription: Subscription, *, by: User) -> Subscription:
    """By the operator: it costs nothing from now on; nothing is paid back."""
    return _apply(
        subscription, lambda _b, one, at: _shift(one, Transition.FREE_GRANTED, at, by, dunning_since=None, **NOT_HELD)
    )


def end_free(subscription: Subscription, *, by: User) -> Subscription:
    """By the operator: payment is due."""
    return _apply(subscription, lambda _b, one, at: _shift(one, Transition.FREE_ENDED, at, by))


def suspend(subscription: Subscription, because: str, *, by: User) -> Subscription:
    """By the operator, with a reason that the payer is told; payment does not lift it."""

    def change(_billing: BillingAccount, one: Subscription, at: datetime) -> None:
        if one.held_because:
            return
        # What was suspended for missing payment is past due again when the operator's reason is gone.
        before = State.PAST_DUE.value if one.state == State.SUSPENDED else one.state
        _shift(one, Transition.SUSPENDED, at, by, held_because=because[:300], held_from=before)

    return _apply(subscription, change)


def restore(subscription: Subscription, *, by: User) -> Subscription:
    """By the operator: back to the state in which it was suspended; paid days that passed meanwhile are not billed."""

    def change(billing: BillingAccount, one: Subscription, at: datetime) -> None:
        if not one.held_because:
            return
        today = day_of(billing.account, at)
        moved: dict[str, Any] = {"paid_until": today} if one.paid_until and one.paid_until < today else {}
        if one.dunning_since is not None:
            moved["dunning_since"] = at  # the days of grace begin anew
        _shift(one, Transition.RESTORED, at, by, **moved, **NOT_HELD)

    return _apply(subscription, change)


def remove_now(subscription: Subscription, *, by: User | None) -> Subscription:
    """End it at once. What was paid for the period that runs, less its started months, becomes credit."""

    return _apply(subscription, lambda billing, one, at: remove(billing, one, at, by=by))


def remove(billing: BillingAccount, one: Subscription, at: datetime, *, by: User | None = None) -> None:
    """As `remove_now`, for callers that hold the account's lock."""
    bill_open_days(billing, one, now=at)
    today = day_of(billing.account, at)
    _shift(one, Transition.REMOVED, at, by, pause_on=None, next_interval="")
    for span in PaidSpan.objects.filter(subscription=one, end__gt=today).select_related("line__document"):
        _give_back(billing, one, span, today, at)
    ends = [span.end for span in PaidSpan.objects.filter(subscription=one) if span.end > span.start]
    if one.paid_until is not None and ends:
        one.paid_until = max(ends)
        one.save(update_fields=["paid_until"])


def grant_trial(subscription: Subscription, *, by: User) -> Subscription:
    """By the operator: a trial once more, from now on."""

    def change(billing: BillingAccount, one: Subscription, at: datetime) -> None:
        ends = trial_ends(at, at, billing.account.timezone)
        _shift(
            one, Transition.TRIAL_GRANTED, at, by, trial_ends_at=ends, began_at=at, first_visit_at=at,
            dunning_since=None, **NOT_HELD,
        )  # fmt: skip

    return _apply(subscription, change)


def credit_if_removed(subscription: Subscription) -> tuple[int, int]:
    """What `remove_now` would credit at this moment, net and with its tax."""
    billing = BillingAccount.objects.select_related("account", "book").get(account_id=subscription.account_id)
    today = day_of(billing.account, clock.now())
    net = gross = 0
    for span in PaidSpan.objects.filter(subscription=subscription, end__gt=today).select_related("line__document"):
        payer = BillingAccount.objects.select_related("account", "book").get(account=span.line.document.account_id)
        for row, share in _unused(payer, subscription, span, today)[0]:
            net += share
            gross += tax.totals([(share, treatment_in(row.document))]).total
    return net, gross


def _unused(
    payer: BillingAccount, one: Subscription, span: PaidSpan, today: date
) -> tuple[list[tuple[Line, int]], date]:
    """What is given back of the lines of `span`, net: what was paid less its started months; and where these end."""
    line = span.line
    lines = [line, *corrections_of(span)]
    left = {row: row.net - sum(note.net for note in row.corrections.all()) for row in lines}
    if span.start > today:
        months, end = 0, span.start
    elif line.days is not None or payer.billing_day is None:
        months, end = 1, span.end
    else:
        months = started_months(span.start, today, payer.billing_day)
        end = min(span.end, months_after(span.start, months, payer.billing_day))
    back = pricing.unused(sum(left.values()), tier_of(one, book_of(payer)).monthly, line.rate, months)
    shares = []
    for row in reversed(lines):
        share = min(back, left[row])
        back -= share
        if share > 0:
            shares.append((row, share))
    return shares, end


def _give_back(billing: BillingAccount, one: Subscription, span: PaidSpan, today: date, at: datetime) -> None:
    """Credit what was paid for the span less its started months, to who paid it; the span ends where these end."""
    of_account = span.line.document.account_id
    payer = billing if of_account == billing.account_id else locked(of_account)
    shares, end = _unused(payer, one, span, today)
    for row, share in shares:
        made = credit_note(row.document, {row: share}, f"removed/{span.pk}/{row.pk}", on=today, start=end)
        settle_credit_note(made, at=at)
        telling.tell_document(payer, made, at)
    if end < span.end:
        span.end = end
        span.save(update_fields=["end"])


def change_billing_day(billing: BillingAccount, day: int, *, by: User) -> None:
    """Choose the billing day, before the first invoice. Raises UserError afterwards."""
    with transaction.atomic():
        row = locked(billing.account_id)
        if row.account.documents.exists():
            raise UserError(
                "billing_day_fixed",
                _("The billing day is fixed with the first invoice."),
                _("Write to the operator."),
                status=409,
            )
        row.billing_day = day
        row.next_billing_on = next_billing_date(day, day_of(row.account, clock.now()))
        row.save(update_fields=["billing_day", "next_billing_on"])
        record("billing.day", account=row.account, by=by, subject=row.account.name, details={"day": day})


def _shift(one: Subscription, transition: Transition, at: datetime, by: User | None, **changes: Any) -> None:
    """Move the site and have its payer told of it."""
    if shift(one, transition, at=at, by=by, **changes):
        telling.tell_transition(one, transition, at, limits())
