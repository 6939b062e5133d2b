"""Visits and visitors by program: the list in pages, one visitor with every step, their data, and their erasure."""

import json
from typing import Any

import pytest

from tests import people
from tests.api.conftest import ANN, BAKERY, BEN, DAY_MS, World, ask, figures, key
from tests.events.makers import MINUTE, NOON, event
from tests.stats.test_answers import insert
from trailhouse.accounts.models import AuditEntry
from trailhouse.events.store import Store
from trailhouse.sites.models import Privacy, VisitorName

pytestmark = pytest.mark.django_db

ANN_HEX, BEN_HEX = f"{ANN:016x}", f"{BEN:016x}"
TWO_DAYS = "2026-03-13,2026-03-14"


def test_the_list_tells_what_a_visit_was(world: World) -> None:
    ben, ann = figures("/visitors")["visits"]
    assert (ben["visitor"], ann["visitor"]) == (BEN_HEX, ANN_HEX)
    told = {
        "name": None, "returning": None, "started": "2026-03-14T13:00:00+01:00", "last": "2026-03-14T13:03:00+01:00",
        "duration": 180, "pageviews": 3, "entry_page": "/", "exit_page": "/thanks", "source": "Google",
        "utm_campaign": "spring", "device": "Desktop", "goals": [{"goal": "Order", "times": 1}],
    }  # fmt: skip
    assert {name: ann[name] for name in told} == told
    assert (ann["total_revenue"]["value"], ann["total_revenue"]["currency"]) == (25.0, "EUR")
    assert ben["goals"] == []


def test_who_is_here_now_comes_first(world: World, store: Store) -> None:
    own = {"site_id": world.site.pk, "visitor_id": 5, "visit_started": NOON - 20 * MINUTE}
    insert(store, [event(NOON - 20 * MINUTE, visit_id=50, **own)])
    found = ask("GET", "/api/v1/stats/realtime/visits", key(), site_id=BAKERY).json()["visits"]
    assert [(one["visitor"], one["here"]) for one in found] == [(BEN_HEX, True), (ANN_HEX, True), (f"{5:016x}", False)]
    assert found[1]["seen"] == "2026-03-14T13:03:00+01:00"


def test_the_list_goes_on_where_a_page_ends_and_back_again(world: World, store: Store) -> None:
    own = {"site_id": world.site.pk, "entry_path": "/"}
    more = [event(NOON - n * MINUTE, visitor_id=n, visit_id=100 + n, visit_started=NOON - n * MINUTE, **own)
            for n in range(1, 8)]  # fmt: skip
    insert(store, more)
    every = [one["id"] for one in figures("/visitors")["visits"]]
    assert len(every) == 9
    pages, after = [], ""
    while True:
        page = figures("/visitors", limit=4, **({"after": after} if after else {}))
        pages.append([one["id"] for one in page["visits"]])
        if not (after := page["meta"]["after"]):
            break
    assert ([one for each in pages for one in each], list(map(len, pages))) == (every, [4, 4, 1])
    back = figures("/visitors", limit=4, before=page["meta"]["before"])
    assert [one["id"] for one in back["visits"]] == pages[1]


def test_the_list_is_that_of_the_period_and_the_filters(world: World) -> None:
    assert len(figures("/visitors", date_range=TWO_DAYS)["visits"]) == 3
    phones = [["is", "segment", [world.ids["segment"]]]]
    assert [one["visitor"] for one in figures("/visitors", filters=json.dumps(phones))["visits"]] == [BEN_HEX]


def test_one_visitor_is_told_over_all_visits(world: World) -> None:
    told = ask("GET", f"/api/v1/stats/visitors/{BEN_HEX}", key(), site_id=BAKERY).json()
    assert (told["visits"], told["pageviews"], told["name"], told["facts"]) == (2, 2, None, {})
    assert (told["first_seen"], told["last_seen"]) == ("2026-03-13T13:00:00+01:00", "2026-03-14T13:01:00+01:00")
    told = ask("GET", f"/api/v1/stats/visitors/{BEN_HEX}/visits", key(), site_id=BAKERY).json()
    assert [one["entry_page"] for one in told["visits"]] == ["/", "/"]
    assert told["meta"] == {"after": None, "before": None, "limit": 20}


def test_the_steps_of_a_visit_are_in_order(world: World) -> None:
    told = ask("GET", f"/api/v1/stats/visitors/{ANN_HEX}/steps", key(), site_id=BAKERY).json()
    (visit,) = told["visits"]
    assert [(one["kind"], one["text"]) for one in visit["steps"]] == [
        ("page", "/"),
        ("page", "/cart"),
        ("event", "Order"),
        ("page", "/thanks"),
    ]
    order = visit["steps"][2]
    assert (order["properties"], order["goals"], order["total_revenue"]["value"]) == ({"plan": "large"}, ["Order"], 25)
    assert (visit["here"], visit["cut"]) == (True, False)


def test_older_visits_come_with_the_next_answer(world: World, store: Store) -> None:
    own = {"site_id": world.site.pk, "visitor_id": BEN}
    insert(store, [event(NOON - n * DAY_MS, visit_id=300 + n, visit_started=NOON - n * DAY_MS, **own)
                   for n in range(2, 30)])  # fmt: skip
    seen: list[Any] = []
    after: dict[str, str] = {}
    while True:
        told = ask("GET", f"/api/v1/stats/visitors/{BEN_HEX}/visits", key(), site_id=BAKERY, **after).json()
        seen += [one["id"] for one in told["visits"]]
        if told["meta"]["after"] is None:
            break
        after = {"after": told["meta"]["after"]}
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize("visitor", ["ffff", "nonsense", "%00", "0" * 17, "-1"])
def test_a_visitor_that_there_is_not(world: World, visitor: str) -> None:
    for part in ("", "/visits", "/steps"):
        found = ask("GET", f"/api/v1/stats/visitors/{visitor}{part}", key(), site_id=BAKERY)
        assert found.status_code == 404


def test_names_are_told_where_they_are_kept_alone(world: World, store: Store) -> None:
    VisitorName.objects.create(site=world.site, visitor=ANN_HEX, name="Ann of the bakery")
    names = {one["name"] for one in figures("/visitors")["visits"]}
    assert names == {None}
    world.site.privacy = Privacy.RECOGNISED
    world.site.save()
    names = {one["name"] for one in figures("/visitors")["visits"]}
    assert names == {None, "Ann of the bakery"}


def test_all_data_of_a_visitor_is_taken_along_and_noted(world: World) -> None:
    found = ask("GET", f"/api/v1/stats/visitors/{ANN_HEX}/data", key(), site_id=BAKERY)
    told = json.loads(b"".join(found.streaming_content))
    assert (told["visitor"], len(told["events"])) == (ANN_HEX, 4)
    assert AuditEntry.objects.filter(action="visitor.exported", user=people.reseller()).count() == 1


def test_an_erased_visitor_is_gone_and_nobody_else(world: World, store: Store) -> None:
    insert(store, [event(NOON, site_id=people.law_firm().pk, visitor_id=ANN, visit_id=1, visit_started=NOON)])
    path, body = f"/api/v1/stats/visitors/{ANN_HEX}", json.dumps({"site_id": BAKERY})
    for _again in range(2):
        assert ask("DELETE", path, key(), body).json() == {"deleted": True}
    assert ask("GET", path, key(), site_id=BAKERY).status_code == 404
    assert [one["visitor"] for one in figures("/visitors")["visits"]] == [BEN_HEX]
    assert len(figures("/visitors", site_id=people.law_firm().domain)["visits"]) == 1
    data = ask("GET", f"{path}/data", key(), site_id=BAKERY)
    assert json.loads(b"".join(data.streaming_content))["events"] == []


@pytest.mark.parametrize("mark", ["nonsense", "%00", "é", "_" * 4_000])
def test_a_cursor_that_nobody_gave_out_is_a_400(world: World, mark: str) -> None:
    for name in ("after", "before"):
        found = ask("GET", "/api/v1/stats/visitors", key(), site_id=BAKERY, **{name: mark})
        assert found.status_code == 400
