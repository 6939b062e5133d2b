"""What the tests of reports by program share: the bakery with two visitors, and all that its people keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.events.makers import MINUTE, NOON, event
from tests.stats.test_answers import insert
from trailhouse.accounts.models import Account
from trailhouse.accounts.services import create_api_key
from trailhouse.api import access
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.exports import services as exports
from trailhouse.sites import annotations, campaigns, funnels, goals, page_groups, segments, services
from trailhouse.sites.campaigns import CostText
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.goals import GoalText
from trailhouse.sites.models import Site
from trailhouse.sites.segments import SegmentText

BAKERY = "harbour-bakery.example"
DAY = date(2026, 3, 14)  # of NOON
ANN, BEN = 0xA1, 0xB2
DAY_MS = 24 * 60 * MINUTE
PHONES = [{"how": "", "any": [["is", "visit:device", ["Mobile"]]]}]


@dataclass(frozen=True)
class World:
    """A site and the numbers of what it keeps."""

    site: Site
    ids: dict[str, Any]


def key(account: Account | None = None, *scopes: str, **limits: Any) -> str:
    """A new key with these scopes, else with those of statistics and sites."""
    account = account or people.account()
    return create_api_key(account, by=account.owner, scopes=list(scopes or ("stats", "sites")), **limits)[1]


def ask(method: str, path: str, token: str, body: Any = None, **values: Any) -> Any:
    """The answer to a request."""
    headers = {"Authorization": f"Bearer {token}"}
    client = Client()
    if body is not None:
        return client.generic(method, path, body, content_type="application/json", headers=headers)
    return client.generic(method, path, headers=headers, query_params=values)


def figures(path: str, **values: Any) -> Any:
    """What the endpoint of statistics says of the bakery's day."""
    given = {"site_id": BAKERY, "date_range": f"{DAY},{DAY}"} | values
    found = ask("GET", f"/api/v1/stats{path}", key(), **given)
    assert found.status_code == 200, found.content
    return found.json()


def keep(site: Site) -> dict[str, Any]:
    """One of each thing that a site keeps; their numbers by the name that addresses have."""
    by = site.account.owner
    goal = goals.add(site, GoalText("event", "Order"), by=by)
    steps = (StepText("page", "/cart*", "Basket"), StepText("goal", str(goal.pk)))
    exported = exports.ask(site, "totals", "csv", DAY, DAY, through="statistics", by=by)
    return {
        "goal_id": goal.pk,
        "funnel": funnels.add(site, FunnelText("Orders", steps), by=by).pk,
        "segment": segments.add(site, SegmentText("Mobile", own=False, groups=PHONES), by=by).pk,
        "annotation": annotations.add(site, DAY, "New menu", by=by).pk,
        "cost": campaigns.add(site, CostText("spring", "2026-03-14", "2026-03-15", "20.00"), by=by).pk,
        "group": page_groups.add(site, "Shop", ["/cart*", "/thanks"], by=by).pk,
        "export": exported.pk,
        "visitor": f"{ANN:016x}",
        "prop": "plan",
        "email": "baker@harbour-bakery.example",
    }


def visits(site_id: int) -> list[Any]:
    """Ann buys by a campaign; Ben looks at one page on his phone, and came the day before as well."""
    ann = {
        "site_id": site_id, "visitor_id": ANN, "visit_id": 11, "visit_started": NOON, "utm_campaign": "spring",
        "source": "Google", "entry_path": "/", "device": "Desktop",
    }  # fmt: skip
    paid = {"revenue": 2500, "revenue_amount": 2500, "revenue_currency": "EUR", "props": {"plan": "large"}}
    ben = {"site_id": site_id, "visitor_id": BEN, "entry_path": "/", "device": "Mobile"}
    return [
        event(NOON, **ann),
        event(NOON + MINUTE, path="/cart", **ann),
        event(NOON + 2 * MINUTE, path="/cart", name="Order", **(ann | paid)),
        event(NOON + 3 * MINUTE, path="/thanks", **ann),
        event(NOON + MINUTE, visit_id=21, visit_started=NOON + MINUTE, path="/", **ben),
        event(NOON - DAY_MS, visit_id=20, visit_started=NOON - DAY_MS, path="/cart", **ben),
    ]


@pytest.fixture
def world(store: Store, db: None) -> Iterator[World]:
    """The bakery, its visits and what it keeps; the law firm beside it keeps the same."""
    access._asked.clear()
    current.use(store)
    people.client_person()
    site = people.bakery()
    insert(store, visits(site.pk))
    with clock.frozen(clock.from_ms(NOON + 4 * MINUTE)):
        services.look_for_first_event(site, store)
        yield World(site, keep(site))
    current.use(None)
    access._asked.clear()
