"""Renewals: what is billed on a billing day, what counts for the discount, and what was missed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests import people
from tests.billing import invariants, money
from trailhouse.billing import activating, books, changes, tick
from trailhouse.billing.book import DEFAULT_BOOK, Interval, PriceBook, Step, Tier
from trailhouse.billing.models import (
    BillingAccount,
    BillingEvent,
    Book,
    BookChange,
    Document,
    Notice,
    PaidSpan,
    Quote,
    Rule,
    Subscription,
)
from trailhouse.billing.settling import balance
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox.models import Mail
from trailhouse.sites import lifecycle
from trailhouse.sites.models import Site

QUIET = money.FlatMeter(0)


def _spans(one: Subscription) -> list[tuple[date, date]]:
    return [(span.start, span.end) for span in PaidSpan.objects.filter(subscription=one)]


def test_three_missed_periods_are_billed_in_order_once_and_told_in_one_mail(time: money.Time) -> None:
    time.at(datetime(2027, 1, 31, 12, tzinfo=UTC))
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    mails = Mail.objects.filter(template="billing/day")
    before = mails.count()
    time.at(datetime(2027, 5, 2, 12, tzinfo=UTC))
    tick.run(QUIET)
    tick.run(QUIET)
    assert _spans(one) == [
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 2, 28), date(2027, 3, 31)),
        (date(2027, 3, 31), date(2027, 4, 30)),
        (date(2027, 4, 30), date(2027, 5, 31)),
    ]
    made = money.invoices()[1:]
    assert [invoice.issued_on for invoice in made] == [date(2027, 5, 2)] * 3
    assert [invoice.due_on for invoice in made] == [date(2027, 5, 16)] * 3
    one.refresh_from_db()
    assert one.state == State.ACTIVE  # nobody is late for an invoice that did not exist
    assert mails.count() == before + 1
    invariants.check(people.account())


def test_after_weeks_off_what_happened_is_told_once_and_what_was_overtaken_is_not(time: money.Time) -> None:
    money.site("one.example")
    time.passes(days=45)
    tick.run(QUIET)
    lines = Mail.objects.get(template="billing/day").context["lines"]
    assert len(lines) == 1
    assert not Notice.objects.filter(told_on=None).exists()
    events = list(BillingEvent.objects.order_by("pk").values_list("at", flat=True))
    assert events == sorted(events)


def test_only_the_states_that_the_design_names_count_for_the_discount(time: money.Time) -> None:
    money.account()
    counted = {State.ACTIVE, State.PAST_DUE, State.CANCELLING}
    for number, state in enumerate(State):
        one = money.site(f"s{number}.example")
        if state != State.TRIAL:
            changes_ = {"state": state, "tier": 1_000, "interval": "monthly", "paid_until": date(2028, 1, 1)}
            Subscription.objects.filter(pk=one.pk).update(**changes_)
    BillingAccount.objects.update(billing_day=4, next_billing_on=date(2027, 2, 4))
    fresh = money.site("fresh.example")
    plan = activating.offer(fresh.account, {fresh: Interval.MONTHLY})
    assert plan.lines[0].rank == len(counted) + 1


def test_a_site_activated_in_between_pays_the_days_up_to_the_billing_day_and_then_runs_with_the_others(
    time: money.Time,
) -> None:
    first, second, yearly = money.site("one.example"), money.site("two.example"), money.site("three.example")
    money.activate(first, days=QUIET)
    time.passes(days=10)
    tick.run(QUIET)
    money.activate(second, days=QUIET)
    money.activate(yearly, days=QUIET, interval=Interval.YEARLY)
    assert _spans(second) == [(date(2027, 1, 14), date(2027, 2, 4))]
    assert _spans(yearly) == [(date(2027, 1, 14), date(2027, 2, 4)), (date(2027, 2, 4), date(2028, 2, 4))]
    stub, year = money.invoices()[2].lines.all()
    assert (stub.days, stub.of_days, year.days) == (21, 31 * 12, None)
    time.passes(days=40)
    tick.run(QUIET)
    assert _spans(second)[1:] == [(date(2027, 2, 4), date(2027, 3, 4))]
    assert len(_spans(yearly)) == 2
    renewal = money.invoices()[-1]
    assert renewal.lines.count() == 2
    invariants.check(people.account())


def test_on_terms_a_site_is_billed_the_same_night_also_if_it_is_cancelled_or_removed_before(time: money.Time) -> None:
    BillingAccount.objects.filter(account=money.account()).update(terms_days=30)
    sites = [money.site(f"{name}.example") for name in ("one", "two", "three")]
    for one in sites:
        money.activate(one, days=QUIET)
    assert not money.invoices()
    changes.cancel(sites[0], by=people.reseller())
    changes.remove_now(sites[1], by=people.reseller())
    time.passes(days=1)
    tick.run(QUIET)
    assert [_spans(one) for one in sites] == [[(date(2027, 1, 4), date(2027, 2, 4))]] * 3
    assert Subscription.objects.get(pk=sites[0].pk).state == State.CANCELLING
    invariants.check(people.account())


def test_the_interval_changes_at_the_periods_end(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    changes.set_interval(one, Interval.YEARLY, by=people.reseller())
    time.passes(days=32)
    tick.run(QUIET)
    assert _spans(one)[1] == (date(2027, 2, 4), date(2028, 2, 4))
    money.pay_all()
    changes.set_interval(one, Interval.MONTHLY, by=people.reseller())
    time.at(datetime(2028, 2, 5, tzinfo=UTC))
    tick.run(QUIET)
    assert _spans(one)[2] == (date(2028, 2, 4), date(2028, 3, 4))


def test_a_pause_begins_on_the_billing_day_costs_nothing_and_ends_by_activating(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    changes.pause(one, by=people.reseller())
    time.passes(days=20)
    tick.run(QUIET)
    one.refresh_from_db()
    assert one.state == State.ACTIVE
    time.passes(days=60)
    tick.run(QUIET)
    one.refresh_from_db()
    assert one.state == State.PAUSED
    assert one.site is not None
    assert Site.objects.get(subscription=one).stopped
    assert len(money.invoices()) == 1
    money.activate(one)
    assert one.state == State.ACTIVE
    assert not Site.objects.get(subscription=one).stopped
    assert _spans(one)[1] == (date(2027, 3, 25), date(2027, 4, 4))
    time.passes(days=20)
    tick.run(QUIET)
    assert _spans(one)[2] == (date(2027, 4, 4), date(2027, 5, 4))


def test_a_site_that_was_removed_and_comes_back_pays_no_day_twice(time: money.Time) -> None:
    monthly, yearly, stub = money.site("one.example"), money.site("two.example"), money.site("three.example")
    money.activate(monthly, days=QUIET)
    money.activate(yearly, days=QUIET, interval=Interval.YEARLY)
    time.passes(days=10)
    money.activate(stub, days=QUIET, interval=Interval.YEARLY)
    for one in (monthly, yearly, stub):
        changes.remove_now(one, by=people.reseller())
    assert _spans(stub)[1] == (date(2027, 2, 4), date(2027, 2, 4))  # the year had not begun
    credit = {note.lines.get().text: note.net for note in Document.objects.filter(kind=Document.Kind.CREDIT_NOTE)}
    # A year at 5 % off for the second, less a month; the whole year of the third.
    assert credit == {"two.example": 1_900 - 190, "three.example": 1_900}
    invariants.check(people.account())
    time.passes(days=3)
    for one in (monthly, yearly, stub):
        one.refresh_from_db()
        money.activate(one)
        assert one.state == State.ACTIVE
        assert _spans(one)[-1] == (date(2027, 2, 4), date(2027, 3, 4))
    invariants.check(people.account())


def test_what_was_granted_free_and_ends_is_due_and_pays_no_day_twice(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET, interval=Interval.YEARLY)
    changes.grant_free(one, by=people.operator())
    changes.end_free(one, by=people.operator())
    one.refresh_from_db()
    assert one.state == State.DUE
    money.activate(one)
    assert _spans(one)[1][0] == date(2028, 1, 4)


def test_an_operators_suspension_is_lifted_by_the_operator_alone_and_its_days_are_not_billed(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    time.passes(days=20)
    changes.suspend(one, "complaints", by=people.operator())
    time.passes(days=25)
    tick.run(QUIET)
    assert len(money.invoices()) == 1
    money.pay(5_000)
    one.refresh_from_db()
    assert one.state == State.SUSPENDED
    changes.restore(one, by=people.operator())
    one.refresh_from_db()
    assert (one.state, one.held_because, one.paid_until) == (State.ACTIVE, "", date(2027, 2, 18))
    time.passes(days=1)
    tick.run(QUIET)
    assert _spans(one)[1] == (date(2027, 2, 18), date(2027, 3, 4))
    assert balance(people.account()) == 5_000 - money.invoices()[1].total


def test_a_site_suspended_for_debt_and_then_by_the_operator_is_past_due_again_when_it_is_restored(
    time: money.Time,
) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    time.passes(days=32)
    tick.run(QUIET)
    time.passes(days=30)
    tick.run(QUIET)
    one.refresh_from_db()
    assert one.state == State.SUSPENDED
    changes.suspend(one, "complaints", by=people.operator())
    changes.restore(one, by=people.operator())
    tick.run(QUIET)
    one.refresh_from_db()
    assert (one.state, one.dunning_since) == (State.PAST_DUE, time.now)
    money.pay_all()
    one.refresh_from_db()
    assert one.state == State.ACTIVE


def test_a_site_that_waits_for_its_deletion_is_not_billed_on_and_pays_from_then_if_it_is_kept(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    time.passes(days=28)
    assert one.site is not None
    lifecycle.delete_later(one.site, "one.example", by=people.reseller())
    time.passes(days=5)
    tick.run(QUIET)
    assert len(money.invoices()) == 1
    lifecycle.keep(one.site, by=people.reseller())
    BillingAccount.objects.update(look_at=clock.now())
    tick.run(QUIET)
    assert _spans(one)[1] == (date(2027, 2, 4), date(2027, 3, 4))


def test_a_site_that_is_deleted_and_an_account_that_is_closed_end_at_once_with_credit(time: money.Time) -> None:
    one, two = money.site("one.example"), money.site("two.example")
    money.activate(one, two, days=QUIET, interval=Interval.YEARLY)
    tick.run(QUIET)
    time.passes(days=3)
    Site.objects.filter(subscription=one).delete()
    tick.run(QUIET)
    assert Subscription.objects.get(pk=one.pk).state == State.CANCELLED
    before = balance(people.account())
    assert before > 0
    account = people.account()
    account.closed_at = clock.now()
    account.save(update_fields=["closed_at"])
    tick.run(QUIET)
    assert Subscription.objects.get(pk=two.pk).state == State.CANCELLED
    assert balance(account) > before
    time.passes(days=61)
    tick.run(QUIET)
    assert set(Subscription.objects.values_list("state", flat=True)) == {State.DELETED}
    assert Document.objects.count() == 3
    invariants.check(account)


def test_a_request_whose_day_has_passed_is_replaced_with_the_amounts_that_hold_then(time: money.Time) -> None:
    money.activate(money.site("one.example"), days=QUIET)
    two = money.site("two.example")
    first = activating.activate(two.account, {two: Interval.MONTHLY}, by=None, days=QUIET)
    assert first is not None
    time.at(datetime(2027, 2, 3, 12, tzinfo=UTC))
    tick.run(money.FlatMeter(400))  # the trial is over by then
    Subscription.objects.filter(pk=two.pk).update(tier=100_000)
    time.at(datetime(2027, 2, 4, 12, tzinfo=UTC))
    tick.run(QUIET)
    second = activating.open_request(two.account)
    assert second is not None
    assert second.reference != first.reference
    line = second.lines.get()
    assert (line.start, line.tier, second.holds_until) == (date(2027, 2, 4), 100_000, date(2027, 3, 4))
    money.pay(first.total)  # too little by now: it is kept as credit
    two.refresh_from_db()
    assert two.state != State.ACTIVE
    assert balance(two.account) == first.total


def test_a_request_is_replaced_where_one_of_its_sites_is_gone(time: money.Time) -> None:
    one, two = money.site("one.example"), money.site("two.example")
    activating.activate(one.account, dict.fromkeys([one, two], Interval.MONTHLY), by=None, days=QUIET)
    changes.grant_free(two, by=people.operator())
    tick.run(QUIET)
    request = activating.open_request(one.account)
    assert request is not None
    assert [line.text for line in request.lines.all()] == ["one.example"]


def test_a_new_price_book_leaves_old_subscriptions_alone_until_its_date(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    dearer = PriceBook(
        "EUR", tuple(Tier(tier.pageviews, tier.monthly * 2, tier.yearly * 2) for tier in DEFAULT_BOOK.tiers),
        (Step(2, 500),),
    )  # fmt: skip
    book = books.draft("Standard", dearer, date(2027, 1, 10), by=people.operator())
    books.publish(book, by=people.operator())
    change = BookChange.objects.get()
    assert change.on == date(2027, 3, 5)  # 60 days' notice
    nets = []
    for _month in range(4):
        time.passes(days=31)
        tick.run(QUIET)
        money.pay_all()
        nets.append(money.invoices()[-1].net)
    assert nets == [200, 200, 400, 400]
    invariants.check(people.account())


def test_a_new_price_book_reaches_accounts_without_a_billing_day_and_cuts_come_at_once(time: money.Time) -> None:
    money.site("one.example")
    cheaper = PriceBook("EUR", (Tier(1_000, 100, 1_000), Tier(100_000, 900, 9_000)))
    book = books.draft("Standard", cheaper, date(2027, 1, 10), by=people.operator())
    books.publish(book, by=people.operator())
    assert BillingAccount.objects.get(account=people.account()).book != book
    time.at(datetime(2027, 1, 10, 12, tzinfo=UTC))
    tick.run(QUIET)
    assert BillingAccount.objects.get(account=people.account()).book == book
    assert Book.objects.count() == 2


def test_a_monthly_site_is_measured_anew_at_each_renewal_by_the_median_of_three_windows(time: money.Time) -> None:
    one = money.site("one.example")
    busy = money.FlatMeter(400)
    time.passes(days=29)
    tick.run(QUIET)
    one.refresh_from_db()
    money.activate(one)
    assert (one.tier, one.provisional) == (1_000, False)
    for _month in range(4):
        time.passes(days=31)
        tick.run(busy)
        money.pay_all()
    one.refresh_from_db()
    assert one.tier == 100_000
    assert Quote.objects.filter(reason="renewal").count() == 1
    assert [invoice.net for invoice in money.invoices()][-1] == 1_900


def test_what_was_locked_for_debt_and_is_paid_is_not_billed_for_the_days_between(time: money.Time) -> None:
    Rule.objects.update_or_create(pk=Rule.ONLY, defaults={"limits": {"suspended_cancelled": 90}})
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    for _fortnight in range(7):
        time.passes(days=15)
        tick.run(QUIET)
    one.refresh_from_db()
    assert (one.state, one.paid_until) == (State.SUSPENDED, date(2027, 4, 4))
    time.at(datetime(2027, 4, 20, 12, tzinfo=UTC))
    money.pay_all()
    one.refresh_from_db()
    assert (one.state, one.paid_until) == (State.ACTIVE, date(2027, 4, 20))
    time.passes(days=1)
    tick.run(QUIET)
    assert _spans(one)[-1] == (date(2027, 4, 20), date(2027, 5, 4))
    invariants.check(people.account())


def test_a_yearly_site_cannot_be_paused(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET, interval=Interval.YEARLY)
    with pytest.raises(UserError, match="paid by the year"):
        changes.pause(one, by=people.reseller())


def test_an_account_is_told_at_most_once_a_day(time: money.Time) -> None:
    for number in range(3):
        money.site(f"s{number}.example")
    for _hour in range(40 * 4):
        time.passes(hours=6)
        tick.run(QUIET)
    days = [mail.created_at.date() for mail in Mail.objects.filter(template="billing/day")]
    assert len(days) == len(set(days))
    assert timedelta(0) < max(days) - min(days)
