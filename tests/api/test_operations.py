"""Every operation of statistics and of what a site keeps, as its description tells it: for whose key it is there."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests import people
from tests.api.conftest import BAKERY, World, ask, keep, key
from tests.api.shapes import misfits_of
from trailhouse.accounts.models import Account, AuditEntry
from trailhouse.api.access import SITES, STATS
from trailhouse.api.api import api
from trailhouse.api.openapi import operations
from trailhouse.api.schema import JSON
from trailhouse.sites.models import Privacy, Site

pytestmark = pytest.mark.django_db

FOREIGN = "elsewhere.example"
# What names no site of its own: the lists of them and a new one.
OF_ACCOUNT = {"list_sites", "list_teams", "create_site"}
Operation = tuple[str, str, dict[str, Any]]
OPERATIONS: list[Operation] = [
    (method, path, one)
    for method, path, one in operations(api.get_openapi_schema())
    if one["tags"][0] in (STATS, SITES) and one["operationId"] not in OF_ACCOUNT
]


def those(wanted: Callable[[str, str, dict[str, Any]], bool]) -> list[Any]:
    """The operations that are wanted, each under its name."""
    return [pytest.param(*found, id=found[2]["operationId"]) for found in OPERATIONS if wanted(*found)]


ALL = those(lambda method, path, one: True)
ONLY_VISITS = {
    "list_live_visits",
    "list_visitors",
    "get_visitor",
    "list_visits",
    "list_steps",
    "get_visitor_data",
    "create_export",
}


def asked(method: str, path: str, one: dict[str, Any], site: str, ids: dict[str, Any], token: str) -> Any:
    """The answer to the request that the description gives as an example, for this site."""
    for name, value in ids.items() | {("domain", site)}:
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    content = one.get("requestBody", {}).get("content", {}).get(JSON)
    if content:
        given = content["example"] | ({"site_id": site} if "site_id" in content["example"] else {})
        if one["operationId"] == "change_site":
            given = {"timezone": "Europe/Paris"}
        if given.get("goal_type") == "event":
            given.pop("page_path")
        return ask(method, path, token, json.dumps(given))
    values = {p["name"]: p["example"] for p in one["parameters"] if p["in"] == "query" and p["example"] != ""}
    if "site_id" in values:
        values["site_id"] = site
    values.pop("event", None)  # of journeys: one middle
    if values.pop("date_range", None):
        values["date_range"] = "30d"
    return ask(method, path, token, **values)


@pytest.mark.parametrize(("method", "path", "one"), ALL)
def test_the_example_of_an_operation_is_answered(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    world.site.privacy = Privacy.RECOGNISED
    world.site.save()
    found = asked(method, path, one, BAKERY, world.ids, key())
    assert found.status_code == (409 if one["operationId"] == "get_export_file" else 200), found.content
    assert "X-RateLimit-Limit" in found
    if one["operationId"] != "get_visitor_data":  # every column of every event: told in docs/exports.md
        assert misfits_of(found, one) == []


@pytest.mark.parametrize(("method", "path", "one"), ALL)
def test_another_accounts_site_is_answered_like_none(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    theirs = people.stranger().accounts.get().sites.get()
    ids, token = world.ids | keep(theirs) | {"visitor": world.ids["visitor"]}, key()
    before = AuditEntry.objects.count()
    foreign, none = (asked(method, path, one, site, ids, token) for site in (FOREIGN, "nowhere.example"))
    assert foreign.status_code in {401, 404}
    assert (foreign.status_code, foreign.json()) == (none.status_code, none.json())
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(("method", "path", "one"), ALL)
def test_a_key_of_another_account_opens_nothing(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    found = asked(method, path, one, BAKERY, world.ids, key(people.stranger().accounts.get()))
    assert found.status_code in {401, 404}


@pytest.mark.parametrize(("method", "path", "one"), ALL)
def test_a_key_for_another_site_opens_nothing(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    found = asked(method, path, one, BAKERY, world.ids, key(site_ids=[people.law_firm().pk]))
    assert found.status_code in {401, 404}


@pytest.mark.parametrize(("method", "path", "one"), ALL)
def test_a_key_needs_the_scope_that_is_told(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    opening = {scope for told in one["security"] for scope in told["apiKey"]}
    for scope in (STATS, SITES):
        found = asked(method, path, one, BAKERY, world.ids, key(None, scope))
        assert (found.status_code == 401) == (scope not in opening), scope
    assert asked(method, path, one, BAKERY, world.ids, "wrong").status_code == 401


@pytest.mark.parametrize(("method", "path", "one"), ALL)
def test_a_suspended_account_is_told_nothing(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    token = key()
    Account.objects.filter(pk=people.account().pk).update(suspended_at="2026-01-01T00:00:00Z")
    assert asked(method, path, one, BAKERY, world.ids, token).status_code == 403


WITHOUT_A_NUMBER = {"{domain}", "{prop}"}
AS_DONE = {"erase_visitor", "get_visitor_data"}  # of nobody there is nothing: test_visitors.py
NUMBERED = those(
    lambda method, path, one: (
        "{" in path and one["operationId"] not in AS_DONE and not WITHOUT_A_NUMBER & set(path.split("/"))
    )
)


@pytest.mark.parametrize(("method", "path", "one"), NUMBERED)
def test_what_another_site_keeps_is_not_this_ones(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    ids = keep(people.law_firm()) | {"visitor": "00000000000000ff", "email": "nobody@elsewhere.example"}
    found = asked(method, path, one, BAKERY, ids, key())
    assert found.status_code == 404, found.content


@pytest.mark.parametrize(("method", "path", "one"), those(lambda method, path, one: one["operationId"] in ONLY_VISITS))
def test_a_strict_site_tells_no_single_visits(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    Site.objects.filter(pk=world.site.pk).update(privacy=Privacy.STRICT)
    found = asked(method, path, one, BAKERY, world.ids, key())
    assert (found.status_code, found.json()["code"]) == (403, "figures_only")


OF_STATS = those(lambda method, path, one: path.startswith("/api/v1/stats") and method == "GET")


@pytest.mark.parametrize(("method", "path", "one"), OF_STATS)
def test_a_locked_site_is_not_told(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    Site.objects.filter(pk=world.site.pk).update(locked=True)
    assert asked(method, path, one, BAKERY, world.ids, key()).status_code == 503


LENIENT = {"realtime_visitors", "list_exports", "get_export", "get_export_file", "get_visitor_data"}
STRICT = those(
    lambda method, path, one: path.startswith("/api/v1/stats") and method == "GET" and one["operationId"] not in LENIENT
)


@pytest.mark.parametrize(("method", "path", "one"), STRICT)
def test_what_an_operation_does_not_know_is_refused(world: World, method: str, path: str, one: dict[str, Any]) -> None:
    told = {parameter["name"] for parameter in one["parameters"]}
    for name, value in world.ids.items():
        path = path.replace(f"{{{name}}}", str(value))
    for unknown in {"date_range", "filters", "compare", "after", "limit", "by", "colour"} - told:
        found = ask(method, path, key(), **{"site_id": BAKERY, unknown: "x"})
        assert (found.status_code, unknown in found.json()["error"]) == (400, True)


FILTERED = those(lambda method, path, one: any(told["name"] == "filters" for told in one["parameters"]))


@pytest.mark.parametrize(("method", "path", "one"), FILTERED)
def test_a_strict_site_refuses_a_filter_that_singles_out(
    world: World, method: str, path: str, one: dict[str, Any]
) -> None:
    Site.objects.filter(pk=world.site.pk).update(privacy=Privacy.STRICT)
    path = path.replace("{funnel}", str(world.ids["funnel"]))
    filters = '[["is", "visit:organisation", ["Few Ltd"]]]'
    found = ask(method, path, key(), site_id=BAKERY, filters=filters)
    assert (found.status_code, found.json()["code"]) == (403, "too_small_a_group")


@pytest.mark.parametrize(("method", "path", "one"), FILTERED)
@pytest.mark.parametrize(
    "wrong",
    [
        {"filters": "["},
        {"filters": '{"is": 1}'},
        {"filters": '[["is", "visit:nonsense", ["x"]]]'},
        {"filters": "[" * 2_000},
        {"date_range": "7x"},
        {"date_range": "2026-03-01,2026-02-30"},
        {"colour": "red"},
        {"filter": "[]"},
    ],
)
def test_what_cannot_be_read_is_a_400(
    world: World, method: str, path: str, one: dict[str, Any], wrong: dict[str, str]
) -> None:
    for name in ("funnel", "visitor"):
        path = path.replace(f"{{{name}}}", str(world.ids[name]))
    found = ask(method, path, key(), **({"site_id": BAKERY} | wrong))
    assert (found.status_code, set(found.json())) == (400, {"error", "code"}), found.content
