"""Shared pages, as whoever has the link meets them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import people
from trailhouse.core import clock
from trailhouse.dashboard.sections import section_of
from trailhouse.dashboard.vocabulary import FIELDS
from trailhouse.events.store import Store
from trailhouse.sites import sharing
from trailhouse.sites.models import Section, SharedLink, Site
from trailhouse.sites.sharing import LinkText

pytestmark = pytest.mark.django_db
PASSWORD = "open sesame"
REPORTS = ("sources", "pages", "places", "technology", "events")


def shared(site: Site, **values: Any) -> str:
    """The path of a new shared link."""
    return f"/share/{sharing.add_link(site, LinkText('Client', **values), by=None).slug}"


def links(html: str) -> set[str]:
    return set(re.findall(r'(?:href|action|hx-get)="([^"#]+)', html))


def is_inside(link: str, path: str) -> bool:
    outside = ("?", "/static/", "/brand/", "data:,", f"{path}?", f"{path}/")  # of the frame around it: the look
    return link.startswith(outside) or link == path or "/legal/" in link


def test_everybody_with_the_link_sees_overview_and_reports(client: Client, bakery: Site) -> None:
    path = shared(bakery)
    for part in ("", *(f"/{name}" for name in REPORTS), "/pages/entry", "/live-count", "?period=7d"):
        answer = client.get(path + part)
        assert answer.status_code == 200, part
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Robots-Tag"] == "noindex"
        assert not answer.cookies, "looking needs no cookie"
    assert "Google" in client.get(path).content.decode()


@pytest.mark.parametrize("part", ["", "/sources", "/pages/top", "/live-count", "?f=is:device:Mobile"])
def test_links_inside_of_a_share_stay_in_it(client: Client, bakery: Site, part: str) -> None:
    path = shared(bakery)
    html = client.get(path + part).content.decode()
    assert [link for link in links(html) if not is_inside(link, path)] == []
    assert links(html)
    assert bakery.key not in html


def test_a_guest_sees_nothing_of_who_is_signed_in_or_of_other_sites(reseller: Client, bakery: Site) -> None:
    people.law_firm()
    html = reseller.get(shared(bakery)).content.decode()
    for word in ("vanleer-law", people.RESELLER, "Settings", "Sign out"):
        assert word not in html


def test_no_other_site_and_nothing_else_is_reachable_through_a_link(client: Client, bakery: Site) -> None:
    path, other = shared(bakery), people.law_firm()
    slug = path.removeprefix("/share/")
    for address in (f"/sites/{slug}", f"/sites/{bakery.key}", f"/sites/{bakery.key}/settings", f"/sites/{other.key}"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")
    for part in ("/settings", "/script", "/people", "/../sites", f"/{other.key}", "/pages/nonsense"):
        assert client.get(path + part).status_code == 404
    for address in (f"/share/{other.key}", f"/share/{bakery.key}", "/share/nosuchlink", "/share/%00"):
        assert client.get(address).status_code == 404
    assert client.post(path).status_code == 405
    assert client.post(f"{path}/pages").status_code == 405


@pytest.mark.parametrize("section", REPORTS)
def test_a_link_with_sections_shows_no_other_section(client: Client, bakery: Site, section: str) -> None:
    path = shared(bakery, sections=["overview", section])
    html = client.get(path).content.decode()
    assert re.findall(r'id="panel-([a-z]+)"', html) == [section]
    assert "live-count" not in html
    for other in REPORTS:
        status = 200 if other == section else 404
        assert client.get(f"{path}/{other}").status_code == status
        assert (f"{path}/{other}" in html) is (other == section)
        part = client.get(path, headers={"hx-request": "true", "hx-target": f"panel-{other}"}).content.decode()
        assert (f'id="panel-{other}"' in part) is (other == section)
    assert client.get(f"{path}/live-count").status_code == 404


def test_a_section_that_is_not_shown_cannot_be_filtered_by_either(client: Client, bakery: Site) -> None:
    path = shared(bakery, sections=["overview", "sources"])
    html = client.get(f"{path}?f=is:page:/menu&f=is:source:Google&f=is:goal:Order placed").content.decode()
    assert re.findall(r"Remove the filter ([^\"]*)", html) == ["Source is Google"]
    offered = re.findall(r'<option value="([a-z_]+)"', html.partition('id="filter-field"')[2].partition("</select>")[0])
    assert "source" in offered
    assert not {"page", "device", "country", "goal", "prop"} & set(offered)


def test_a_link_without_the_overview_begins_at_its_first_report(client: Client, bakery: Site) -> None:
    path = shared(bakery, sections=["places", "pages"])
    assert client.get(path)["Location"] == f"{path}/pages"
    html = client.get(f"{path}/pages").content.decode()
    assert [link for link in links(html) if not is_inside(link, path)] == []
    for section in ("live", "visitors"):
        alone = f"/share/{sharing.add_link(bakery, LinkText(section, sections=[section]), by=None).slug}"
        assert client.get(alone)["Location"] == f"{alone}/{section}"
        html = client.get(f"{alone}/{section}").content.decode()
        assert [link for link in links(html) if not is_inside(link, alone)] == []


def test_a_persons_sections_hold_on_the_sites_own_pages_too(client: Client, bakery: Site) -> None:
    person = people.client_person()
    person.memberships.update(sections=["pages"])
    client.force_login(person)
    assert client.get(f"/sites/{bakery.key}")["Location"] == f"/sites/{bakery.key}/pages"
    assert client.get(f"/sites/{bakery.key}/pages").status_code == 200
    for part in ("sources", "live-count"):
        assert client.get(f"/sites/{bakery.key}/{part}").status_code == 404


def test_an_expired_link_does_not_exist(client: Client, bakery: Site) -> None:
    path = shared(bakery, expires_at=clock.now() + timedelta(days=1))
    assert client.get(path).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=1)):
        for part in ("", "/pages", "/live-count"):
            assert client.get(path + part).status_code == 404
        assert client.post(path, {"password": "x"}).status_code == 404


def test_the_public_page_is_at_the_sites_key(client: Client, bakery: Site) -> None:
    sharing.set_public(bakery, True, by=None)
    path = f"/share/{bakery.key}"
    html = client.get(path).content.decode()
    assert "Google" in html
    assert [link for link in links(html) if not is_inside(link, path)] == []
    sharing.set_public(bakery, False, by=None)
    assert client.get(path).status_code == 404


def test_a_site_without_visits_says_so(client: Client, reading: Store) -> None:
    path = shared(people.bakery())
    html = client.get(path).content.decode()
    assert "Nothing has been counted yet" in html
    assert "&lt;script" not in html
    assert client.get(f"{path}/pages", follow=True).status_code == 200
    assert client.get(f"{shared(people.law_firm(), sections=['pages'])}/pages").status_code == 200


# -- passwords


def test_a_password_opens_the_link_in_this_browser_alone(client: Client, bakery: Site) -> None:
    path = shared(bakery, password=PASSWORD)
    for part in ("", "/pages", "/live-count"):
        html = client.get(path + part).content.decode()
        assert 'name="password"' in html
        assert "bakery" not in html
    assert client.get(path, headers={"hx-request": "true"}).status_code == 403, "no form inside of a page's part"
    assert client.post(path, {"password": "wrong"}).status_code == 403
    answer = client.post(path, {"password": PASSWORD})
    assert answer["Location"] == path
    cookie = answer.cookies["shared"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (path, True, "Lax")
    assert "Google" in client.get(path).content.decode()
    assert client.get(f"{path}/pages").status_code == 200
    assert client.post(path, {"password": "anything"})["Location"] == path
    assert 'name="password"' in Client().get(path).content.decode()
    sharing.change_link(SharedLink.objects.get(), LinkText("Client", password="another one"), by=None)
    assert 'name="password"' in client.get(path).content.decode()


def test_a_password_that_is_asked_for_at_a_report_leads_on_to_it(client: Client, bakery: Site) -> None:
    path = shared(bakery, password=PASSWORD)
    wanted = f"{path}/pages?period=7d"
    html = client.get(wanted).content.decode()
    assert re.findall(r'action="([^"]+)"', html) == [path]
    assert f'name="wanted" value="{wanted}"' in html
    refused = client.post(path, {"password": "wrong", "wanted": wanted})
    assert f'name="wanted" value="{wanted}"' in refused.content.decode(), "a second try leads there as well"
    answer = client.post(path, {"password": PASSWORD, "wanted": wanted})
    assert (answer["Location"], answer.cookies["shared"]["path"]) == (wanted, path)
    assert client.get(wanted).status_code == 200
    for elsewhere in ("https://evil.example/", "//evil.example", f"{path}2/pages", "/sites", f"{path}/\r\nx"):
        client.cookies.clear()
        assert client.post(path, {"password": PASSWORD, "wanted": elsewhere})["Location"] == path


def test_one_links_password_opens_no_other_link(client: Client, bakery: Site) -> None:
    first = shared(bakery, password=PASSWORD)
    second = sharing.add_link(bakery, LinkText("Other", password=PASSWORD), by=None)
    cookie = client.post(first, {"password": PASSWORD}).cookies["shared"].value
    client.cookies.clear()
    client.cookies["shared"] = cookie
    assert 'name="password"' in client.get(f"/share/{second.slug}").content.decode()


def test_after_five_wrong_passwords_the_sixth_waits(client: Client, bakery: Site) -> None:
    path = shared(bakery, password=PASSWORD)
    here, there = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "203.0.113.8"}
    codes = [client.post(path, {"password": "wrong"}, headers=here).status_code for _try in range(6)]
    assert codes == [403] * 5 + [429]
    assert client.post(path, {"password": PASSWORD}, headers=here).status_code == 429
    assert client.post(path, {"password": PASSWORD}, headers=there).status_code == 302


# -- frames


def test_only_a_link_for_embedding_may_stand_in_a_frame(client: Client, bakery: Site) -> None:
    plain = shared(bakery)
    embed = f"/share/{sharing.add_link(bakery, LinkText('Frame', embed=True), by=None).slug}"
    for part in ("", "/pages", "/live-count"):
        answer = client.get(embed + part)
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors *" in policy
        assert "script-src 'self'" in policy
        assert "X-Frame-Options" not in answer
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies
        answer = client.get(plain + part)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"


def test_every_field_that_can_be_filtered_by_belongs_to_a_section() -> None:
    assert {section_of(short) for short in [*FIELDS, "prop.plan"]} == {*REPORTS, "visitors"}
    assert set(REPORTS) <= set(Section.values)
