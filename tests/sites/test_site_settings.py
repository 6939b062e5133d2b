"""What the settings of a site may hold, its hostnames and its goals: what services guarantee."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests import people
from trailhouse.accounts.models import AuditEntry
from trailhouse.collector import tracker
from trailhouse.collector.steps import is_own_host
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events import blocks
from trailhouse.events.store import Store
from trailhouse.sites import goals, hostnames, selectors, services
from trailhouse.sites.goals import GoalText
from trailhouse.sites.models import Goal, RegistryState, Site
from trailhouse.sites.settings import TRACKER

pytestmark = pytest.mark.django_db


def revision() -> int:
    return RegistryState.objects.values_list("revision", flat=True).first() or 0


def served(site: Site) -> Any:
    """The site as the collector knows it."""
    return next(one for one in selectors.snapshot().sites if one.site_id == site.pk)


def noted(action: str) -> int:
    return AuditEntry.objects.filter(action=action, account=people.account(), user=people.reseller()).count()


# -- values


def test_the_scripts_settings_are_those_of_the_script() -> None:
    assert TRACKER.keys() == set(tracker._OWN_CHOICE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "a" * 121),
        ("labels", ["a"] * 3 + ["b" * 41]),
        ("labels", [str(n) for n in range(21)]),
        ("properties", ["a" * 301]),
        ("properties", ["a\nb"]),
        ("properties", "plan"),
        ("retention_months", 0),
        ("retention_months", 121),
        ("retention_months", True),
        ("return_after_hours", 0),
        ("return_after_hours", 721),
        ("return_after_hours", "1.5"),
        ("tracker", {"nonsense": True}),
        ("tracker", {"outbound": "yes"}),
        ("tracker", {"file_types": ["p/df"]}),
        ("tracker", {"endpoint": "//elsewhere.example/e"}),
        ("tracker", {"endpoint": "javascript:alert(1)"}),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_is_changed(name: str, value: Any) -> None:
    site, before = people.bakery(), revision()
    with pytest.raises(UserError) as refusal:
        services.change_site(site, {"search_param": "zoek", name: value}, by=None)
    assert refusal.value.hint
    assert Site.objects.get(pk=site.pk).search_param == ""
    assert revision() == before


def test_what_is_accepted_reaches_the_script() -> None:
    values = {"tracker": {"outbound": False, "file_types": [".PDF", "zip"], "endpoint": "/e"}, "labels": ["b ", "a"]}
    site = services.change_site(people.bakery(), values, by=None)
    script = tracker.settings_of(served(site), site.key)
    assert (script.outbound, script.file_types, script.endpoint) == (False, ("pdf", "zip"), "/e")
    assert site.labels == ["a", "b"]


# -- domain and hostnames


def test_a_renamed_site_counts_its_old_domain_too() -> None:
    site, before = people.bakery(), revision()
    hostnames.add_alias(site, "new-bakery.example", by=None)
    site.proved_at = clock.now()
    site.save()
    hostnames.rename(site, "https://www.New-Bakery.example/shop", by=people.reseller())
    now = served(site)
    assert now.domain == "new-bakery.example/shop"
    assert now.aliases == ("harbour-bakery.example",)
    assert is_own_host(now, "new-bakery.example")
    assert is_own_host(now, "harbour-bakery.example")
    assert Site.objects.get(pk=site.pk).proved_at is None
    assert revision() > before
    assert noted("site.renamed") == 1
    hostnames.rename(site, "new-bakery.example/shop", by=people.reseller())
    assert noted("site.renamed") == 1


@pytest.mark.parametrize("domain", ["localhost", "", "co.uk", "vanleer-law.example"])
def test_a_site_is_not_renamed_to_a_refused_or_taken_domain(domain: str) -> None:
    people.law_firm()
    site = people.bakery()
    with pytest.raises(UserError):
        hostnames.rename(site, domain, by=None)
    assert Site.objects.get(pk=site.pk).domain == site.domain == "harbour-bakery.example"
    assert not site.aliases.exists()


def test_a_site_that_moves_below_its_old_domain_needs_no_alias() -> None:
    site = people.bakery()
    hostnames.rename(site, "harbour-bakery.example/shop", by=None)
    assert not site.aliases.exists()


def test_an_alias_is_added_once_and_taken_away() -> None:
    site = people.bakery()
    for _twice in range(2):
        assert hostnames.add_alias(site, "https://WWW.shop.example/x".partition("//")[2].partition("/")[0], by=None)
    assert served(site).aliases == ("shop.example",)
    for _twice in range(2):
        hostnames.remove_alias(site, "shop.example", by=people.reseller())
    assert served(site).aliases == ()
    assert noted("site.alias_removed") == 1


@pytest.mark.parametrize("host", ["harbour-bakery.example", "shop.harbour-bakery.example", "127.0.0.1", "localhost"])
def test_a_needless_or_impossible_alias_is_refused(host: str) -> None:
    with pytest.raises(UserError):
        hostnames.add_alias(people.bakery(), host, by=None)


def left_out(store: Store, site: Site, page: str, reason: str = "foreign_hostname") -> None:
    detail = json.dumps({"name": "pageview", "page": page, "user_agent": "Firefox"})
    row = (site.pk, 1, clock.now_ms(), reason, detail)
    store.insert_block("quarantine", blocks.of_rows("quarantine", [row]))


def test_foreign_hostnames_are_grouped_and_only_those_that_still_do_not_count(store: Store) -> None:
    site, other = people.bakery(), people.law_firm()
    for page in ("copy.example/", "copy.example/menu", "mirror.example/a/b", "shop.example/", '"><script>'):
        left_out(store, site, page)
    left_out(store, site, "bot.example/", "bot_headless")
    left_out(store, other, "theirs.example/")
    with clock.frozen(clock.now() - timedelta(days=31)):
        left_out(store, site, "long-ago.example/")
    hostnames.add_alias(site, "shop.example", by=None)
    found = [(host.hostname, host.samples) for host in hostnames.foreign_hosts(site, store)]
    assert found == [("copy.example", 2), ('"><script>', 1), ("mirror.example", 1)]
    hostnames.add_alias(site, "copy.example", by=None)
    assert "copy.example" not in [host.hostname for host in hostnames.foreign_hosts(site, store)]


# -- the staging twin


def test_a_staging_twin_is_a_site_of_its_own_with_the_same_settings() -> None:
    site = services.change_site(people.bakery(), {"privacy": "strict", "query_allow": ["q"]}, by=None)
    twin = hostnames.add_staging(site, "staging.harbour-bakery.example", by=people.reseller())
    assert (twin.staging_of, twin.account, twin.privacy, twin.query_allow) == (site, site.account, "strict", ["q"])
    assert twin.key != site.key
    assert served(twin).domain == "staging.harbour-bakery.example"
    assert noted("site.staging_added") == 1


def test_there_is_one_twin_and_a_twin_has_none() -> None:
    site = people.bakery()
    twin = hostnames.add_staging(site, "staging.example", by=None)
    for which, host in ((site, "second.example"), (twin, "third.example"), (people.law_firm(), "staging.example")):
        with pytest.raises(UserError):
            hostnames.add_staging(which, host, by=None)
    assert Site.objects.exclude(staging_of=None).count() == 1


# -- goals


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        (GoalText("page", "/thanks*", "Thanks", "12,50"), 1250),
        (GoalText("event", "Sign up"), None),
        (GoalText("scroll", "75", value="0"), 0),
        (GoalText("duration", "120", "Two minutes", " 3 "), 300),
    ],
    ids=lambda value: value.kind if isinstance(value, GoalText) else "",
)
def test_a_goal_of_each_kind_is_added_changed_and_removed(text: GoalText, minor: int | None) -> None:
    site, by = people.bakery(), people.reseller()
    goal = goals.add(site, text, by=by)
    assert (goal.kind, goal.name, goal.value_minor) == (text.kind, text.name or text.pattern, minor)
    goals.change(goal, GoalText("event", "Order", "Order placed", "42"), by=by)
    assert selectors.context(Site.objects.get(pk=site.pk)).goals[0].value_minor == 4200
    services.remove_goal(goal, by=by)
    assert not site.goals.exists()
    assert [noted(f"goal.{what}") for what in ("added", "changed", "removed")] == [1, 1, 1]


@pytest.mark.parametrize(
    "text",
    [
        GoalText("page", "thanks"),
        GoalText("scroll", "101"),
        GoalText("duration", "long"),
        GoalText("event", " "),
        GoalText("magic", "/x"),
        GoalText("page", "/x", value="cheap"),
        GoalText("page", "/x", value="-1"),
        GoalText("page", "/x", value="1.234"),
        GoalText("event", "Order", "Another name"),
        GoalText("page", "/x", "Order placed"),
    ],
)
def test_a_wrong_or_doubled_goal_changes_nothing(text: GoalText) -> None:
    site = people.bakery()
    goals.add(site, GoalText("event", "Order", "Order placed"), by=None)
    other = goals.add(site, GoalText("page", "/contact", "Contact"), by=None)
    with pytest.raises(UserError):
        goals.add(site, text, by=None)
    with pytest.raises(UserError):
        goals.change(other, text, by=None)
    assert sorted(Goal.objects.values_list("name", "pattern")) == [("Contact", "/contact"), ("Order placed", "Order")]
