"""Properties of events: their names in the period, the values of one, each a way to filter."""

import pytest
from django.test import Client

from tests.dashboard import visits
from tests.dashboard.test_overview import text_of
from tests.events.makers import event
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db
ODD = "size/width ü?&<b>"


@pytest.fixture
def sold(bakery: Site, reading: Store) -> Site:
    """The bakery with three orders more: two of bread, one of cake, one of them with an odd property."""
    at = clock.to_ms(visits.NOW) - visits.DAY
    for number, props in enumerate(({"kind": "bread"}, {"kind": "bread", ODD: "<i>"}, {"kind": "=cake"})):
        started = {"visit_id": 70_000 + number, "visitor_id": 70_000 + number, "visit_started": at}
        order = event(at, site_id=bakery.pk, name="Order", props=props, revenue=1250, **started)
        visits.add(reading, [order])
    return bakery


def page(client: Client, site: Site, path: str, query: str = "") -> str:
    response = client.get(f"/sites/{site.key}/{path}{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_names_are_those_of_the_period_with_their_events_and_values(sold: Site, reseller: Client) -> None:
    words = text_of(page(reseller, sold, "properties"))
    assert "kind 3 2 3" in words  # events, values, visitors
    assert "plan" in words
    narrowed = text_of(page(reseller, sold, "properties", "?f=is:prop.kind:bread"))
    assert "kind 2 1 2" in narrowed
    assert (
        "plan" not in narrowed.partition("Send")[0].partition("Search")[0].split("Property")[-1].split("kind")[1][:40]
    )
    assert "No event carried a property" in page(reseller, sold, "properties", "?f=is:page:/nowhere")


def test_a_name_leads_to_its_values_and_a_value_filters(sold: Site, reseller: Client) -> None:
    html = page(reseller, sold, "properties", "?period=7d")
    assert f'href="/sites/{sold.key}/properties/kind?period=7d"' in html
    html = page(reseller, sold, "properties/kind")
    words = text_of(html)
    assert "bread 2 2 €25.00" in words
    assert "=cake 1 1 €12.50" in words
    assert "f=is:prop.kind:bread" in html


def test_any_name_is_reached_by_its_link(sold: Site, reseller: Client) -> None:
    html = page(reseller, sold, "properties")
    link = next(part for part in html.split('href="') if "size/width" in part).partition('"')[0]
    assert link.isascii()
    answer = reseller.get(link.replace("&amp;", "&"))
    assert answer.status_code == 200
    assert "&lt;i&gt;" in answer.content.decode()
    assert "<i>" not in answer.content.decode().partition("<main")[2]


def test_a_search_narrows_the_values(sold: Site, reseller: Client) -> None:
    words = text_of(page(reseller, sold, "properties/kind", "?q=BREA"))
    assert "bread" in words
    assert "=cake" not in words


def test_files_hold_the_same_figures(sold: Site, reseller: Client) -> None:
    response = reseller.get(f"/sites/{sold.key}/properties?export=csv")
    lines = b"".join(response).decode().splitlines()
    assert lines[0] == "property,visitors,events,values"
    assert "kind,3,3,2" in lines
    response = reseller.get(f"/sites/{sold.key}/properties/kind?export=csv")
    assert b"".join(response).decode().splitlines()[1] == "bread,2,2,25.00"


def test_the_map_is_a_page_and_its_countries_lead_to_their_regions(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, "places/map")
    assert f'href="/sites/{bakery.key}/places/regions?f=is:country:NL"' in html
    assert 'aria-label="Netherlands:' in html
    assert f'href="/sites/{bakery.key}/places/map"' in page(reseller, bakery, "places")
