"""Trials: when they end, who has the right to one, and what a site then needs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import people
from tests.billing import invariants, money
from trailhouse.accounts.models import Instance
from trailhouse.billing import changes, modes, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, Document, Notice, Quote, Rule, Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox.models import Mail
from trailhouse.sites import services
from trailhouse.sites.models import Site
from trailhouse.sites.services import NewSite, add_site

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize("start", [datetime(2027, 3, 10, 12, tzinfo=UTC), datetime(2027, 10, 10, 12, tzinfo=UTC)])
def test_a_trial_ends_at_the_first_midnight_after_28_days_also_where_the_clock_is_changed(
    time: money.Time, start: datetime
) -> None:
    time.at(start)
    one = money.site("dune-hotel.example")
    ends = one.trial_ends_at
    assert ends is not None
    local = ends.astimezone(AMSTERDAM)
    assert (local.hour, local.minute) == (0, 0)
    assert timedelta(0) <= ends - (start + timedelta(days=28)) < timedelta(days=1, hours=1)
    time.at(ends - timedelta(seconds=1))
    tick.run(money.FlatMeter(0))
    one.refresh_from_db()
    assert one.state == State.TRIAL
    time.at(ends)
    tick.run(money.FlatMeter(0))
    one.refresh_from_db()
    assert (one.state, one.since) == (State.DUE, ends)


def test_a_trial_without_a_visit_begins_14_days_after_adding_and_a_visit_before_begins_it(time: money.Time) -> None:
    silent, visited = money.site("silent.example", visited=False), money.site("late.example", visited=False)
    assert silent.trial_ends_at is not None
    assert silent.trial_ends_at.astimezone(AMSTERDAM).date() == datetime(2027, 2, 16).date()  # 14 and 28 days
    time.passes(days=5)
    Site.objects.filter(subscription=visited).update(first_event_at=clock.now())
    tick.run(money.FlatMeter(0))
    visited.refresh_from_db()
    assert visited.first_visit_at == time.now
    assert visited.trial_ends_at is not None
    assert visited.trial_ends_at.astimezone(AMSTERDAM).date() == datetime(2027, 2, 7).date()


def test_one_trial_a_registrable_domain_and_account(time: money.Time) -> None:
    assert money.site("hotel.example").state == State.TRIAL
    assert money.site("shop.hotel.example").state == State.DUE  # provisional, at the lowest tier
    quote = Quote.objects.get(subscription__domain="shop.hotel.example")
    assert (quote.reason, quote.provisional, quote.tier) == ("known", True, 1_000)
    stranger = people.stranger().accounts.get()
    theirs = add_site(stranger, NewSite("hotel.example"), by=people.stranger(), mail=False)
    assert Subscription.objects.get(site=theirs).state == State.TRIAL


def test_a_second_trial_of_a_domain_comes_twelve_months_after_the_deletion_and_not_before(time: money.Time) -> None:
    first = money.site("hotel.example")
    changes.grant_free(first, by=people.operator())
    time.passes(days=300)
    tick.run(money.FlatMeter(0))
    Site.objects.filter(subscription=first).delete()
    tick.run(money.FlatMeter(0))
    time.passes(days=300)  # long after the trial was given, not long after the deletion
    second = money.site("hotel.example")
    assert second.state == State.DUE
    Site.objects.filter(subscription=second).delete()
    tick.run(money.FlatMeter(0))
    time.passes(days=366)
    assert money.site("hotel.example").state == State.TRIAL


def test_a_domain_that_was_never_visited_has_not_used_its_trial(time: money.Time) -> None:
    first = money.site("hotel.example", visited=False)
    Site.objects.filter(subscription=first).delete()
    assert money.site("hotel.example").state == State.TRIAL


def test_a_visit_that_names_the_domain_alone_begins_a_trial_and_does_not_use_it_up(time: money.Time) -> None:
    first = money.site("hotel.example", visited=False)
    assert first.site is not None
    time.passes(days=2)
    services.note_first_events({first.site.pk: time.now})
    tick.run(money.FlatMeter(0))
    first.refresh_from_db()
    assert first.first_visit_at == time.now
    services.prove(first.site.pk, time.now, shown=True)  # nor does what proves the domain in another way
    first.site.delete()
    second = money.site("hotel.example", visited=False)
    assert second.state == State.TRIAL
    assert second.site is not None
    services.note_key_visits({second.site.pk: time.now})
    second.site.delete()
    assert money.site("hotel.example", visited=False).state == State.DUE


def test_a_site_that_was_visited_by_key_before_it_is_billed_has_used_its_trial_too(time: money.Time) -> None:
    Instance.objects.update(billing=Instance.Billing.OFF)
    made = add_site(money.account(), NewSite("hotel.example"), by=people.reseller(), mail=False)
    services.note_key_visits({made.pk: time.now})
    time.passes(days=2)
    money.switch_on()
    tick.run(money.FlatMeter(0))
    assert Subscription.objects.get(site=made).state == State.TRIAL
    made.delete()
    assert money.site("hotel.example", visited=False).state == State.DUE


def test_at_most_so_many_trials_run_at_once_before_the_first_payment(time: money.Time) -> None:
    Rule.objects.update_or_create(pk=Rule.ONLY, defaults={"limits": {"most_trials": 2}})
    first = money.site("one.example")
    money.site("two.example")
    with pytest.raises(UserError, match="on trial at once"):
        money.site("three.example")
    assert money.site("shop.one.example").state == State.DUE  # no trial, so nothing is in its way
    money.activate(first, days=money.FlatMeter(0))
    assert money.site("three.example").state == State.TRIAL


def test_early_activation_ends_the_trial_and_quotes_at_once(time: money.Time) -> None:
    one = money.site("dune-hotel.example")
    time.passes(days=10)
    tick.run(money.FlatMeter(400))
    money.activate(one, days=money.FlatMeter(400))
    assert (one.state, one.tier, one.provisional) == (State.ACTIVE, 100_000, True)
    quote = Quote.objects.get()
    assert (quote.reason, quote.measured["days"], quote.measured["per_28"]) == ("early", 9, 11_200)
    time.passes(days=30)
    tick.run(money.FlatMeter(400))
    one.refresh_from_db()
    assert one.state == State.ACTIVE


def test_a_provisional_quote_is_corrected_from_the_next_billing_day_on_and_never_backwards(time: money.Time) -> None:
    one = money.site("dune-hotel.example")
    money.activate(one, days=money.FlatMeter(400))  # no complete day: the lowest tier
    first = money.invoices()[0]
    assert (one.tier, first.net) == (1_000, 200)
    time.passes(days=27)
    tick.run(money.FlatMeter(400))
    one.refresh_from_db()
    assert (one.tier, one.provisional) == (1_000, True)
    time.passes(days=10)
    tick.run(money.FlatMeter(400))
    one.refresh_from_db()
    assert (one.tier, one.provisional) == (100_000, False)
    assert [invoice.net for invoice in money.invoices()] == [200, 1_900]
    assert not Document.objects.filter(kind=Document.Kind.CREDIT_NOTE).exists()


def test_a_yearly_site_is_corrected_pro_rata_once_and_later_from_what_was_paid_by_then(time: money.Time) -> None:
    one = money.site("dune-hotel.example")
    money.activate(one, days=money.FlatMeter(400), interval=Interval.YEARLY)
    time.passes(days=32)
    tick.run(money.FlatMeter(400))
    correction = money.invoices()[1]
    left = 365 - 31
    assert correction.net == round(19_000 * left / 365) - round(2_000 * left / 365)
    assert Notice.objects.filter(key=f"invoice/{correction.pk}").exists()
    money.pay_all()
    # It grows two tiers: after a notice the rest is charged from what was paid by then.
    busy = money.FlatMeter(17_000)
    for _month in range(5):
        time.passes(days=31)
        tick.run(busy)
        money.pay_all()
    upgrade = money.invoices()[2]
    line = upgrade.lines.get()
    assert line.start is not None
    assert line.end is not None
    share = (line.end - line.start).days / 365
    assert abs(upgrade.net - (49_000 - 19_000) * share) <= 2
    invariants.check(people.account())
    changes.remove_now(one, by=people.reseller())  # the corrections are given back as well
    paid = sum(invoice.net for invoice in money.invoices())
    back = sum(note.net for note in Document.objects.filter(kind=Document.Kind.CREDIT_NOTE))
    assert back == paid - 7 * 4_900
    invariants.check(people.account())


def test_a_site_whose_zone_lies_behind_the_accounts_is_measured_again_too(time: money.Time) -> None:
    one = money.site("dune-hotel.example")
    Site.objects.filter(subscription=one).update(timezone="America/Los_Angeles")
    money.activate(one, days=money.FlatMeter(400))
    for _day in range(30):
        time.passes(days=1)
        tick.run(money.FlatMeter(400))
    assert Quote.objects.filter(reason="again", tier=100_000).exists()


def test_the_standing_choice_activates_at_the_trials_end_and_tells_a_summary_alone(time: money.Time) -> None:
    BillingAccount.objects.filter(account=money.account()).update(at_trial_end="monthly", terms_days=14)
    one = money.site("dune-hotel.example")
    second = money.site("shop.dune-hotel.example")  # due from the first day: nobody's standing choice
    time.passes(days=29)
    tick.run(money.FlatMeter(400))
    one.refresh_from_db()
    second.refresh_from_db()
    assert (one.state, second.state) == (State.ACTIVE, State.DUE)
    mail = Mail.objects.filter(template="billing/day").order_by("-pk").first()
    assert mail is not None
    assert [line for line in mail.context["lines"] if line.startswith("dune-hotel")] == [
        "dune-hotel.example is active."
    ]


def test_switching_billing_on_gives_each_site_a_trial_and_off_opens_everything(time: money.Time) -> None:
    operator = people.operator()
    one = money.site("dune-hotel.example")
    paused = money.site("quiet.example")
    time.passes(days=40)
    tick.run(money.FlatMeter(0))
    Subscription.objects.filter(pk=paused.pk).update(state=State.PAUSED)
    modes.set_mode(Instance.Billing.OFF, by=operator)
    one.refresh_from_db()
    assert one.site is not None
    one.site.refresh_from_db()
    assert not one.site.locked
    assert tick.run(money.FlatMeter(0)) == 0
    time.passes(days=100)
    modes.set_mode(Instance.Billing.ON, by=operator)
    one = Subscription.objects.get(pk=one.pk)
    assert one.state == State.TRIAL
    assert one.trial_ends_at is not None
    assert one.trial_ends_at > time.now + timedelta(days=27)
    assert Site.objects.get(subscription=paused).stopped
