"""A site's life from trial to payment and on, by the clock."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from tests.billing import money
from trailhouse.billing import activating, receiving, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import Document, PaidSpan
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def time() -> Iterator[Callable[[timedelta], None]]:
    """Moves the clock on."""
    moment = [money.START]
    with ExitStack() as held:
        held.enter_context(clock.frozen(moment[0]))
        money.switch_on()

        def go(delta: timedelta) -> None:
            moment[0] += delta
            held.enter_context(clock.frozen(moment[0]))

        yield go


def run(meter: money.FlatMeter) -> None:
    tick.run(meter)


def test_a_site_goes_from_trial_to_payment_to_the_next_invoice(time) -> None:
    meter = money.FlatMeter(per_day=400)  # 11,200 in 28 days: up to 100,000
    one = money.site("dune-hotel.example")
    assert one.state == State.TRIAL
    run(meter)
    time(29 * DAY)
    run(meter)
    one.refresh_from_db()
    assert one.state == State.DUE
    assert one.tier == 100_000
    one.site.refresh_from_db()
    assert one.site.locked
    assert Mail.objects.filter(template="billing/day").count() == 1
    request = activating.activate(one.account, {one: Interval.MONTHLY}, by=None)
    assert (request.net, request.tax, request.total) == (1900, 399, 2299)
    receiving.receive(one.account, Money(2299, "EUR"), gateway="transfer", key="bank/1", received_on=clock.now().date())
    one.refresh_from_db()
    assert one.state == State.ACTIVE
    one.site.refresh_from_db()
    assert not one.site.locked
    invoice = Document.objects.get()
    assert invoice.total == 2299
    time(40 * DAY)
    run(meter)
    assert Document.objects.count() == 2
    run(meter)
    assert Document.objects.count() == 2
    time(40 * DAY)
    run(meter)
    one.refresh_from_db()
    assert one.state in (State.PAST_DUE, State.SUSPENDED)
    print(
        [(d.number, d.issued_on, d.total) for d in Document.objects.all()],
        one.state,
        [(s.start, s.end) for s in PaidSpan.objects.all()],
    )
    print([m.context["lines"] for m in Mail.objects.filter(template="billing/day")])
