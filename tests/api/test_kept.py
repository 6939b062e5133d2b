"""What a site keeps, by program: listed in pages, put twice, changed, removed, and noted in the audit log."""

import json
from typing import Any

import pytest

from tests import people
from tests.api.conftest import BAKERY, PHONES, World, ask, key
from trailhouse.accounts.models import AuditEntry
from trailhouse.sites import segments
from trailhouse.sites.segments import SegmentText

pytestmark = pytest.mark.django_db

STEPS = [{"kind": "page", "pattern": "/a", "name": ""}, {"kind": "event", "pattern": "Order", "name": "Bought"}]
COST = {
    "campaign": "summer", "first": "2026-06-01", "last": "2026-06-30", "amount": "10.50", "kind": "sum",
    "source": "", "medium": "",
}  # fmt: skip
# What is kept → a new one, and what of it changes.
KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "segments": ({"name": "New", "description": "", "groups": PHONES}, {"description": "All phones"}),
    "annotations": ({"day": "2026-03-12", "text": "New shop", "internal": False}, {"internal": True}),
    "funnels": ({"name": "New", "steps": STEPS, "days": None}, {"days": 7}),
    "campaign-costs": (COST, {"amount": "12.00"}),
    "page-groups": ({"name": "New", "patterns": ["/new/*"]}, {"patterns": ["/new/*", "/fresh"]}),
}


def put(what: str, values: dict[str, Any]) -> Any:
    return ask("PUT", f"/api/v1/sites/{what}", key(), json.dumps({"site_id": BAKERY} | values))


def listed(what: str, **values: Any) -> Any:
    return ask("GET", f"/api/v1/sites/{what}", key(), site_id=BAKERY, **values).json()


def noted_so_far() -> int:
    """The entries of the audit log, but for those of the keys that tests make."""
    return AuditEntry.objects.exclude(action__startswith="api_key").count()


@pytest.mark.parametrize("what", KEPT)
def test_it_is_made_found_changed_listed_and_removed(world: World, what: str) -> None:
    values, changes = KEPT[what]
    earlier = list(AuditEntry.objects.values_list("pk", flat=True))
    before = len(listed(what)[what.replace("-", "_")])
    made = put(what, values)
    assert (made.status_code, {name: made.json()[name] for name in values}) == (200, values), made.content
    noted = noted_so_far()
    assert put(what, values).json() == made.json()
    assert noted_so_far() == noted
    changed = put(what, values | changes).json()
    assert changed == made.json() | changes
    assert noted_so_far() == noted + 1
    assert changed in listed(what)[what.replace("-", "_")]
    path, body = f"/api/v1/sites/{what}/{changed['id']}", json.dumps({"site_id": BAKERY})
    assert ask("DELETE", path, key(), body).json() == {"deleted": True}
    assert ask("DELETE", path, key(), body).status_code == 404
    assert len(listed(what)[what.replace("-", "_")]) == before
    added = AuditEntry.objects.exclude(pk__in=earlier).exclude(action__startswith="api_key")
    assert [one.user for one in added] == [people.reseller()] * 3
    assert all(one.subject.startswith(f"{BAKERY}: ") for one in added)


@pytest.mark.parametrize("what", [what for what in KEPT if what != "page-groups"])
def test_a_list_comes_in_pages(world: World, what: str) -> None:
    put(what, KEPT[what][0])
    name = what.replace("-", "_")
    first = listed(what, limit=1)
    second = listed(what, limit=1, after=first["meta"]["after"])
    assert (len(first[name]), len(second[name]), second["meta"]["after"]) == (1, 1, None)
    assert listed(what, limit=1, before=second["meta"]["before"])[name] == first[name]


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("segments", {"groups": []}),
        ("segments", {"groups": [{"how": "x", "any": [["is", "event:page", ["/"]]]}]}),
        ("segments", {"groups": [{"how": "", "any": [["is", "visit:nonsense", ["/"]]]}]}),
        ("segments", {"groups": [{"how": "", "any": [["is", "segment", ["999"]]]}]}),
        ("segments", {"name": " "}),
        ("segments", {"colour": "red"}),
        ("annotations", {"day": "2026-02-30"}),
        ("annotations", {"text": "a" * 201}),
        ("funnels", {"steps": STEPS[:1]}),
        ("funnels", {"steps": [*STEPS, {"kind": "goal", "pattern": "999"}]}),
        ("funnels", {"days": 0}),
        ("campaign-costs", {"amount": "-1"}),
        ("campaign-costs", {"first": "2026-07-01"}),
        ("campaign-costs", {"kind": "each"}),
        ("page-groups", {"patterns": ["blog"]}),
        ("page-groups", {"patterns": [" "]}),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(world: World, what: str, wrong: dict[str, Any]) -> None:
    noted = noted_so_far()
    found = put(what, KEPT[what][0] | wrong)
    assert (found.status_code, set(found.json())) == (400, {"error", "code"}), found.content
    assert noted_so_far() == noted


def test_a_persons_own_segment_is_nobody_elses(world: World) -> None:
    own = segments.add(world.site, SegmentText("Mine", own=True, groups=PHONES), by=people.reseller())
    assert own.pk not in [one["id"] for one in listed("segments")["segments"]]
    body = json.dumps({"site_id": BAKERY})
    assert ask("DELETE", f"/api/v1/sites/segments/{own.pk}", key(), body).status_code == 404


def test_a_segment_that_another_one_names_stays(world: World) -> None:
    named = [{"how": "", "any": [["is", "segment", [str(world.ids["segment"])]]]}]
    put("segments", {"name": "Both", "groups": named})
    body = json.dumps({"site_id": BAKERY})
    assert ask("DELETE", f"/api/v1/sites/segments/{world.ids['segment']}", key(), body).status_code == 409


def test_a_segment_that_is_put_filters_a_query(world: World) -> None:
    made = put("segments", {"name": "Phones", "groups": PHONES}).json()
    query = {
        "site_id": BAKERY, "metrics": ["visitors"], "date_range": "day", "filters": [["is", "segment", [made["id"]]]],
    }  # fmt: skip
    assert ask("POST", "/api/v2/query", key(), json.dumps(query)).json()["results"][0]["metrics"] == [1]
