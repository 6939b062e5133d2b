"""What was left out at a site: its own reasons and samples alone, what to do, and for guests no samples."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_overview import text_of
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def robbed(bakery: Site, reading: Store) -> Site:
    """The bakery with robots and pages of another hostname left out; the law firm with something of its own."""
    other = people.law_firm().pk
    today, before = visits.NOW.date(), visits.NOW.date() - timedelta(40)
    for site_id, day, reason, n in (
        (bakery.pk, today, "bot_user_agent", 30), (bakery.pk, today, "foreign_hostname", 10),
        (bakery.pk, before, "own_visit", 7), (other, today, "site_flood", 500),
    ):  # fmt: skip
        reading.command(
            f"INSERT INTO drops (site_id, batch, day, reason, n) VALUES ({site_id}, 1, '{day}', '{reason}', {n})"
        )
    at = clock.to_ms(visits.NOW) / 1000 - 60
    for site_id, host in ((bakery.pk, "copy.example"), (other, "secret.example")):
        detail = json.dumps({"name": "pageview", "page": f"{host}/x"})
        reading.command(
            "INSERT INTO quarantine (site_id, batch, ts, reason, detail)"
            f" VALUES ({site_id}, 1, {at:.3f}, 'foreign_hostname', '{detail}')"
        )
    return bakery


def page(client: Client, site: Site, query: str = "") -> str:
    response = client.get(f"/sites/{site.key}/left-out{query}")
    assert response.status_code == 200
    return text_of(response.content.decode())


def test_the_reasons_of_the_site_in_the_period_are_shown_with_their_share(robbed: Site, reseller: Client) -> None:
    words = page(reseller, robbed)
    assert "The user agent is that of a known bot 30 75%" in words
    assert "of all that came" in words
    assert "Wanted: somebody marked" not in words  # older than the period
    assert "than one site may bring" not in words  # the law firm's
    assert "40 events" in words


def test_samples_and_hostnames_are_the_sites_own(robbed: Site, reseller: Client) -> None:
    words = page(reseller, robbed)
    assert "copy.example" in words
    assert "secret.example" not in words
    assert "add their hostname as an alias" in words


def test_one_reason_can_be_looked_at_alone(robbed: Site, reseller: Client) -> None:
    words = page(reseller, robbed, "?reason=bot_user_agent")
    assert "30 in 30 days" in words
    assert "copy.example" not in words


def test_guests_see_the_reasons_and_no_samples(robbed: Site, client: Client) -> None:
    Site.objects.filter(pk=robbed.pk).update(public=True)
    words = text_of(client.get(f"/share/{robbed.key}/left-out").content.decode())
    assert "known bot" in words
    assert "billed" not in words
    assert "copy.example" not in words
    assert "alias" not in words.replace("an alias of it", "")


def test_a_site_without_any_says_what_would_appear(bakery: Site, reseller: Client) -> None:
    assert "Robots, floods, own visits" in page(reseller, bakery)


def test_the_file_names_the_reasons_as_the_documentation_does(robbed: Site, reseller: Client) -> None:
    response = reseller.get(f"/sites/{robbed.key}/left-out?export=csv")
    lines = b"".join(response).decode().splitlines()
    assert lines[0] == "reason,meaning,events"
    assert lines[1].startswith("bot_user_agent,")
    assert lines[1].endswith(",30")


def test_nothing_is_offered_that_does_not_apply(robbed: Site, reseller: Client) -> None:
    html = {name: reseller.get(f"/sites/{robbed.key}{path}?f=is:country:NL").content.decode()
            for name, path in (("overview", ""), ("left out", "/left-out"))}  # fmt: skip
    for what in ('id="add-filter"', 'name="compare_from"', 'class="chip"'):
        assert what in html["overview"]
        assert what not in html["left out"]
