"""The demo account: made once, with sites that can be looked at."""

from datetime import UTC, datetime

import pytest

from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.demo import seed
from trailhouse.demo.kept import KEPT
from trailhouse.demo.shapes import DemoSite
from trailhouse.demo.sites import AGENCY, SITES
from trailhouse.digests.models import Alert, Schedule
from trailhouse.events.store import Store
from trailhouse.sites.models import Goal, Site

pytestmark = pytest.mark.django_db


def test_a_second_start_makes_no_second_account_site_goal_or_event(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trailhouse.demo.seed.SPAN_MS", 3 * 86_400_000)
    with clock.frozen(datetime(2026, 7, 4, 12, tzinfo=UTC)):
        seed.start(store)
        counts = [store.rows("SELECT count() FROM events")[0][0]]
        seed.start(store)
        counts.append(store.rows("SELECT count() FROM events")[0][0])
    assert counts[0] == counts[1] > 1000
    account = Account.objects.get()
    assert (account.name, account.demo) == (AGENCY, True)
    assert not account.owner.has_usable_password()
    assert [site.domain for site in account.sites.all()] == sorted(site.domain for site in SITES)
    assert Goal.objects.count() == sum(len(site.goals) for site in SITES)
    assert all(site.first_event_at is not None for site in Site.objects.all())


def test_what_is_set_up_is_made_once_and_stays_removed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trailhouse.demo.seed.SPAN_MS", 3 * 86_400_000)
    with clock.frozen(datetime(2026, 7, 4, 12, tzinfo=UTC)):
        seed.start(store)
        bakery = Site.objects.get(domain="harbour-bakery.example")
        for site in Site.objects.all():
            kept = KEPT[site.domain]
            assert [funnel.name for funnel in site.funnels.all()] == sorted(name for name, _, _ in kept.funnels)
            assert [segment.person for segment in site.segments.all()] == [None for _ in kept.segments]
            assert site.page_groups.count() == len(kept.groups)
            assert site.annotations.count() == len(kept.notes)
            assert site.campaign_costs.count() >= len(kept.costs)
        assert [(one.every, one.site) for one in Schedule.objects.all()] == [("week", bakery)]
        assert [(one.kind, one.site) for one in Alert.objects.all()] == [("not_found", bakery)]
        bakery.annotations.all().delete()
        seed.start(store)
    assert not bakery.annotations.exists()
    assert bakery.segments.count() == len(KEPT[bakery.domain].segments)


def test_every_campaign_that_cost_something_brings_visits() -> None:
    named = {query.split("utm_campaign=")[1].split("&")[0] for site in SITES for query in _queries(site)}
    assert {cost.campaign for kept in KEPT.values() for cost in kept.costs} <= named


def _queries(site: DemoSite) -> list[str]:
    queries = [arrival.query for arrival in site.arrivals] + [campaign.query for campaign in site.campaigns]
    return [query for query in queries if "utm_campaign" in query]
