"""A site's life from trial to payment and on, by the clock."""

from tests.billing import money
from trailhouse.billing import activating, receiving, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import Document
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Site


def test_a_site_goes_from_trial_to_payment_to_the_next_invoice_and_is_locked_when_that_is_not_paid(
    time: money.Time,
) -> None:
    meter = money.FlatMeter(per_day=400)  # 11,200 in 28 days: up to 100,000
    one = money.site("dune-hotel.example")
    assert one.state == State.TRIAL
    tick.run(meter)
    time.passes(days=29)
    tick.run(meter)
    one.refresh_from_db()
    assert (one.state, one.tier) == (State.DUE, 100_000)
    assert Site.objects.get(subscription=one).locked
    assert Mail.objects.filter(template="billing/day").count() == 1
    request = activating.activate(one.account, {one: Interval.MONTHLY}, by=None)
    assert request is not None
    assert (request.net, request.tax, request.total) == (1900, 399, 2299)
    receiving.receive(one.account, Money(2299, "EUR"), gateway="transfer", key="bank/1", received_on=clock.now().date())
    one.refresh_from_db()
    assert one.state == State.ACTIVE
    assert not Site.objects.get(subscription=one).locked
    assert Document.objects.get().total == 2299
    time.passes(days=40)
    tick.run(meter)
    tick.run(meter)
    assert Document.objects.count() == 2
    assert one.state == State.ACTIVE
    time.passes(days=15)
    tick.run(meter)
    one.refresh_from_db()
    assert one.state == State.PAST_DUE
    assert not Site.objects.get(subscription=one).locked
    time.passes(days=14)
    tick.run(meter)
    one.refresh_from_db()
    assert one.state == State.SUSPENDED
    assert Site.objects.get(subscription=one).locked
