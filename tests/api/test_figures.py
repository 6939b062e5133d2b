"""Goals, revenue, campaigns, funnels, ways and the rest by program: what a small world, counted by hand, must give."""

import json
from typing import Any

import pytest

from tests import people
from tests.api.conftest import BAKERY, DAY, World, ask, figures, key
from tests.events.makers import MINUTE, NOON, event
from tests.stats.test_answers import insert
from trailhouse.events.store import Store
from trailhouse.sites import annotations
from trailhouse.sites.models import Goal, Privacy, Site

pytestmark = pytest.mark.django_db

COMPARED = {"compare": "previous_period"}


def test_goals_with_what_they_bring_and_what_they_are_compared_with(world: World) -> None:
    (order,) = figures("/goals", **COMPARED)["goals"]
    assert {name: order[name] for name in ("name", "kind", "visitors", "goals_reached", "conversion_rate")} == {
        "name": "Order", "kind": "event", "visitors": 1, "goals_reached": 1, "conversion_rate": 50.0,
    }  # fmt: skip
    assert order["comparison"]["goals_reached"] == 0
    assert figures("/goals")["goals"][0]["comparison"] is None


def test_revenue_in_all_by_a_dimension_and_by_currency(world: World) -> None:
    told = figures("/revenue", by="visit:utm_campaign", **COMPARED)
    assert (told["total_revenue"]["value"], told["orders"], told["average_order"]["value"]) == (25.0, 1, 25.0)
    assert told["revenue_per_visitor"]["value"] == 12.5
    assert told["comparison"]["orders"] == 0
    assert [(row["value"], row["orders"], row["revenue_per_visitor"]["value"]) for row in told["rows"]] == [
        ("spring", 1, 25.0)
    ]
    assert [(one["currency"], one["amount"]["value"]) for one in told["currencies"]] == [("EUR", 25.0)]
    by_plan = figures("/revenue", by="event:props:plan")["rows"]
    assert [(row["value"], row["revenue_per_visitor"]) for row in by_plan] == [("large", None)]


@pytest.mark.parametrize("by", ["time:day", "event:goal", "visit:nonsense"])
def test_revenue_is_not_split_by_anything(world: World, by: str) -> None:
    assert ask("GET", "/api/v1/stats/revenue", key(), site_id=BAKERY, by=by).status_code == 400


def test_a_strict_site_splits_no_revenue_by_organisation(world: World) -> None:
    Site.objects.filter(pk=world.site.pk).update(privacy=Privacy.STRICT)
    found = ask("GET", "/api/v1/stats/revenue", key(), site_id=BAKERY, by="visit:organisation")
    assert found.json()["code"] == "too_small_a_group"


def test_what_a_campaign_brought_and_cost(world: World) -> None:
    told = figures("/campaigns")
    (spring,) = told["campaigns"]
    assert (spring["campaign"], spring["source"], spring["visits"], spring["conversions"]) == ("spring", None, 1, 1)
    amounts = {name: spring[name]["value"] for name in ("cost", "value", "return", "cost_per_visit")}
    assert amounts == {"cost": 10.0, "value": 25.0, "return": 15.0, "cost_per_visit": 10.0}
    assert (spring["return_percent"], told["total"]["cost"]["value"]) == (150.0, 10.0)
    (link,) = figures("/campaigns", by="link")["campaigns"]
    assert (link["campaign"], link["source"], link["medium"]) == ("spring", "", "")


def test_properties_that_events_carry(world: World) -> None:
    assert figures("/properties")["properties"] == [{"property": "plan", "visitors": 1, "events": 1, "values": 1}]
    assert figures("/properties", search="size")["properties"] == []


def test_a_funnel_tells_its_steps_and_where_others_went(world: World) -> None:
    (listed,) = figures("/funnels")["funnels"]
    assert (listed["began"], listed["completed"], listed["conversion_rate"], listed["steps"]) == (1, 1, 100.0, 2)
    told = figures(f"/funnels/{world.ids['funnel']}", date_range="2026-03-13,2026-03-14")
    assert (told["all"], told["began"], told["completed"], told["counts"]) == (3, 2, 1, "visits")
    basket, order = told["steps"]
    assert (basket["name"], basket["count"], basket["stopped"], basket["median_time"]) == ("Basket", 2, 1, None)
    assert basket["instead"] == {"pages": [], "other_pages": 0, "left": 1}
    assert (order["name"], order["median_time"], order["share_of_first"], order["instead"]) == ("Order", 60, 50.0, None)


def test_a_funnel_is_compared(world: World) -> None:
    told = figures(f"/funnels/{world.ids['funnel']}", **COMPARED)
    assert [step["compared"] for step in told["steps"]] == [1, 0]


def test_a_strict_site_tells_no_time_and_no_page_of_few(world: World) -> None:
    Site.objects.filter(pk=world.site.pk).update(privacy=Privacy.STRICT)
    told = figures(f"/funnels/{world.ids['funnel']}")
    assert [step["median_time"] for step in told["steps"]] == [None, None]
    assert figures("/journeys", page="/cart")["withheld"] is True


def test_a_funnel_whose_goal_was_removed_says_so(world: World) -> None:
    Goal.objects.filter(pk=world.ids["goal_id"]).delete()
    (listed,) = figures("/funnels")["funnels"]
    assert (listed["began"], listed["conversion_rate"]) == (None, None)
    found = ask("GET", f"/api/v1/stats/funnels/{world.ids['funnel']}", key(), site_id=BAKERY)
    assert (found.status_code, found.json()["code"]) == (409, "broken_funnel")


def links(told: Any) -> set[tuple[int, str, str, int]]:
    """The links of an answer: place, both ends by name or kind, visits."""
    ends = [(one, *(one[end]["name"] or one[end]["kind"] for end in ("from", "to"))) for one in told["links"]]
    return {(one["place"], start, end, one["visits"]) for one, start, end in ends}


def test_ways_by_a_page_an_event_and_the_most_viewed_page(world: World) -> None:
    told = figures("/journeys", page="/cart")
    assert (told["centre"], told["visits"]) == ({"kind": "page", "name": "/cart"}, 1)
    assert {(-1, "/", "/cart", 1), (0, "/cart", "/thanks", 1)} <= links(told)
    assert (0, "Order", "/thanks", 1) in links(figures("/journeys", event="Order"))
    assert figures("/journeys")["centre"]["name"] == "/"
    nothing = figures("/journeys", date_range="2026-01-01,2026-01-02")
    assert (nothing["visits"], nothing["links"]) == (0, [])
    both = ask("GET", "/api/v1/stats/journeys", key(), site_id=BAKERY, page="/", event="Order")
    assert both.status_code == 400


def test_pages_that_were_not_found_with_what_led_there(world: World, store: Store) -> None:
    own = {"site_id": world.site.pk, "visitor_id": 5, "visit_id": 50, "visit_started": NOON, "entry_path": "/"}
    missed = [event(NOON + n, name="404", path=f"/old{n}", props={"path": f"/old{n}"}, **own) for n in range(3)]
    insert(store, [event(NOON - 1, **own), *missed])
    told = figures("/not-found", limit=2)
    assert [(one["not_found"], one["page"], one["times"]) for one in told["not_found"]] == [
        ("/old0", "/", 1),
        ("/old1", "/", 1),
    ]
    assert told["meta"] == {"after": "2", "before": None, "limit": 2}
    rest = figures("/not-found", limit=2, after=told["meta"]["after"])
    assert ([one["not_found"] for one in rest["not_found"]], rest["meta"]["before"]) == (["/old2"], "2")
    back = figures("/not-found", limit=2, before=rest["meta"]["before"])
    assert back == told


def test_habits_are_told_where_visitors_are_recognised(world: World, store: Store) -> None:
    found = ask("GET", "/api/v1/stats/returning", key(), site_id=BAKERY)
    assert (found.status_code, found.json()["code"]) == (403, "nobody_recognised")
    Site.objects.filter(pk=world.site.pk).update(privacy=Privacy.RECOGNISED)
    own = {"site_id": world.site.pk, "visitor_id": 9, "person": 9}
    insert(store, [event(NOON + n * 60 * MINUTE, visit_id=90 + n, visit_started=NOON + n * 60 * MINUTE, **own)
                   for n in range(2)])  # fmt: skip
    told = figures("/returning")
    assert (told["visitors"], told["visits"], told["first_visits"]) == (1, 2, 1)
    assert [one["first"] for one in told["visits_per_visitor"] if one["count"]] == [2]


def test_internal_notes_are_for_keys_that_change_the_site(world: World) -> None:
    annotations.add(world.site, DAY, "Newsletter was wrong", internal=True, by=None)
    assert [one["text"] for one in figures("/annotations")["annotations"]] == ["New menu", "Newsletter was wrong"]
    token = key(None, "stats")
    told = ask("GET", "/api/v1/stats/annotations", token, site_id=BAKERY, date_range="2026-03-01,2026-03-31").json()
    assert [one["text"] for one in told["annotations"]] == ["New menu"]
    assert figures("/annotations", date_range="2026-03-01,2026-03-13")["annotations"] == []


def test_what_was_left_out_by_reason_and_by_day(world: World, store: Store) -> None:
    law_firm = people.law_firm().pk
    for site, n in ((world.site.pk, 3), (law_firm, 9)):
        store.command(
            "INSERT INTO drops (batch, site_id, day, reason, n)"
            f" VALUES ({site}, {site}, '{DAY}', 'bot_user_agent', {n}), ({site}, {site}, '{DAY}', 'own_visit', 1)"
        )
    told = figures("/left-out")
    assert told == {
        "reasons": {"bot_user_agent": 3, "own_visit": 1}, "days": {str(DAY): 4}, "left_out": 4, "stored": 5,
    }  # fmt: skip
    assert figures("/left-out", reason="own_visit")["days"] == {str(DAY): 1}


def test_filters_narrow_every_figure(world: World) -> None:
    filters = json.dumps([["is", "visit:device", ["Mobile"]]])
    assert figures("/goals", filters=filters)["goals"][0]["goals_reached"] == 0
    assert figures("/revenue", filters=filters)["orders"] == 0
    assert figures("/funnels", filters=filters)["funnels"][0]["began"] == 0
    assert figures("/properties", filters=filters)["properties"] == []


@pytest.mark.parametrize("compare", ["last", "2026-03-01", "2026-03-01,x", "2026-03-01,2026-03-02,2026-03-03"])
def test_a_comparison_that_there_is_not(world: World, compare: str) -> None:
    found = ask("GET", "/api/v1/stats/goals", key(), site_id=BAKERY, compare=compare)
    assert (found.status_code, found.json()["code"]) == (400, "wrong_comparison")
