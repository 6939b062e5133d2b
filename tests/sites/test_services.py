"""Sites, their keys and goals: what services guarantee."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from tests import people
from tests.events.makers import event
from trailhouse.accounts.models import AuditEntry
from trailhouse.collector.urls import normal_host
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events import blocks, registry
from trailhouse.sites import selectors, services
from trailhouse.sites.access import with_key
from trailhouse.sites.domains import normal_hostname
from trailhouse.sites.models import KEY_ALPHABET, RegistryState, Salt, Site

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_new_site_has_a_key_of_its_own_and_its_accounts_zone() -> None:
    bakery, law_firm = people.bakery(), people.law_firm()
    assert bakery.key != law_firm.key
    assert len(bakery.key) == 10
    assert set(bakery.key) <= set(KEY_ALPHABET)
    assert (bakery.timezone, bakery.currency) == ("Europe/Amsterdam", "EUR")
    assert AuditEntry.objects.filter(action="site.added", subject="harbour-bakery.example").count() == 1


def test_a_domain_is_unique_within_an_account_in_any_spelling() -> None:
    people.bakery()
    with pytest.raises(UserError) as refusal:
        services.add_site(people.account(), services.NewSite("https://www.HARBOUR-bakery.example"), by=None)
    assert refusal.value.code == "site_exists"


def test_two_accounts_may_track_one_domain_each_with_its_own_key() -> None:
    mine = people.bakery()
    theirs = services.add_site(people.stranger().accounts.get(), services.NewSite(mine.domain), by=None)
    assert theirs.key != mine.key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("currency", "euro"),
        ("visit_timeout_min", 4),
        ("visit_timeout_min", 241),
        ("visit_timeout_min", True),
        ("privacy", "none"),
        ("query_allow", ["a b"]),
        ("query_allow", "q"),
        ("search_param", "?"),
        ("exclude_networks", ["10.0.0.0/99"]),
        ("exclude_countries", ["Nederland"]),
        ("exclude_paths", ["admin"]),
        ("tracker", []),
        ("nonsense", 1),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_is_changed(name: str, value: Any) -> None:
    site = people.bakery()
    with pytest.raises(UserError):
        services.change_site(site, {"search_param": "zoek", name: value}, by=None)
    assert Site.objects.get(pk=site.pk).search_param == ""


def test_settings_are_kept_in_their_one_form() -> None:
    changes = {"exclude_networks": ["10.1.2.3/8", "10.0.0.0/8", ""], "exclude_countries": ["nl"], "counts": False}
    site = services.change_site(people.bakery(), changes, by=people.reseller())
    site.refresh_from_db()
    assert (site.exclude_networks, site.exclude_countries, site.counts) == (["10.0.0.0/8"], ["NL"], False)


def test_a_rotated_key_counts_for_thirty_days_more() -> None:
    site = people.bakery()
    before = site.key
    with clock.frozen(NOON):
        after = services.rotate_key(site, by=None)
        assert site.key == after != before
        assert selectors.snapshot().sites[0].keys == (after, before)
        found = with_key(before).first()
        assert found == site
        assert found.key == after
    with clock.frozen(NOON + timedelta(days=30)):
        assert selectors.snapshot().sites[0].keys == (after,)
        assert not with_key(before)
        services.turn_salts()
        assert site.keys.count() == 1


@pytest.mark.parametrize("host", ["www.Client.nl", "BÜCHER.de", "xn--bcher-kva.de", "straße.de", "点看.example"])
def test_a_site_and_the_collector_name_a_host_alike(host: str) -> None:
    assert normal_hostname(host) == normal_host(host)


def test_aliases_are_replaced_as_a_whole() -> None:
    site = people.bakery()
    services.set_aliases(site, ["shop.example", "www.b.example"], by=None)
    services.set_aliases(site, ["b.example", "c.example"], by=None)
    assert selectors.snapshot().sites[0].aliases == ("b.example", "c.example")
    with pytest.raises(UserError):
        services.set_aliases(site, ["127.0.0.1"], by=None)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("page", "/thanks*"), ("event", "Sign up"), ("scroll", "75"), ("scroll", "75 /blog/*"), ("duration", "60")],
)
def test_a_goal_is_added_once(kind: str, pattern: str) -> None:
    first = services.add_goal(people.bakery(), kind, pattern, value_minor=500)
    assert services.add_goal(people.bakery(), kind, pattern) == first
    (goal,) = selectors.context(people.bakery()).goals
    assert (goal.kind, goal.pattern, goal.name, goal.value_minor) == (kind, pattern, pattern, 500)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [("page", "thanks"), ("event", " "), ("scroll", "101"), ("scroll", "x"), ("duration", "0"), ("colour", "red")],
)
def test_a_goal_that_nothing_can_reach_is_refused(kind: str, pattern: str) -> None:
    with pytest.raises(UserError):
        services.add_goal(people.bakery(), kind, pattern)


def test_a_goals_name_is_its_own() -> None:
    services.add_goal(people.bakery(), "page", "/a", name="Order")
    with pytest.raises(UserError) as refusal:
        services.add_goal(people.bakery(), "page", "/b", name="Order")
    assert refusal.value.code == "goal_exists"


# -- what collecting reads


def test_salts_are_made_a_day_ahead_and_destroyed_after_their_last_visits() -> None:
    with clock.frozen(NOON):
        assert services.turn_salts()
        first = {salt.day: bytes(salt.key) for salt in Salt.objects.all()}
        assert len(set(first.values())) == 3
        assert not services.turn_salts()
    with clock.frozen(NOON + timedelta(days=1)):
        assert services.turn_salts()
        second = {salt.day: bytes(salt.key) for salt in Salt.objects.all()}
    assert set(second) == {day + 1 for day in first}
    assert {day: key for day, key in second.items() if day in first} == {
        day: key for day, key in first.items() if day != min(first)
    }


CHANGES: list[Callable[[Site], object]] = [
    lambda site: services.change_site(site, {"counts": False}, by=None),
    lambda site: services.rotate_key(site, by=None),
    lambda site: services.set_aliases(site, ["alias.example"], by=None),
    lambda site: services.add_site(site.account, services.NewSite("new.example"), by=None),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_what_is_served_is_published_once(tmp_path: Path, change: Callable[[Site], object]) -> None:
    site = people.bakery()
    assert services.publish(tmp_path)
    before = registry.read(tmp_path)
    assert not services.publish(tmp_path)
    change(site)
    assert services.publish(tmp_path)
    after = registry.read(tmp_path)
    assert before is not None
    assert after is not None
    assert after.revision > before.revision
    assert after.sites != before.sites
    assert after.secret == before.secret != b""
    assert not services.publish(tmp_path)


def test_the_snapshot_is_written_anew_where_it_is_missing_and_at_the_turn_of_the_day(tmp_path: Path) -> None:
    with clock.frozen(NOON):
        services.publish(tmp_path)
        (tmp_path / registry.FILE).unlink()
        assert services.publish(tmp_path)
        first = registry.read(tmp_path)
    with clock.frozen(NOON + timedelta(days=1)):
        assert services.publish(tmp_path)
        second = registry.read(tmp_path)
    assert first is not None
    assert second is not None
    assert second.salts[0] == first.salts[1]
    assert (tmp_path / registry.FILE).stat().st_mode & 0o077 == 0


def test_publishing_nothing_new_asks_one_question(tmp_path: Path, django_assert_num_queries: Any) -> None:
    people.bakery()
    services.publish(tmp_path)
    with django_assert_num_queries(1):
        services.publish(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_changes_made_at_once_each_move_the_revision() -> None:
    services.touch_registry()
    before = RegistryState.objects.get().revision
    barrier = Barrier(4)

    def change() -> None:
        barrier.wait()
        services.touch_registry()
        connection.close()

    threads = [Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert RegistryState.objects.get().revision == before + 4


# -- what the API asks


@pytest.mark.parametrize("name", ["harbour-bakery.example", "https://www.Harbour-bakery.example/", "KEY"])
def test_an_api_names_a_site_by_domain_or_key(name: str) -> None:
    site = people.bakery()
    people.law_firm()
    assert selectors.site_for_api(people.account(), name.replace("KEY", site.key)) == site


def test_an_api_key_reaches_neither_other_accounts_nor_sites_beyond_its_limits() -> None:
    site, other = people.bakery(), people.law_firm()
    strange = people.stranger().accounts.get()
    assert selectors.site_for_api(strange, site.domain) is None
    assert selectors.site_for_api(strange, site.key) is None
    assert selectors.site_for_api(people.account(), site.domain, only=[other.pk]) is None
    assert selectors.site_for_api(people.account(), site.domain, only=[site.pk]) == site


# -- the first visit


def test_the_first_event_is_found_in_the_store_and_remembered(store: Any) -> None:
    site = people.bakery()
    assert not services.look_for_first_event(site, store)
    moments = [clock.to_ms(NOON) + shift for shift in (5_000, 0)]
    events = [event(ms, site_id=site.pk, visit_started=ms) for ms in moments]
    store.insert_block("events", blocks.of_events(events))
    assert services.look_for_first_event(site, store)
    assert Site.objects.get(pk=site.pk).first_event_at == NOON
    services.note_first_events({site.pk: NOON + timedelta(days=1)})
    assert Site.objects.get(pk=site.pk).first_event_at == NOON
