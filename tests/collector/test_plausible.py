import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collector.fields import Fields
from trailhouse.collector.address import Proxies
from trailhouse.collector.geo import Places
from trailhouse.collector.hit import Hit
from trailhouse.collector.protocols import plausible
from trailhouse.collector.request import Request
from trailhouse.collector.senders import Senders

REQUEST = Request(
    Fields(("user-agent", "Test/1.0")), "192.0.2.1", Senders(Places(Path("nowhere")), Proxies([])), 1_790_000_000_000
)
EVENT = {"n": "pageview", "u": "https://harbour-bakery.example/menu", "d": "harbour-bakery.example"}


def parse(**changes: Any) -> list[Hit]:
    body = {name: value for name, value in (EVENT | changes).items() if value is not None}
    return plausible.hits(json.dumps(body).encode(), REQUEST)


def test_short_and_long_names_say_the_same() -> None:
    long = {
        "name": "order", "url": "https://a.example/", "domain": "a.example", "referrer": "https://b.example/",
        "props": {"size": "L"}, "revenue": {"amount": "4.20", "currency": "eur"}, "interactive": False, "hashMode": 1,
    }  # fmt: skip
    short = {
        "n": "order", "u": "https://a.example/", "d": "a.example", "r": "https://b.example/",
        "p": {"size": "L"}, "$": {"amount": "4.20", "currency": "EUR"}, "i": False, "h": 1,
    }  # fmt: skip
    assert plausible.hits(json.dumps(long).encode(), REQUEST) == plausible.hits(json.dumps(short).encode(), REQUEST)


def test_a_list_of_domains_is_one_event_for_each() -> None:
    assert [hit.site for hit in parse(d="a.example, b.example")] == ["a.example", "b.example"]


@pytest.mark.parametrize("props", [{"a": "b", "n": 3}, json.dumps({"a": "b", "n": 3})])
def test_properties_come_as_an_object_or_as_json_in_a_string(props: object) -> None:
    assert parse(p=props)[0].props == {"a": "b", "n": "3"}


def test_nested_and_empty_properties_are_left_out() -> None:
    assert parse(p={"nested": {"a": 1}, "list": [1], "empty": "", "none": None, "yes": True})[0].props == {
        "yes": "true"
    }


def test_at_most_thirty_properties() -> None:
    assert len(parse(p={str(n): "x" for n in range(50)})[0].props) == 30


@pytest.mark.parametrize(("changes", "field"), [
    pytest.param({"n": None}, "event_name", id="no name"),
    pytest.param({"n": "x" * 121}, "event_name", id="a name too long"),
    pytest.param({"u": None}, "url", id="no address"),
    pytest.param({"u": "data:text/html,x"}, "url", id="a data address"),
    pytest.param({"u": "https://a.example/" + "x" * 2000}, "url", id="an address too long"),
    pytest.param({"p": [1]}, "props", id="properties that are a list"),
    pytest.param({"p": "{"}, "props", id="properties that are no JSON"),
    pytest.param({"n": "engagement"}, "engagement", id="engagement without a figure"),
    pytest.param({"n": "engagement", "sd": 101}, "engagement", id="a depth beyond the page"),
    pytest.param({"n": 5}, "body", id="a name that is no text"),
    pytest.param({"d": "a.example/" + "a/" * 30_000}, "domain", id="a site longer than any"),
])  # fmt: skip
def test_what_is_no_event_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(plausible.Invalid) as refused:
        parse(**changes)
    assert field in refused.value.errors


def test_engagement_needs_one_of_its_figures() -> None:
    hit = parse(n="engagement", sd=80)[0]
    assert (hit.scroll_depth, hit.engaged_ms) == (80, 0)
    hit = parse(n="engagement", e=12_000, sd=-1)[0]
    assert (hit.scroll_depth, hit.engaged_ms) == (0, 12_000)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("nudrpmihe$wtco"), inner, max_size=8),
    max_leaves=15,
))  # fmt: skip
def test_whatever_is_sent_is_an_event_or_refused(body: object) -> None:
    with contextlib.suppress(plausible.Invalid):
        plausible.hits(json.dumps(body).encode(), REQUEST)


def test_json_nested_beyond_reason_is_refused() -> None:
    deep = b"[" * 3000 + b"]" * 3000
    for body in (b'{"n":"x","u":"https://a.example/","p":' + deep + b"}", b'{"n":' + deep + b"}"):
        with pytest.raises(plausible.Invalid):
            plausible.hits(body, REQUEST)
