"""Who is confined to sections sees these alone: in the menu, on the overview, as reports and by filters."""

import re

import pytest
from django.test import Client

from tests import people
from trailhouse.dashboard.panels import PANELS
from trailhouse.dashboard.sections import choices, section_of
from trailhouse.dashboard.vocabulary import FIELDS
from trailhouse.sites.models import Membership, Section, Site
from trailhouse.sites.sharing import LinkText, add_link

pytestmark = pytest.mark.django_db

REPORTS = [panel.key for panel in PANELS]


def confined(client: Client, *sections: str) -> Client:
    """The browser of the bakery's client, who sees these sections."""
    user = people.client_person()
    Membership.objects.filter(user=user).update(sections=list(sections))
    client.force_login(user)
    return client


def test_every_filter_belongs_to_a_section_that_people_can_be_confined_to() -> None:
    assert [short for short in FIELDS if section_of(short) not in set(Section)] == []
    assert section_of("prop.plan") == Section.EVENTS
    assert section_of("nonsense") == ""


def test_every_section_is_offered() -> None:
    assert [one for one, _name in choices()] == Section.values
    assert set(Section) == {"overview", "live", "visitors", *REPORTS}


def test_sections_are_ticked_that_were_given(reseller: Client) -> None:
    one = Membership.objects.get(user=people.client_person())
    site = people.bakery()
    link = add_link(site, LinkText("Baker", sections=("visitors",)), by=None)
    Membership.objects.update(sections=["live"])
    member, sharing = f"/sites/{site.key}/people/{one.pk}", f"/sites/{site.key}/settings/sharing?link={link.pk}"
    for address, given, other in ((member, "live", "visitors"), (sharing, "visitors", "live")):
        page = reseller.get(address).content.decode()
        for section, ticked in ((given, True), (other, False)):
            (box,) = re.findall(rf'<input[^>]*name="sections"[^>]*value="{section}"[^>]*>', page)
            assert ("checked" in box) is ticked
    reseller.post(member, {"role": "standard", "sections": ["visitors"]})
    reseller.post(sharing, {"do": "save", "link": link.pk, "name": "Baker", "sections": ["live"]})
    one.refresh_from_db()
    link.refresh_from_db()
    assert (one.sections, link.sections) == (["visitors"], ["live"])


def test_the_overview_shows_the_panels_of_ones_sections(client: Client, bakery: Site) -> None:
    page = confined(client, "overview", "sources").get(f"/sites/{bakery.key}").content.decode()
    assert 'id="panel-sources"' in page
    for key in set(REPORTS) - {"sources"}:
        assert f'id="panel-{key}"' not in page
        assert f"/sites/{bakery.key}/{key}" not in page
    assert 'id="live"' not in page
    assert 'id="figures"' in page
    assert '<option value="campaign">' in page
    for field in ("page", "country", "prop"):
        assert f'<option value="{field}">' not in page


def test_everything_else_does_not_exist(client: Client, bakery: Site) -> None:
    browser = confined(client, "overview", "sources")
    assert browser.get(f"/sites/{bakery.key}/sources").status_code == 200
    assert browser.get(f"/sites/{bakery.key}/sources/channels").status_code == 200
    for tail in (
        "/pages",
        "/pages/entry",
        "/places",
        "/technology",
        "/events",
        "/live-count",
        "/live",
        "/visitors",
        "/visitors/1",
        "/nonsense",
    ):
        assert browser.get(f"/sites/{bakery.key}{tail}").status_code == 404, tail
    for panel in set(REPORTS) - {"sources"}:
        part = browser.get(f"/sites/{bakery.key}", headers={"HX-Request": "true", "HX-Target": f"panel-{panel}"})
        assert part.status_code == 404


def test_without_the_overview_the_site_begins_at_the_first_report(client: Client, bakery: Site) -> None:
    browser = confined(client, "places", "live")
    for headers in ({}, {"HX-Request": "true", "HX-Target": "figures"}):
        answer = browser.get(f"/sites/{bakery.key}", headers=headers)
        assert answer["Location"] == f"/sites/{bakery.key}/places"
    page = browser.get(f"/sites/{bakery.key}/places").content.decode()
    assert 'id="live"' in page
    assert ">Overview</a>" not in page
    assert browser.get(f"/sites/{bakery.key}/live-count").status_code == 200
    for section in ("live", "visitors"):
        address = f"/sites/{bakery.key}/{section}"
        assert confined(client, section).get(f"/sites/{bakery.key}")["Location"] == address
        assert client.get(address).status_code == 200


def test_a_filter_of_another_section_is_not_asked(client: Client, bakery: Site) -> None:
    browser = confined(client, "overview", "sources")
    plain = browser.get(f"/sites/{bakery.key}").context["figures"]
    for filtered in ("f=is:page:/menu", "f=contains:country:N", "f=is:prop.plan:Gold", "f=is:hostname:x"):
        answer = browser.get(f"/sites/{bakery.key}?{filtered}")
        assert [box.text for box in answer.context["figures"]] == [box.text for box in plain]
        assert answer.context["head"].chips == ()
    answer = browser.get(f"/sites/{bakery.key}?f=is:source:Instagram")
    assert [box.text for box in answer.context["figures"]] != [box.text for box in plain]
    sent = browser.get(f"/sites/{bakery.key}?field=page&operator=is&value=/menu")
    assert browser.get(sent["Location"]).context["head"].chips == ()


def test_who_is_not_confined_sees_everything(reseller: Client, bakery: Site) -> None:
    page = reseller.get(f"/sites/{bakery.key}").content.decode()
    assert all(f'id="panel-{key}"' in page for key in REPORTS)
    assert 'id="live"' in page
