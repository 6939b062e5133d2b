"""Whatever stands in the address of an operation of statistics: an answer in words, never an error of ours."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import BAKERY, World, key
from tests.api.test_operations import OPERATIONS
from trailhouse.api import access
from trailhouse.sites.models import Privacy

pytestmark = pytest.mark.django_db

NASTY = [
    "", "\x00", "\ud800".encode("utf-8", "replace").decode(), "a" * 3_000, "0", "-1", "9" * 30, "null", "[]", "[[]]",
    '[["is", "event:page", ["\\u0000"]]]', '[["matches", "event:page", ["("]]]', '[["is", "segment", [1]]]',
    '[["is", "event:goal", ["Nobody\'s"]]]', '[["has_done", ["is", "event:goal", ["Order"]]]]', "NaN", "1e999",
    "0001-01-01,0001-01-02", "9999-12-30,9999-12-31", "2026-03-14,2026-03-14", "1900-01-01,2100-01-01", "all", "9999d",
    "realtime", "2026-03-14T12:00:00+01:00,2026-03-14T13:00:00+01:00", "previous_period", "year_over_year", "link",
    "visit:source", "visit:exit_page", "event:page_group", "event:props:" + "x" * 400, "time:day", "/", "Order",
    "bot_x",
]  # fmt: skip
TEXTS = st.sampled_from(NASTY) | st.text(max_size=20)


@pytest.mark.parametrize("privacy", Privacy.values)
def test_no_address_makes_an_error_of_ours(world: World, privacy: str) -> None:
    world.site.privacy = privacy
    world.site.save()
    client, headers = Client(raise_request_exception=False), {"Authorization": f"Bearer {key()}"}
    wanted = [
        (path, [told["name"] for told in one["parameters"] if told["in"] == "query"])
        for method, path, one in OPERATIONS
        if method == "GET" and path.startswith("/api/v1/stats")
    ]

    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(wanted), st.data())
    def send(drawn: tuple[str, list[str]], data: st.DataObject) -> None:
        path, names = drawn
        for name, value in world.ids.items():
            path = path.replace(f"{{{name}}}", str(value))
        values = {
            name: text
            for name in names
            if name != "site_id" and (text := data.draw(st.none() | TEXTS, label=name)) is not None
        }
        access._asked.clear()
        answer = client.get(path, {"site_id": BAKERY} | values, headers=headers)
        assert answer.status_code in {200, 400, 401, 403, 404, 409, 503}, (path, values)

    send()
