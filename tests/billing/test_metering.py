"""Days are closed a week after their end, for every site of an instance that is billed, here or elsewhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests import people
from tests.events.makers import event
from tests.stats.test_answers import insert
from trailhouse.accounts.models import Account, Instance
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import MeteredDay
from trailhouse.core import clock
from trailhouse.core.clock import to_ms
from trailhouse.events.store import Store
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db

ADDED = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 20, 12, tzinfo=UTC)
FIRST, UNTIL = date(2026, 3, 1), date(2026, 3, 20)
EXTERNAL = Instance.Billing.EXTERNAL


def bill(mode: Instance.Billing) -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"billing": mode})


@pytest.fixture
def site(store: Store) -> Site:
    """The bakery, which has no subscription, with three pageviews on 2 March and one on 16 March."""
    with clock.frozen(ADDED):
        made = people.bakery()
    moments = [datetime(2026, 3, 2, 12, tzinfo=UTC)] * 3 + [datetime(2026, 3, 16, 12, tzinfo=UTC)]
    own = {"site_id": made.pk, "visitor_id": 1, "visit_id": 1}
    insert(store, [event(to_ms(at), **own, visit_started=to_ms(at)) for at in moments])
    return made


@pytest.mark.parametrize("mode", [EXTERNAL, Instance.Billing.ON])
def test_a_closed_day_is_not_lowered_by_erasure(store: Store, site: Site, mode: Instance.Billing) -> None:
    bill(mode)
    meter, zones = Meter(store), {site.pk: site.timezone}
    assert meter.close_days(LATER) == 12  # 1 to 12 March: the 13th ended less than seven days ago
    assert meter.close_days(LATER) == 0
    store.command("TRUNCATE TABLE events")
    found = meter.of_sites(zones, FIRST, UNTIL)[site.pk]
    assert {day: n for day, n in found.items() if n} == {date(2026, 3, 2): 3}
    assert meter.close_days(LATER + timedelta(days=7)) == 7
    assert meter.of_sites(zones, FIRST, UNTIL)[site.pk][date(2026, 3, 16)] == 0


def test_days_that_are_not_closed_are_counted_in_the_store(store: Store, site: Site) -> None:
    bill(EXTERNAL)
    meter = Meter(store)
    meter.close_days(LATER)
    found = meter.of_sites({site.pk: site.timezone}, FIRST, UNTIL)[site.pk]
    assert {day: n for day, n in found.items() if n} == {date(2026, 3, 2): 3, date(2026, 3, 16): 1}
    assert meter.of_sites({site.pk: site.timezone}, UNTIL, UNTIL) == {site.pk: {}}


def test_of_a_site_that_is_gone_the_closed_days_are_left(store: Store, site: Site) -> None:
    bill(EXTERNAL)
    Meter(store).close_days(LATER)
    found = Meter(store).of_sites({site.pk: ""}, FIRST, UNTIL)[site.pk]
    assert (found[date(2026, 3, 2)], len(found)) == (3, 12)


def test_nothing_is_closed_where_nobody_is_billed_and_never_for_the_demo(store: Store, site: Site) -> None:
    assert Meter(store).close_days(LATER) == 0
    bill(Instance.Billing.OFF)
    assert Meter(store).close_days(LATER) == 0
    bill(EXTERNAL)
    Account.objects.update(demo=True)
    assert Meter(store).close_days(LATER) == 0
    assert not MeteredDay.objects.exists()


def test_after_days_without_the_job_all_are_closed_for_two_months_back(store: Store, site: Site) -> None:
    bill(EXTERNAL)
    Meter(store).close_days(LATER)
    assert Meter(store).close_days(LATER + timedelta(days=100)) == 60
