"""Billable pageviews, with the real store: closed days stay, and only live pageviews are counted."""

from datetime import UTC, date, datetime, timedelta

from tests.billing import money
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import MeteredDay, Subscription
from trailhouse.core.clock import to_ms
from trailhouse.events.store import Store
from trailhouse.sites.models import Site


def _view(store: Store, site: int, at: datetime, name: str = "pageview", origin: str = "live") -> None:
    store.command(
        f"INSERT INTO events (site_id, ts, name, origin) VALUES ({site}, fromUnixTimestamp64Milli({to_ms(at)}),"
        f" '{name}', '{origin}')"
    )


def _site(zone: str) -> Subscription:
    one = money.site(f"{zone.split('/')[1].lower()}.example")
    Site.objects.filter(subscription=one).update(timezone=zone)
    return Subscription.objects.select_related("site", "account").get(pk=one.pk)


def test_days_are_the_sites_own_and_imports_and_other_events_are_never_counted(time: money.Time, store: Store) -> None:
    here, there = _site("Europe/Amsterdam"), _site("America/New_York")
    late = datetime(2027, 1, 5, 23, 30, tzinfo=UTC)  # the 6th in Amsterdam, the 5th in New York
    for one in (here, there):
        _view(store, one.site_number, late)
        _view(store, one.site_number, late, origin="import:ga4")
        _view(store, one.site_number, late, name="sign-up")
    days = Meter(store).days([here, there], date(2027, 1, 4), date(2027, 1, 8))
    assert days == {here.pk: {date(2027, 1, 6): 1}, there.pk: {date(2027, 1, 5): 1}}


def test_a_day_is_closed_seven_days_after_its_end_and_erasure_does_not_lower_it(time: money.Time, store: Store) -> None:
    one = _site("Europe/Amsterdam")
    day = date(2027, 1, 5)
    for hour in range(3):
        _view(store, one.site_number, datetime(2027, 1, 5, hour + 1, tzinfo=UTC))
    meter = Meter(store)
    time.at(datetime(2027, 1, 12, 22, 59, tzinfo=UTC))
    meter.close_days()
    assert not MeteredDay.objects.filter(day=day).exists()
    time.at(datetime(2027, 1, 12, 23, tzinfo=UTC))
    assert meter.close_days() == 1
    assert meter.close_days() == 0
    assert Meter(store).close_days() == 0
    store.command(f"ALTER TABLE events DELETE WHERE site_id = {one.site_number} SETTINGS mutations_sync = 2")
    assert meter.days([one], day, day + timedelta(days=2)) == {one.pk: {day: 3}}
    MeteredDay.objects.all()
    assert MeteredDay.objects.get(day=day).pageviews == 3


def test_days_that_were_missed_are_closed_later(time: money.Time, store: Store) -> None:
    one = _site("Europe/Amsterdam")
    time.passes(days=20)
    assert Meter(store).close_days() == 13
    assert set(MeteredDay.objects.values_list("site_number", flat=True)) == {one.site_number}
