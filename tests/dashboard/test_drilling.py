"""From a channel to its sources, their pages and where visits landed, and back again; the lists of links and terms."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites.models import Membership, Site
from trailhouse.sites.sharing import LinkText, add_link

pytestmark = pytest.mark.django_db

ROW = re.compile(r'<th scope="row">.*?<a href="([^"]*)"[^>]*>([^<]*)')
CRUMB = re.compile(r'<li><a hx-boost="false" href="([^"]*)"([^>]*)>([^<]*)</a>')


def rows(html: str) -> dict[str, str]:
    """The rows of a list: where each leads to, by its name."""
    return {unescape(name).strip(): unescape(link) for link, name in ROW.findall(html)}


def crumbs(html: str) -> list[tuple[str, str]]:
    """The way so far: words and address of each step."""
    return [(unescape(text), unescape(link)) for link, _attributes, text in CRUMB.findall(html)]


def test_each_row_leads_to_the_next_list_and_each_step_back_to_its_own(bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}/sources"
    channels = reseller.get(f"{path}/channels?period=7d").content.decode()
    assert crumbs(channels) == []
    sources = rows(channels)["Organic social"]
    assert sources == f"{path}/sources?period=7d&f=is:channel:Organic%20social"
    html = reseller.get(sources).content.decode()
    assert list(rows(html)) == ["Instagram"]
    referrers = rows(html)["Instagram"]
    assert referrers == f"{path}/referrers?period=7d&f=is:channel:Organic%20social&f=is:source:Instagram"
    html = reseller.get(referrers).content.decode()
    landing = rows(html)["https://instagram.com/"]
    html = reseller.get(landing).content.decode()
    assert crumbs(html) == [
        ("All channels", f"{path}/channels?period=7d"),
        ("Organic social", sources),
        ("Instagram", referrers),
        ("https://instagram.com/", landing),
    ]
    assert "/menu" in rows(html)
    assert rows(html)["/menu"].startswith("?period=7d&f=is:channel:")  # the last list filters in place
    for text, link in crumbs(html)[:3]:
        back = reseller.get(link).content.decode()
        assert [step for step, _link in crumbs(back)] == {
            "All channels": [], "Organic social": ["All channels", "Organic social"],
            "Instagram": ["All channels", "Organic social", "Instagram"],
        }[text]  # fmt: skip


def test_another_row_takes_the_place_of_the_one_that_was_chosen(bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}/sources"
    html = reseller.get(f"{path}/channels?f=is:source:Google&f=is:channel:Direct").content.decode()
    assert rows(html) == {}
    html = reseller.get(f"{path}/channels?f=is_not:channel:Direct&f=is:source:Google").content.decode()
    assert rows(html)["Organic search"].endswith(
        "?f=is_not:channel:Direct&f=is:source:Google&f=is:channel:Organic%20search"
    )
    assert [text for text, _link in crumbs(html)] == ["All channels", "Google"]


def test_the_overview_filters_in_place_as_ever(bakery: Site, reseller: Client) -> None:
    html = reseller.get(f"/sites/{bakery.key}?tab_sources=channels").content.decode()
    assert "?f=is:channel:Organic%20social&tab_sources=channels" in unescape(html)


def test_who_does_not_see_pages_does_not_see_where_visits_landed(bakery: Site, client: Client) -> None:
    user = people.client_person()
    Membership.objects.filter(user=user).update(sections=["overview", "sources"])
    client.force_login(user)
    path = f"/sites/{bakery.key}/sources"
    assert client.get(f"{path}/landing").status_code == 404
    overview = client.get(f"/sites/{bakery.key}?tab_sources=landing").content.decode()
    assert "/menu" not in overview
    html = client.get(f"{path}/referrers?f=is:source:Instagram").content.decode()
    assert "Landing pages" not in html
    assert rows(html)["https://instagram.com/"].startswith("?f=is:source:Instagram&f=is:referrer:")


def test_a_guest_stays_under_the_link(bakery: Site, client: Client) -> None:
    link = add_link(bakery, LinkText("Baker"), by=None)
    html = client.get(f"/share/{link.slug}/sources/channels").content.decode()
    assert rows(html)["Direct"] == f"/share/{link.slug}/sources/sources?f=is:channel:Direct"


def test_terms_of_engines_of_ads_and_of_the_site_s_own_search_are_told_apart(
    bakery: Site, reading: Store, reseller: Client
) -> None:
    start = clock.to_ms(visits.NOW) - visits.DAY
    told: tuple[dict[str, Any], ...] = (
        {"search_term": "rye loaf"},
        {"search_term": "spelt", "utm_term": "spelt"},  # stored so for a bought link
        {"search_term": "near me", "utm_term": "bakery"},
        {"utm_term": "ad group 7"},
        {"props": {"site_search": "opening hours"}},
        {"name": "Signup", "props": {"site_search": "not a search"}},
    )
    for number, values in enumerate(told):
        visits.add(reading, list(visits.visit(bakery.pk, 5001 + 6 * number, start, ("/search",), **values)))
    lists = {
        tab: set(rows(reseller.get(f"/sites/{bakery.key}/sources/{tab}").content.decode()))
        for tab in ("terms", "ad_terms", "site_search")
    }
    assert lists == {
        "terms": {"rye loaf", "near me"},
        "ad_terms": {"spelt", "bakery", "ad group 7"},
        "site_search": {"opening hours"},
    }


@pytest.mark.parametrize(
    ("tab", "values", "name"),
    [
        ("utm_sources", {"utm_source": "letter"}, "letter"),
        ("mediums", {"utm_medium": "flyer"}, "flyer"),
        ("campaigns", {"utm_campaign": "winter"}, "winter"),
        ("contents", {"utm_content": "red button"}, "red button"),
        ("ad_terms", {"utm_term": "cake"}, "cake"),
        ("click_ids", {"click_id": "gclid"}, "gclid"),
    ],
)
def test_every_tag_of_a_link_has_its_list(
    tab: str, values: dict[str, str], name: str, bakery: Site, reading: Store, reseller: Client
) -> None:
    visits.add(reading, list(visits.visit(bakery.pk, 7001, clock.to_ms(visits.NOW) - visits.DAY, ("/",), **values)))
    found = rows(reseller.get(f"/sites/{bakery.key}/sources/{tab}").content.decode())
    assert name in found
    assert "" not in found
    assert "None" not in found
