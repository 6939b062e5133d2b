"""The overview and its lists, as the server sends them."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from trailhouse.core import clock
from trailhouse.dashboard.panels import PANELS
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


class Attributes(HTMLParser):
    """Collects every attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [(tag, name, value or "") for name, value in attrs]


def page(client: Client, site: Site, query: str = "", **kwargs: object) -> str:
    response = client.get(f"/sites/{site.key}{query}", **kwargs)  # type: ignore[arg-type]
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_overview_shows_figures_chart_and_five_panels_in_one_answer(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery)
    words = text_of(html)
    for label in ("Visitors", "Visits", "Pageviews", "Bounce rate", "Visit duration", "Goals reached"):
        assert label in words
    assert [panel.key for panel in PANELS] == re.findall(r'id="panel-([a-z]+)"', html)
    for name in ("Google", "/menu", "Netherlands", "Firefox", "Order placed", "25 Oct – 23 Nov 2026"):
        assert name in words
    assert re.search(r"\b1 visitor\s+now\b", words)
    assert html.count("<tr data-tick=") == 30


def test_a_report_needs_no_script(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery)
    assert re.search(r'<path class="line" d="M0\.0 [\d.]+L', html)
    assert 'name="field"' in html
    links = [value for tag, name, value in Attributes(html).found if tag == "a" and name == "href"]
    assert any("f=is:source:Google" in link for link in links)
    assert not any(link.startswith("#") and link != "#content" for link in links)


def test_nothing_is_inline_that_the_policy_forbids(bakery: Site, reseller: Client) -> None:
    for path in ("", "?tab_places=map", "/pages", "/events/outbound"):
        html = page(reseller, bakery, path)
        found = Attributes(html)
        assert not [name for _, name, _ in found.found if name == "style" or name.startswith("on")]
        assert "style" not in found.tags
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)


def test_a_filter_narrows_every_figure_and_stands_as_a_chip(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, "?f=is:source:Google&f=contains:page:/me")
    words = text_of(html)
    assert "Source is Google" in words
    assert "Page contains /me" in words
    assert "Instagram" not in words
    assert "Clear all" in words


def test_the_chip_leads_to_the_report_without_its_filter(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, "?period=7d&f=is:source:Google")
    chip = re.search(r'class="chip-x" href="([^"]+)"', html)
    assert chip is not None
    assert chip[1] == "?period=7d"


def test_the_filter_form_redirects_to_a_short_address(bakery: Site, reseller: Client) -> None:
    given = {"period": "7d", "field": "country", "operator": "is", "value": "netherlands", "property": ""}
    response = reseller.get(f"/sites/{bakery.key}", given)
    assert response.status_code == 302
    assert response.headers["Location"].endswith("?period=7d&f=is:country:NL")
    given |= {"field": "prop", "property": "plan", "value": "Gold"}
    assert reseller.get(f"/sites/{bakery.key}", given).headers["Location"].endswith("?period=7d&f=is:prop.plan:Gold")
    given |= {"field": "nonsense"}
    assert reseller.get(f"/sites/{bakery.key}", given).headers["Location"].endswith("?period=7d&wrong=field")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.key)
def test_every_tab_answers_in_its_panel_and_as_a_whole_list(panel: object, bakery: Site, reseller: Client) -> None:
    for tab in panel.tabs:  # type: ignore[attr-defined]
        key = panel.key  # type: ignore[attr-defined]
        if tab.in_panel:
            fragment = page(reseller, bakery, f"?tab_{key}={tab.key}", headers=FRAGMENT | {"HX-Target": f"panel-{key}"})
            assert fragment.lstrip().startswith(f'<section class="card panel" id="panel-{key}"')
            assert "<html" not in fragment
        if not tab.is_map:
            assert str(tab.head) in text_of(page(reseller, bakery, f"/{key}/{tab.key}"))


def test_fragments_carry_only_what_changes(bakery: Site, reseller: Client) -> None:
    figures = page(reseller, bakery, "?metric=visits", headers=FRAGMENT | {"HX-Target": "figures"})
    assert 'id="figures"' in figures
    assert 'id="panel-sources"' not in figures
    report = page(reseller, bakery, "?period=7d", headers=FRAGMENT | {"HX-Target": "report"})
    assert report.lstrip().startswith('<div id="report"')
    assert 'hx-swap-oob="innerHTML:#menu"' in report
    assert "<html" not in report


def test_an_empty_period_says_so_in_words(bakery: Site, reseller: Client) -> None:
    words = text_of(page(reseller, bakery, "?from=2020-01-01&to=2020-01-31"))
    assert "No visitors in this period" in words
    assert "No goal was reached in this period." in words


def test_an_unvisited_site_waits_and_then_turns(reading: Store, reseller: Client) -> None:
    site = people.law_firm()
    html = page(reseller, site)
    assert "The first visit will appear here" in html
    assert f"/s/{site.key}.js" in html
    assert "The first visit" not in page(reseller, site, headers=FRAGMENT | {"HX-Target": "waiting"})
    assert reseller.get(f"/sites/{site.key}/sources").status_code == 302
    visits.add(reading, list(visits.visit(site.pk, 1, clock.to_ms(visits.NOW) - 5000)))
    turned = reseller.get(f"/sites/{site.key}", headers=FRAGMENT | {"HX-Target": "waiting"})
    assert turned.headers["HX-Refresh"] == "true"
    assert "The first visit" not in page(reseller, site)


def test_a_list_is_searched_in_the_readers_words(bakery: Site, reseller: Client) -> None:
    words = text_of(page(reseller, bakery, "/places/countries?q=germ"))
    assert "Germany" in words
    assert "1–1 of 1" in words
    assert "Netherlands" not in words
    assert "Nothing here contains “xyz”" in text_of(page(reseller, bakery, "/pages?q=xyz"))


def test_long_lists_come_a_hundred_at_a_time(bakery: Site, reading: Store, reseller: Client) -> None:
    start = clock.to_ms(visits.NOW) - visits.DAY
    visits.add(reading, [e for n in range(230) for e in visits.visit(bakery.pk, 5000 + n * 6 + 1, start, (f"/p/{n}",))])
    first = page(reseller, bakery, "/pages?q=/p/")
    assert "1–100 of 230" in text_of(first)
    assert "page=2" in first
    last = text_of(page(reseller, bakery, "/pages?q=/p/&page=3"))
    assert "201–230 of 230" in last
    assert "Next" not in last


def test_hostile_texts_are_shown_and_never_live(bakery: Site, reading: Store, reseller: Client) -> None:
    visits.add(reading, list(visits.hostile(bakery.pk)))
    tabs = [f"/{panel.key}/{tab.key}" for panel in PANELS for tab in panel.tabs if not tab.is_map]
    for path in ("", "?tab_places=map&tab_events=outbound&tab_technology=languages", *tabs):
        html = page(reseller, bakery, path + ("&" if "?" in path else "?") + "period=today")
        found = Attributes(html)
        assert not [value for _, name, value in found.found if name.startswith("on")]
        assert not {"img", "i", "u"} & found.tags, path
        links = [value for _, name, value in found.found if name in {"href", "src", "action", "xlink:href"}]
        assert {urlsplit(link).scheme for link in links} <= {"", "http", "https"}, path


def test_a_hostile_address_is_escaped(bakery: Site, reseller: Client) -> None:
    query = (
        "?q=%22%3E%3Cscript%3E&f=is:page:%22%3E%3Cscript%3Ealert(1)&f=is:prop.%22%3E%3Cscript%3E:x&metric=%3Cscript%3E"
    )
    for path in ("", "/pages", "/sources/terms"):
        html = page(reseller, bakery, path + query)
        assert "<script>" not in html
        assert "&lt;script&gt;" in html


def test_an_outbound_link_opens_only_a_web_address(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, "/events/outbound")
    assert 'href="https://maps.example/bakery" rel="noopener noreferrer nofollow"' in html


def test_all_links_of_a_report_keep_its_period(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, "?period=7d&compare=none")
    for _tag, _name, link in [a for a in Attributes(html).found if a[:2] == ("a", "href")]:
        pairs = dict(parse_qsl(urlsplit(link).query))
        if "f" in pairs or any(name.startswith("tab_") for name in pairs):
            assert (pairs["period"], pairs["compare"]) == ("7d", "none")


def test_what_is_not_theirs_does_not_exist(bakery: Site, client: Client) -> None:
    paths = [f"/sites/{bakery.key}{rest}" for rest in ("", "/live-count", "/sources", "/pages/exit")]
    assert {client.get(path).status_code for path in paths} == {302}
    client.force_login(people.stranger())
    assert {client.get(path).status_code for path in paths} == {404}
    client.force_login(people.client_person())
    assert {client.get(path).status_code for path in paths} == {200}


def test_a_strict_site_tells_of_no_organisation_of_fewer_than_five(
    bakery: Site, reading: Store, reseller: Client
) -> None:
    start = clock.to_ms(visits.NOW) - visits.DAY
    for organisation, visitors in (("Few Ltd", 4), ("Many Ltd", 5)):
        for number in range(visitors):
            visits.add(
                reading, list(visits.visit(bakery.pk, 6000 + visitors * 100 + number, start, organisation=organisation))
            )
    words = text_of(page(reseller, bakery, "/places/organisations"))
    assert "Few Ltd" in words
    bakery.privacy = "strict"
    bakery.save()
    for path in ("/places/organisations", "?tab_places=organisations"):
        html = page(reseller, bakery, path)
        assert "Many Ltd" in html
        assert "Few Ltd" not in html
        assert "f=is:organisation" not in html
    assert "Few Ltd" not in page(reseller, bakery, "?f=is:organisation:Few%20Ltd")


def test_a_wrong_pattern_is_explained(bakery: Site, reseller: Client) -> None:
    response = reseller.get(f"/sites/{bakery.key}?f=matches:page:[")
    assert response.status_code == 400
    assert "no regular expression" in response.content.decode()


def test_an_unknown_report_does_not_exist(bakery: Site, reseller: Client) -> None:
    assert reseller.get(f"/sites/{bakery.key}/nonsense").status_code == 404
    assert reseller.get(f"/sites/{bakery.key}/pages/nonsense").status_code == 404


def test_the_live_count_is_a_fragment(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, "/live-count")
    assert "1 visitor" in html
    assert "<html" not in html


def test_while_the_store_is_away_the_page_says_so(bakery: Site, reseller: Client) -> None:
    page(reseller, bakery)
    current.use(None)
    response = reseller.get(f"/sites/{bakery.key}")
    assert response.status_code == 503
    assert "Visits are counted all the same" in response.content.decode()


def test_the_page_speaks_the_readers_numbers(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, headers={"Accept-Language": "nl"})
    assert "25 okt – 23 nov 2026" in text_of(html)
    assert "Duitsland" in html
