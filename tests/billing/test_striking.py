"""A spike that the payer calls junk: struck by the operator, and what it made dearer is credited."""

from datetime import date, timedelta

import pytest

from tests import people
from tests.billing import invariants, money
from trailhouse.billing import daily, striking, tick
from trailhouse.billing.models import Document, Notice
from trailhouse.core.errors import UserError


class Spike(money.FlatMeter):
    """One day has many more."""

    def __init__(self, day: date, pageviews: int) -> None:
        super().__init__(10)
        self.day, self.pageviews = day, pageviews

    def days(self, subscriptions, first, until):  # type: ignore[no-untyped-def]
        found = super().days(subscriptions, first, until)
        for days in found.values():
            if self.day in days:
                days[self.day] = self.pageviews
        return found


def test_a_struck_spike_lowers_the_tier_and_credits_the_periods_that_it_made_dearer(time: money.Time) -> None:
    meter = Spike(date(2027, 1, 20), 50_000)
    one = money.site("dune-hotel.example")
    time.passes(days=29)
    tick.run(meter)
    one.refresh_from_db()
    assert one.tier == 100_000
    money.activate(one)
    time.passes(days=1)
    operator = people.operator()
    with pytest.raises(UserError, match="can be struck"):
        striking.strike(one, [time.now.date() + timedelta(days=9)], "junk", meter, by=operator)
    notes = striking.strike(one, [meter.day], "junk", meter, by=operator)
    assert [note.net for note in notes] == [1_900 - 200]
    assert striking.strike(one, [meter.day], "junk", meter, by=operator) == []
    one.refresh_from_db()
    assert one.tier == 1_000
    assert Document.objects.count() == 2
    invariants.check(people.account())


def test_a_tier_that_is_nearly_or_wholly_used_and_a_site_that_sleeps_are_told_once(time: money.Time) -> None:
    busy, quiet = money.site("busy.example"), money.site("quiet.example")
    meter = money.FlatMeter(0, {busy.site_number: 30})
    money.activate(busy, quiet, days=money.FlatMeter(0))
    time.passes(days=30, hours=2)
    assert daily.look(meter) == 2  # 840 of 1,000, and no visit
    assert daily.look(meter) == 0
    assert set(Notice.objects.filter(kind__in=["used_80", "idle"]).values_list("subscription__domain", flat=True)) == {
        "busy.example", "quiet.example",
    }  # fmt: skip
