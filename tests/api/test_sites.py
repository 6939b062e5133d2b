"""The sites API over HTTP: each operation on one's own, another's and nothing; keys, limits, pages, the same twice."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests import people
from trailhouse.accounts.models import Account, AuditEntry
from trailhouse.accounts.services import create_api_key
from trailhouse.api import access
from trailhouse.core import clock
from trailhouse.outbox.models import Mail
from trailhouse.sites import goals, services, sharing
from trailhouse.sites.goals import GoalText
from trailhouse.sites.models import Goal, Site
from trailhouse.sites.services import NewSite, add_site

pytestmark = pytest.mark.django_db

BAKERY, NEW = "harbour-bakery.example", "new.example"
CONFIGURATION = "tracker_script_configuration"
GUEST = "new@elsewhere.example"
OPERATIONS: dict[str, tuple[str, str, dict[str, str]]] = {
    "get": ("GET", "/{site}", {}),
    "change": ("PUT", "/{site}", {"timezone": "Asia/Tokyo"}),
    "delete": ("DELETE", "/{site}", {}),
    "shared link": ("PUT", "/shared-links", {"site_id": "{site}", "name": "Client"}),
    "goals": ("GET", "/goals?site_id={site}", {}),
    "goal": ("PUT", "/goals", {"site_id": "{site}", "goal_type": "event", "event_name": "Order"}),
    "delete goal": ("DELETE", "/goals/{goal}", {"site_id": "{site}"}),
    "guests": ("GET", "/guests?site_id={site}", {}),
    "guest": ("PUT", "/guests", {"site_id": "{site}", "email": GUEST, "role": "viewer"}),
    "properties": ("GET", "/custom-props?site_id={site}", {}),
    "property": ("PUT", "/custom-props", {"site_id": "{site}", "property": "plan"}),
    "delete property": ("DELETE", "/custom-props/plan", {"site_id": "{site}"}),
    "delete guest": ("DELETE", "/guests/baker@harbour-bakery.example", {"site_id": "{site}"}),
}


@pytest.fixture(autouse=True)
def _rested() -> Iterator[None]:
    access._asked.clear()
    yield
    access._asked.clear()


def key(account: Account | None = None, **values: Any) -> str:
    """A new key that may change sites."""
    account = account or people.account()
    return create_api_key(account, by=account.owner, **{"scopes": ["sites"], **values})[1]


def ask(method: str, path: str, values: Any = None, token: str | None = None) -> Any:
    """The answer to a request with a JSON body."""
    headers = {"Authorization": f"Bearer {key() if token is None else token}"}
    data = b"" if values is None else json.dumps(values)
    return Client().generic(method, f"/api/v1/sites{path}", data, content_type="application/json", headers=headers)


def operate(name: str, site: str, token: str | None = None, goal: int = 0) -> Any:
    """The answer to one of OPERATIONS at `site`."""
    method, path, values = OPERATIONS[name]
    filled = {field: value.replace("{site}", site) for field, value in values.items()}
    return ask(method, path.format(site=quote(site, safe=""), goal=goal), filled or None, token)


def script_of(site: Site, **changes: bool) -> dict[str, Any]:
    """What is told of a script of `site` that does the usual, but for `changes`."""
    usual = {"outbound_links": True, "file_downloads": True, "tagged_events": True, "hash_based_routing": False}
    fixed = {"revenue_tracking": True, "pageview_props": True, "track_404_pages": True, "form_submissions": False}
    return {"id": site.key, "installation_type": None, **usual, **fixed, **changes}


def a_goal(site: Site) -> int:
    """The number of a goal of `site`."""
    return goals.add(site, GoalText("page", "/thanks"), by=None).pk


# -- whose


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_does_everything_at_its_accounts_site(name: str) -> None:
    people.client_person()
    answer = operate(name, BAKERY, goal=a_goal(people.bakery()))
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("domain", ["elsewhere.example", "nowhere.example", "vanleer-law.example", "\x00", "a" * 5_000])
def test_what_is_not_the_keys_does_not_exist(name: str, domain: str) -> None:
    people.law_firm()
    theirs, token = a_goal(people.stranger().accounts.get().sites.get()), key(site_ids=[people.bakery().pk])
    before = (AuditEntry.objects.count(), Goal.objects.count(), Mail.objects.count())
    answer = operate(name, domain, token, theirs)
    readable = domain.isprintable() and len(domain) < 300
    assert answer.status_code in ({404} if readable else {400, 404})
    assert set(answer.json()) == {"error", "code"}
    assert (AuditEntry.objects.count(), Goal.objects.count(), Mail.objects.count()) == before


READABLE = ("get", "goals", "properties")  # as in Plausible: who asks for figures finds what to ask about


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("scopes", [["stats"], ["people"], []])
def test_a_key_needs_the_scope(name: str, scopes: list[str]) -> None:
    people.bakery()
    readable = scopes == ["stats"] and name in READABLE
    assert operate(name, BAKERY, key(scopes=scopes)).status_code == (200 if readable else 401)


@pytest.mark.parametrize("path", ["", "/teams"])
def test_a_key_for_statistics_lists_what_it_can_ask_about(path: str) -> None:
    people.law_firm()
    people.stranger()
    token = key(scopes=["stats"], site_ids=[people.bakery().pk])
    answer = ask("GET", path, token=token)
    assert answer.status_code == 200
    assert [site["domain"] for site in answer.json().get("sites", [])] == ([] if path else [BAKERY])
    assert ask("GET", path, token=key(scopes=["people"])).status_code == 401


def test_the_account_is_the_one_team_of_its_key() -> None:
    people.stranger()
    team = {"id": str(people.account().pk), "name": people.account().name, "api_available": True}
    meta = {"after": None, "before": None, "limit": 7}
    assert ask("GET", "/teams?limit=7").json() == {"teams": [team], "meta": meta}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_a_key_nothing_is_told(name: str, token: str) -> None:
    people.bakery()
    answer = operate(name, BAKERY, token)
    assert (answer.status_code, "API key" in answer.json()["error"]) == (401, True)
    assert "X-RateLimit-Limit" not in answer


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_suspended_account_changes_nothing(name: str) -> None:
    people.bakery()
    token = key(scopes=["sites", "stats"])
    Account.objects.filter(pk=people.account().pk).update(suspended_at="2026-01-01T00:00:00Z")
    assert operate(name, BAKERY, token).status_code == 403
    body = {"site_id": BAKERY, "metrics": ["visits"], "date_range": "day"}
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().post("/api/v2/query", body, content_type="application/json", headers=headers).status_code == 403


def test_a_goal_of_another_site_of_ones_own_is_not_this_sites() -> None:
    other = a_goal(people.law_firm())
    people.bakery()
    for number in (other, 987_654, 10**30):
        assert operate("delete goal", BAKERY, goal=number).status_code == 404
    assert Goal.objects.filter(pk=other).exists()


# -- sites


def test_a_site_is_added_found_changed_and_deleted() -> None:
    added = ask("POST", "", {"domain": "https://WWW.New.example/", "timezone": "Asia/Tokyo"})
    site = Site.objects.get(account=people.account(), domain=NEW)
    told: dict[str, Any] = {
        "domain": NEW, "timezone": "Asia/Tokyo", "custom_properties": [], "key": site.key, "delete_at": None,
        "proved_by": None, "tracker_script_configuration": script_of(site),
    }  # fmt: skip
    assert (added.status_code, added.json()) == (200, told)
    assert ask("GET", f"/{NEW}").json() == told
    services.note_key_visits({site.pk: clock.now()})
    assert ask("GET", f"/{NEW}").json() == told | {"proved_by": "visit"}
    services.prove(site.pk, clock.now(), shown=True)
    assert ask("GET", f"/{NEW}").json() == told | {"proved_by": "record"}
    changes = {"domain": "newer.example", "timezone": "Europe/Paris"}
    for _again in range(2):
        assert ask("PUT", f"/{site.key}", changes).json() == told | changes
    assert list(site.aliases.values_list("hostname", flat=True)) == [NEW]
    first, second = (ask("DELETE", "/newer.example").json() for _again in range(2))
    assert first == second
    assert first["deleted"] is True
    site.refresh_from_db()
    assert site.delete_at is not None
    assert first["delete_at"] == site.delete_at.isoformat(timespec="seconds")
    actions = AuditEntry.objects.filter(account=people.account(), action__startswith="site.")
    noted = sorted(one.action for one in actions)  # two of them in the same millisecond
    assert noted == ["site.added", "site.changed", "site.deletion_asked", "site.renamed"]
    assert {one.user for one in actions} == {people.reseller()}
    assert not Mail.objects.exists()


def test_what_the_script_counts_is_chosen_as_plausible_s_documentation_shows() -> None:
    """What cannot be chosen is no reason to refuse the site: the answer tells how it is."""
    chosen = {
        "file_downloads": False,
        "form_submissions": True,
        "installation_type": "wordpress",
        "outbound_links": True,
    }
    added = ask("POST", "", {"domain": NEW, "team_id": "x", "tracker_script_configuration": chosen})
    site = Site.objects.get()
    assert added.status_code == 200, added.content
    assert added.json()["tracker_script_configuration"] == script_of(site, file_downloads=False)
    changed = ask("PUT", f"/{NEW}", {"tracker_script_configuration": {"hash_based_routing": True}}).json()
    expected = script_of(site, file_downloads=False, hash_based_routing=True)
    assert changed["tracker_script_configuration"] == ask("GET", f"/{NEW}").json()[CONFIGURATION] == expected
    site.refresh_from_db()
    assert site.tracker == {"downloads": False, "outbound": True, "hash_routes": True}
    again = AuditEntry.objects.filter(action="site.changed").count()
    ask("PUT", f"/{NEW}", {"tracker_script_configuration": {"hash_based_routing": True}})
    assert AuditEntry.objects.filter(action="site.changed").count() == again


@pytest.mark.parametrize("wrong", ["yes", {"file_downloads": "yes"}, {"outbound_links": 1}, ["outbound_links"]])
def test_a_wrong_choice_of_the_script_adds_and_changes_nothing(wrong: Any) -> None:
    people.bakery()
    assert ask("POST", "", {"domain": NEW, CONFIGURATION: wrong}).status_code == 400
    assert ask("PUT", f"/{BAKERY}", {"domain": NEW, CONFIGURATION: wrong}).status_code == 400
    assert [site.domain for site in Site.objects.all()] == [BAKERY]


def test_the_properties_of_a_site_are_told_with_it() -> None:
    people.bakery()
    operate("property", BAKERY)
    assert ask("GET", f"/{BAKERY}").json()["custom_properties"] == ["plan"]


def test_a_renamed_site_is_found_by_its_name_before_and_deleted_by_its_own_alone() -> None:
    site = people.bakery()
    ask("PUT", f"/{BAKERY}", {"domain": "newer.example"})
    assert ask("GET", f"/{BAKERY}").json()["domain"] == "newer.example"
    assert operate("goal", BAKERY).json()["domain"] == "newer.example"
    assert ask("DELETE", f"/{BAKERY}").status_code == 404
    other = add_site(people.account(), NewSite(BAKERY), by=None, mail=False)
    assert ask("GET", f"/{BAKERY}").json()["key"] == other.key
    assert ask("GET", f"/{BAKERY}", token=key(site_ids=[site.pk])).json()["key"] == site.key


def test_the_zone_of_a_site_is_its_accounts_unless_it_is_said() -> None:
    assert ask("POST", "", {"domain": NEW}).json()["timezone"] == "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, 400),
        ({"domain": ""}, 400),
        ({"domain": "localhost"}, 400),
        ({"domain": ["new.example"]}, 400),
        ({"domain": True}, 400),
        ({"domain": "new.example\u0000"}, 400),
        ({"domain": "a" * 3_000}, 400),
        ({"domain": "new.example", "timezone": "Mars/Olympus"}, 400),
        ([], 400),
        ("{", 400),
        ({"domain": BAKERY}, 409),
    ],
)
def test_a_site_that_cannot_be_added_is_refused_with_a_reason(values: Any, status: int) -> None:
    people.bakery()
    answer = ask("POST", "", values)
    assert (answer.status_code, set(answer.json())) == (status, {"error", "code"})
    assert Site.objects.count() == 1


@pytest.mark.parametrize("values", [None, {}, {"timezone": "Mars/Olympus"}, {"domain": "localhost"}])
def test_a_change_that_makes_no_sense_is_refused_whole(values: Any) -> None:
    site = people.bakery()
    assert ask("PUT", f"/{BAKERY}", values and {"timezone": "Asia/Tokyo"} | values).status_code == 400
    assert Site.objects.get().timezone == site.timezone


def test_a_site_whose_domain_has_a_path_is_named_percent_encoded() -> None:
    for domain in ("client.example/shop/nl", "bücher.example", "client.example"):
        add_site(people.account(), NewSite(domain), by=None, mail=False)
        assert ask("GET", f"/{quote(domain, safe='')}").json()["domain"] == domain
        assert operate("goal", domain).json()["domain"] == domain


def test_a_key_limited_to_sites_sees_those_and_adds_none() -> None:
    token = key(site_ids=[people.bakery().pk])
    people.law_firm()
    assert [site["domain"] for site in ask("GET", "", token=token).json()["sites"]] == [BAKERY]
    answer = ask("POST", "", {"domain": NEW}, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "limited_key")
    assert not Site.objects.filter(domain=NEW).exists()


def test_forms_are_read_as_well_as_json() -> None:
    headers = {"Authorization": f"Bearer {key()}"}
    url = "/api/v1/sites"
    assert Client().post(url, {"domain": NEW}, headers=headers).json()["domain"] == NEW
    part = encode_multipart(BOUNDARY, {"timezone": "Asia/Tokyo"})
    put = Client().put(f"{url}/{NEW}", part, content_type=MULTIPART_CONTENT, headers=headers)
    assert put.json()["timezone"] == "Asia/Tokyo"
    kind = "application/x-www-form-urlencoded"
    put = Client().put(f"{url}/{NEW}", "timezone=Europe%2FParis", content_type=kind, headers=headers)
    assert put.json()["timezone"] == "Europe/Paris"
    wrong = Client().put(f"{url}/{NEW}", b"\xff", content_type="multipart/form-data", headers=headers)
    assert wrong.status_code == 400


# -- shared links, goals


def test_a_shared_link_is_made_once_and_leads_to_the_site() -> None:
    site = people.bakery()
    first, second = (operate("shared link", BAKERY).json() for _again in range(2))
    link = site.shared_links.get()
    assert first == second == {"name": "Client", "url": first["url"]}
    assert first["url"].endswith(f"/share/{link.slug}")
    assert sharing.open_link(link.slug) == link


def test_a_goal_is_made_once_listed_and_removed() -> None:
    people.bakery()
    first, second = (operate("goal", BAKERY).json() for _again in range(2))
    shop = {"site_id": BAKERY, "goal_type": "page", "page_path": "/shop*", "display_name": "Shop"}
    page = ask("PUT", "/goals", shop).json()
    assert first == second
    assert first == {
        "domain": BAKERY,
        "id": str(Goal.objects.get(kind="event").pk),
        "goal_type": "event",
        "event_name": "Order",
        "page_path": None,
        "display_name": "Order",
    }
    assert (page["page_path"], page["event_name"], page["display_name"]) == ("/shop*", None, "Shop")
    assert operate("goals", BAKERY).json()["goals"] == [first, page]
    assert ask("GET", f"/goals?site_id={BAKERY}&limit=1").json()["meta"]["after"] == first["id"]
    assert [operate("delete goal", BAKERY, goal=int(first["id"])).status_code for _ in range(2)] == [200, 404]
    assert operate("goals", BAKERY).json()["goals"] == [page]


def test_a_goal_without_a_name_is_called_as_in_plausible() -> None:
    people.bakery()
    goal = {"site_id": BAKERY, "goal_type": "page", "page_path": "/register"}
    assert [ask("PUT", "/goals", goal).json()["display_name"] for _again in range(2)] == ["Visit /register"] * 2
    assert operate("goal", BAKERY).json()["display_name"] == "Order"


@pytest.mark.parametrize(
    "values",
    [
        {"goal_type": "event"},
        {"goal_type": "page", "page_path": "thanks"},
        {"goal_type": "scroll", "page_path": "50"},
        {"goal_type": "event", "event_name": "x" * 1_500},
        {"event_name": "Order"},
    ],
)
def test_a_wrong_goal_is_refused(values: dict[str, str]) -> None:
    people.bakery()
    assert ask("PUT", "/goals", {"site_id": BAKERY} | values).status_code == 400
    assert not Goal.objects.exists()


# -- how often


def test_every_answer_says_how_often_the_key_may_ask_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "REQUESTS_AN_HOUR", 3)
    seconds = iter([100.0, 110.0, 120.0, 130.0, 3_700.0])
    monkeypatch.setattr(access, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    people.bakery()
    token = key()
    answers = [ask("GET", path, token=token) for path in ("", f"/{BAKERY}", "/nowhere.example", "", "")]
    assert [one.status_code for one in answers] == [200, 200, 404, 429, 200]
    assert {one["X-RateLimit-Limit"] for one in answers} == {"3"}
    assert [one["X-RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0", "0"]
    assert all(int(one["X-RateLimit-Reset"]) > 1_700_000_000 for one in answers)
    assert [one.get("Retry-After") for one in answers] == [None, None, None, "3570", None]
