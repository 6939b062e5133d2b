"""What a button of a site's settings does to the very next event: from the form to the collector's pipeline."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.collector.fields import Fields
from tests.collector.test_pipeline import FIREFOX
from trailhouse.collector import pipeline, tracker
from trailhouse.collector.address import Proxies
from trailhouse.collector.draft import Drop, World
from trailhouse.collector.geo import Places
from trailhouse.collector.hit import Hit
from trailhouse.collector.limits import Floods
from trailhouse.collector.request import Request
from trailhouse.core import clock
from trailhouse.events.model import Event
from trailhouse.events.registry import Registry, ServedSite
from trailhouse.sites import services
from trailhouse.sites.models import Site, SiteKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reading")]
HERE = "203.0.113.7"
PAGE = "https://harbour-bakery.example/menu"


class Way:
    """The way from a button to the next event: the form, the snapshot, the edge's registry, the pipeline."""

    def __init__(self, browser: Client, directory: Path) -> None:
        self.site = people.bakery()
        self.key = self.site.key  # that the pages send, whatever becomes of it
        self._browser = browser
        self._directory = directory
        self.registry = Registry(directory)
        self._world = World(self.registry, Places(directory), Proxies([ip_network("10.0.0.0/8")]), Floods())

    def press(self, page: str, do: str, **values: str) -> None:
        """Press a button of the settings. The snapshot is written twice a second, and read once a second."""
        key = Site.objects.get(pk=self.site.pk).key
        path = f"/sites/{key}/settings{page}"
        answer = self._browser.post(path, {"do": do, "confirmed": "1", **values}, headers={"x-forwarded-for": HERE})
        assert answer.status_code == 302, answer.content.decode()
        self.serve()

    def serve(self) -> None:
        services.publish(self._directory)
        self._world.refresh()

    @property
    def served(self) -> ServedSite:
        return next(one for one in self.registry.snapshot.sites if one.site_id == self.site.pk)

    def sent(self, url: str = PAGE, *, to: str | None = None, gpc: bool = False, **values: Any) -> Event | str:
        """What becomes of a pageview: the event, or the reason why it is left out."""
        headers = {"user-agent": FIREFOX} | ({"sec-gpc": "1"} if gpc else {})
        request = Request(Fields(*headers.items()), HERE, self._world.senders, clock.now_ms())
        hit = Hit(site=self.key if to is None else to, name="pageview", url=url, request=request, **values)
        outcome = pipeline.run(hit, self._world)
        return outcome.sample.reason if isinstance(outcome, Drop) else outcome.event


@pytest.fixture
def way(reseller: Client, tmp_path: Path) -> Way:
    found = Way(reseller, tmp_path)
    found.serve()
    return found


def counts(outcome: Event | str) -> bool:
    return isinstance(outcome, Event)


LEVEL = {"retention_months": "25"}
VISITS = {"visit_timeout_min": "30", "return_after_hours": "24", "query_allow": "", "search_param": ""}
OTHER = "https://other.example/menu"

# Page, button and values; the pageview that is looked at; whether it counts before, what becomes of it then.
REASONS: list[tuple[str, str, dict[str, str], dict[str, Any], str, str]] = [
    ("", "add_alias", {"alias": "other.example"}, {"url": OTHER}, "foreign_hostname", ""),
    ("", "rename", {"domain": "other.example"}, {"url": OTHER}, "foreign_hostname", ""),
    ("", "rename", {"domain": "other.example"}, {}, "", ""),
    ("", "rename", {"domain": "other.example"}, {"to": "harbour-bakery.example"}, "", ""),
    ("", "rename", {"domain": "other.example"}, {"to": "other.example", "url": OTHER}, "unknown_site", ""),
    ("", "rotate", {}, {}, "", ""),
    ("/counting", "exclusions", {"exclude_networks": "203.0.113.0/24"}, {}, "", "excluded_address"),
    ("/counting", "exclusions", {"exclude_paths": "/men*"}, {}, "", "excluded_path"),
    ("/counting", "exclude_me", {}, {}, "", "excluded_address"),
    ("/counting", "pause", {}, {}, "", "site_closed"),
    ("/counting", "privacy", {**LEVEL, "privacy": "visits", "respect_gpc": "on"}, {"gpc": True}, "", "privacy_control"),
    ("/counting", "privacy", {**LEVEL, "privacy": "visits", "respect_gpc": "on"}, {}, "", ""),
    ("/danger", "delete", {"typed_delete": "harbour-bakery.example"}, {}, "", "site_closed"),
]


@pytest.mark.parametrize(("page", "do", "values", "hit", "before", "after"), REASONS)
def test_a_setting_decides_whether_the_next_event_counts(
    way: Way, page: str, do: str, values: dict[str, str], hit: dict[str, Any], before: str, after: str
) -> None:
    def reason() -> str:
        outcome = way.sent(**hit)
        return "" if isinstance(outcome, Event) else outcome

    assert reason() == before
    way.press(page, do, **values)
    assert reason() == after


@pytest.mark.parametrize(
    ("page", "there", "back"),
    [
        ("/counting", {"do": "pause"}, {"do": "resume"}),
        ("/danger", {"do": "delete", "typed_delete": "harbour-bakery.example"}, {"do": "keep"}),
        ("", {"do": "remove_alias", "hostname": "other.example"}, {"do": "add_alias", "alias": "other.example"}),
    ],
    ids=["resume", "keep", "alias"],
)
def test_what_was_switched_off_counts_again_with_the_next_event(
    way: Way, page: str, there: dict[str, str], back: dict[str, str]
) -> None:
    url = PAGE if page else OTHER
    if not page:
        way.press("", "add_alias", alias="other.example")
    way.press(page, **there)
    assert not counts(way.sent(url))
    way.press(page, **back)
    assert counts(way.sent(url))


WRITTEN: list[tuple[dict[str, str], dict[str, Any], Callable[[Event], object], object, object]] = [
    ({"do": "visits", **VISITS, "query_allow": "size"}, {"url": f"{PAGE}?size=9&x=1"}, lambda event: event.path,
     "/menu", "/menu?size=9"),
    ({"do": "visits", **VISITS, "search_param": "q"}, {"url": f"{PAGE}?q=rye"}, lambda event: event.props,
     {}, {"site_search": "rye"}),
    ({"do": "privacy", **LEVEL, "privacy": "recognised"}, {"person": "a1"}, lambda event: event.person != 0,
     False, True),
]  # fmt: skip


@pytest.mark.parametrize(("button", "hit", "seen", "before", "after"), WRITTEN, ids=["query", "search", "level"])
def test_a_setting_decides_what_the_next_event_carries(
    way: Way,
    button: dict[str, str],
    hit: dict[str, Any],
    seen: Callable[[Event], object],
    before: object,
    after: object,
) -> None:
    def found() -> object:
        outcome = way.sent(**hit)
        assert isinstance(outcome, Event), outcome
        return seen(outcome)

    assert found() == before
    way.press("/counting", **button)
    assert found() == after


def test_a_new_key_counts_and_the_one_before_for_thirty_days(way: Way) -> None:
    way.press("", "rotate")
    new = SiteKey.objects.get(site=way.site, expires_at=None).key
    assert (counts(way.sent(to=way.key)), counts(way.sent(to=new))) == (True, True)
    with clock.frozen(clock.now() + services.ROTATED_KEY_LASTS):
        way.serve()
        assert (way.sent(to=way.key), counts(way.sent(to=new))) == ("unknown_site", True)


def test_the_writer_and_the_script_are_told_too(way: Way) -> None:
    way.press("/counting", "visits", **(VISITS | {"visit_timeout_min": "45"}))
    way.press("/counting", "script", outbound="on", file_types="pdf", name="count")
    way.press("/counting", "script_address", own_path="on")
    script = tracker.settings_of(way.served, way.key)
    assert way.served.visit_timeout_s == 45 * 60
    assert (script.outbound, script.downloads, script.file_types, script.name) == (True, False, ("pdf",), "count")
    assert f"/s/{way.key}.js" in way.registry.own_paths.values()
