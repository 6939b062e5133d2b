"""The API over HTTP: keys, sites, figures, errors."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.events.makers import MINUTE, NOON, event
from tests.stats.test_answers import insert
from trailhouse.accounts.services import create_api_key, revoke_api_key
from trailhouse.api import access
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites import segments
from trailhouse.sites.models import Segment
from trailhouse.sites.segments import SegmentText

pytestmark = pytest.mark.django_db

QUERY: dict[str, Any] = {
    "site_id": "harbour-bakery.example",
    "metrics": ["visitors", "visits", "pageviews"],
    "date_range": "day",
}

DAY = 24 * 60 * MINUTE


@pytest.fixture
def site(store: Store) -> Iterator[int]:
    """The bakery's id, with two visits of today in the store that the API reads."""
    number = people.bakery().pk
    own = {"site_id": number, "visit_started": NOON}
    insert(
        store,
        [
            event(NOON, visitor_id=1, visit_id=1, **own),
            event(NOON + MINUTE, visitor_id=1, visit_id=1, path="/bread", **own),
            event(NOON, visitor_id=2, visit_id=2, source="Google", **own),
            event(NOON, visitor_id=3, visit_id=3, site_id=number + 1, visit_started=NOON),
        ],
    )
    current.use(store)
    access._asked.clear()
    with clock.frozen(clock.from_ms(NOON + 4 * MINUTE)):
        yield number
    current.use(None)


def token(**limits: Any) -> str:
    """A new key of the reseller's account."""
    return create_api_key(people.account(), by=people.reseller(), **limits)[1]


def ask(body: Any, key: str | None) -> tuple[int, Any]:
    """Status and JSON of a query."""
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
    answer = Client().post("/api/v2/query", body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def test_a_key_opens_the_figures_of_its_accounts_site(site: int) -> None:
    status, answer = ask(QUERY, token())
    assert status == 200
    assert answer["results"] == [{"metrics": [2, 2, 3], "dimensions": []}]
    assert answer["query"]["site_id"] == "harbour-bakery.example"


def test_split_filter_order_and_page(site: int) -> None:
    asked = {
        "dimensions": ["event:page"],
        "filters": [["is", "visit:source", ["Direct / None"]]],
        "order_by": [["event:page", "desc"]],
        "include": {"total_rows": True},
        "pagination": {"limit": 1},
    }
    _, answer = ask(QUERY | asked, token())
    assert answer["results"] == [{"metrics": [1, 1, 1], "dimensions": ["/bread"]}]
    assert answer["meta"] == {"total_rows": 2}


def test_a_segment_of_the_site_is_a_filter_by_its_number_and_a_persons_own_is_none(site: int) -> None:
    bakery, by = people.bakery(), people.reseller()
    groups = [{"how": "done", "any": [["is", "event:page", ["/bread"]]]}]
    shared = segments.add(bakery, SegmentText("Bread", own=False, groups=groups), by=by)
    own = segments.add(bakery, SegmentText("Own", own=True, groups=groups), by=by)
    status, answer = ask(QUERY | {"filters": [["is", "segment", [shared.pk]]]}, token())
    assert (status, answer["results"]) == (200, [{"metrics": [1, 1, 2], "dimensions": []}])
    broken = segments.add(bakery, SegmentText("Broken", own=False, groups=groups), by=by)
    Segment.objects.filter(pk=broken.pk).update(groups=[{"how": "", "any": [["is", "visit:shoe", ["44"]]]}])
    elsewhere = segments.add(people.law_firm(), SegmentText("Bread", own=False, groups=groups), by=by)
    for unknown in (own, broken, elsewhere):
        status, answer = ask(QUERY | {"filters": [["is", "segment", [unknown.pk]]]}, token())
        assert (status, answer["code"]) == (400, "unknown_segment")


def test_a_site_is_also_found_by_its_key(site: int) -> None:
    assert ask(QUERY | {"site_id": people.bakery().keys.get().key}, token())[0] == 200


@pytest.mark.parametrize("domain", ["vanleer-law.example", "elsewhere.example", "nowhere.example", "\x00", "a" * 5_000])
def test_a_key_limited_to_one_site_opens_no_other(site: int, domain: str) -> None:
    people.law_firm()
    people.stranger()
    status, answer = ask(QUERY | {"site_id": domain}, token(site_ids=[site]))
    assert (status, answer["error"][:7]) == (401, "Invalid")


def test_a_stranger_sees_nothing(site: int) -> None:
    stranger = people.stranger()
    key = create_api_key(stranger.accounts.get(), by=stranger)[1]
    assert ask(QUERY, key)[0] == 401


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_without_a_right_key_nothing_is_told(site: int, key: str | None) -> None:
    status, answer = ask(QUERY, key)
    assert status == 401
    assert "API key" in answer["error"]


def test_a_revoked_key_opens_nothing(site: int) -> None:
    made, secret = create_api_key(people.account(), by=people.reseller())
    revoke_api_key(made, by=people.reseller())
    assert ask(QUERY, secret)[0] == 401


def test_a_key_without_the_right_scope_opens_no_figures(site: int) -> None:
    assert ask(QUERY, token(scopes=[]))[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        b"\xff",
        '{"site_id": "harbour-bakery.example"}',
        QUERY | {"site_id": 7},
        QUERY | {"metrics": ["x"]},
    ],
)
def test_a_wrong_body_is_a_400_that_says_why(site: int, body: Any) -> None:
    status, answer = ask(body, token())
    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize(
    "filters",
    [
        [["matches", "event:page", ["("]]],
        [["matches", "event:page", ["a" * 501]]],
        [["is", "event:goal", ["Nobody's"]]],
        [["is", "event:page", ["\ud800"]]],
        [["is", "segment", [1]]],
    ],
)
def test_a_filter_that_cannot_be_answered_is_a_400(site: int, filters: Any) -> None:
    assert ask(QUERY | {"filters": filters}, token())[0] == 400


@pytest.mark.parametrize("text", ["'", "\\", "') OR 1=1 --", "{p0:String}", "\x00", "🐟", "%", "\n\t\r"])
def test_a_hostile_text_is_only_a_text(site: int, text: str) -> None:
    key = token()
    for name in ("event:page", "visit:exit_page", f"event:props:{text}"):
        tests = [["is", name, [text]], ["contains", name, [text]], ["matches", name, [re.escape(text)]]]
        status, answer = ask(QUERY | {"filters": [["or", tests]]}, key)
        assert (status, answer.get("results")) == (200, [{"metrics": [0, 0, 0], "dimensions": []}]), answer


def test_a_key_can_be_used_up(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "REQUESTS_AN_HOUR", 2)
    key = token()
    assert [ask(QUERY, key)[0] for _ in range(3)] == [200, 200, 429]
    assert ask(QUERY, token())[0] == 200


def test_while_the_store_is_away_the_answer_is_503(site: int) -> None:
    current.use(None)
    assert ask(QUERY, token())[0] == 503


def test_visitors_of_the_last_five_minutes_are_a_bare_number(site: int) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    url = "/api/v1/stats/realtime/visitors?site_id=harbour-bakery.example"
    assert Client().get(url, headers=headers).json() == 2
    with clock.frozen(clock.from_ms(NOON) + timedelta(minutes=7)):
        assert Client().get(url, headers=headers).json() == 0


def test_all_time_begins_with_the_first_event_also_where_nobody_opened_the_pages(site: int, store: Store) -> None:
    insert(store, [event(NOON - 40 * DAY, site_id=site, visitor_id=9, visit_id=9, visit_started=NOON - 40 * DAY)])
    assert ask(QUERY | {"date_range": "all"}, token())[1]["results"] == [{"metrics": [3, 3, 4], "dimensions": []}]


def test_a_strict_site_keeps_its_small_organisations_to_itself(site: int) -> None:
    bakery = people.bakery()
    by = {"dimensions": ["visit:organisation"]}
    assert len(ask(QUERY | by, token())[1]["results"]) == 1
    bakery.privacy = "strict"
    bakery.save()
    assert ask(QUERY | by, token())[1]["results"] == []
    assert ask(QUERY | {"filters": [["is", "visit:organisation", ["Few Ltd"]]]}, token())[0] == 403
