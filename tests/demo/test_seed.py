"""The demo account: made once, with sites that can be looked at."""

from datetime import UTC, datetime
from fnmatch import fnmatch
from urllib.parse import parse_qsl

import pytest

from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.demo import seed
from trailhouse.demo.kept import KEPT, Condition
from trailhouse.demo.shapes import DemoSite
from trailhouse.demo.sites import AGENCY, PRODUCT, SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.digests.models import Alert, Schedule
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.sites import looks
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
    assert [site.client.name for site in account.sites.all() if site.client] == [
        "Dune Hotel", "Harbour Bakery", "Van Leer Law"
    ]  # fmt: skip
    assert {looks.of_site(site).name for site in Site.objects.all()} == {PRODUCT}


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
            assert site.annotations.filter(kind="note").count() == len(kept.notes)
            assert site.annotations.filter(kind="work").count() == len(kept.work) > 0
            assert site.campaign_costs.count() >= len(kept.costs)
        assert [(one.every, one.site) for one in Schedule.objects.all()] == [("week", bakery)]
        assert [(one.kind, one.site) for one in Alert.objects.all()] == [("not_found", bakery)]
        bakery.annotations.all().delete()
        seed.start(store)
    assert not bakery.annotations.exists()
    assert bakery.segments.count() == len(KEPT[bakery.domain].segments)


def test_every_campaign_that_cost_something_brings_visits() -> None:
    names = ("utm_campaign", "utm_source", "utm_medium")
    named = {tuple(dict(parse_qsl(query))[name] for name in names) for site in SITES for query in _queries(site)}
    assert {(cost.campaign, cost.source, cost.medium) for kept in KEPT.values() for cost in kept.costs} <= named


def _queries(site: DemoSite) -> list[str]:
    queries = [arrival.query for arrival in site.arrivals] + [campaign.query for campaign in site.campaigns]
    return [query for query in queries if "utm_campaign" in query]


COLUMNS = {"visit:city": "city", "visit:channel": "channel", "visit:device": "device", "visit:language": "language"}


def test_every_segment_funnel_and_group_finds_something() -> None:
    for site in SITES:
        kept = KEPT[site.domain]
        first = clock.to_ms(datetime(2026, 6, 1, tzinfo=UTC))
        events = Traffic(site, 1).between(first, first + 20 * 86_400_000)
        for _, _, conditions in kept.segments:
            assert any(_holds(event, conditions) for event in events)
        reached = {("page", event.path) for event in events} | {("event", event.name) for event in events}
        goals = {goal.name for goal in site.goals}
        for kind, pattern, _ in [step for _, steps, _ in kept.funnels for step in steps]:
            assert (
                pattern in goals
                if kind == "goal"
                else any(one == kind and fnmatch(value, pattern) for one, value in reached)
            )
        for pattern in [pattern for _, patterns in kept.groups for pattern in patterns]:
            assert any(fnmatch(page.path, pattern) for page in site.pages)


def _holds(event: Event, conditions: tuple[Condition, ...]) -> bool:
    return all(getattr(event, COLUMNS[name]) in values for _, name, values in conditions)
