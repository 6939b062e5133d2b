"""Whatever JSON is sent to whatever operation: an answer in words, never an error of ours."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import people
from trailhouse.accounts.services import create_api_key
from trailhouse.api import access
from trailhouse.api.api import api
from trailhouse.api.openapi import operations
from trailhouse.api.schema import JSON
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites.services import NewSite, add_site

pytestmark = pytest.mark.django_db

WRITING = [(m, path, one) for m, path, one in operations(api.get_openapi_schema()) if m in ("POST", "PUT")]
NASTY = ["\x00", "\ud800", "a" * 3_000, "2026-12-31", "9999-12-31", "0001-01-01T00:00:00+14:00", "elsewhere.example"]
NUMBERS = st.integers() | st.sampled_from([2**31, 2**63, 10**40])
LEAVES = st.none() | st.booleans() | NUMBERS | st.floats() | st.text(max_size=20) | st.sampled_from(NASTY)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _like(example: Any) -> st.SearchStrategy[Any]:
    """The example of an operation, with a part of it replaced by anything."""
    changed = {name: st.just(value) | ANYTHING for name, value in example.items()}
    return st.fixed_dictionaries({}, optional=changed) | ANYTHING


@pytest.fixture
def token() -> str:
    """A key that may do everything, of the operator, whose account has a site and a client."""
    account = people.operator().accounts.get()
    add_site(account, NewSite("client.example"), by=people.operator(), mail=False)
    return create_api_key(
        people.operator().accounts.get(), by=people.operator(), scopes=["stats", "sites", "people", "operator"]
    )[1]


def test_no_body_makes_an_error_of_ours(token: str, store: Store) -> None:
    current.use(store)
    client, account = Client(raise_request_exception=False), people.operator().accounts.get().pk
    headers = {"Authorization": f"Bearer {token}"}
    bodies = st.one_of(
        *(
            st.tuples(st.just(method), st.just(path), _like(one["requestBody"]["content"][JSON]["example"]))
            for method, path, one in WRITING
            if "requestBody" in one
        )
    )

    @settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(bodies)
    def send(drawn: tuple[str, str, Any]) -> None:
        method, path, body = drawn
        for name, value in {"account": account, "domain": "client.example"}.items():
            path = path.replace(f"{{{name}}}", str(value))
        for name in ("person", "invitation", "client", "goal_id"):
            path = path.replace(f"{{{name}}}", "1")
        access._asked.clear()
        answer = client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code in {200, 400, 401, 403, 404, 409, 410, 422, 429, 503}, (method, path, body)
        assert answer.headers["Content-Type"].startswith("application/json")

    send()
    current.use(None)
