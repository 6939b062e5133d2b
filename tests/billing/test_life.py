"""A site's life from trial to payment and on, by the clock."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from tests.billing import money
from trailhouse.billing import activating, receiving, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import Document
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


def test_a_site_goes_from_trial_to_payment_to_the_next_invoice(time: Callable[[timedelta], None]) -> None:
    meter = money.FlatMeter(per_day=400)  # 11,200 in 28 days: up to 100,000
    one = money.site("dune-hotel.example")
    assert one.site
    tick.run(meter)
    time(29 * DAY)
    tick.run(meter)
    one.refresh_from_db()
    one.site.refresh_from_db()
    assert (one.state, one.tier, one.site.locked) == (State.DUE, 100_000, True)
    assert Mail.objects.filter(template="billing/day").count() == 1
    request = activating.activate(one.account, {one: Interval.MONTHLY}, by=None)
    assert request is not None
    assert (request.net, request.tax, request.total) == (1900, 399, 2299)
    receiving.receive(one.account, Money(2299, "EUR"), gateway="transfer", key="bank/1", received_on=clock.now().date())
    one.refresh_from_db()
    one.site.refresh_from_db()
    assert (one.state, one.site.locked) == (State.ACTIVE, False)
    assert Document.objects.get().total == 2299
    time(40 * DAY)
    tick.run(meter)
    tick.run(meter)
    assert Document.objects.count() == 2
    time(40 * DAY)
    tick.run(meter)
    one.refresh_from_db()
    assert one.state == State.SUSPENDED
