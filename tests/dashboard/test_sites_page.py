"""The account page as the server sends it: who sees which sites, search, filters, order and pages."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import people
from tests.dashboard import visits
from tests.dashboard.account_page import customer, listed, many, page, text_of
from trailhouse.accounts.models import User
from trailhouse.accounts.selectors import instance
from trailhouse.core import clock
from trailhouse.dashboard.account_state import SORTS, AccountState, parse
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites import labelling
from trailhouse.sites.models import Membership, Section, Site
from trailhouse.sites.services import NewSite, add_site

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (people.reseller, ["harbour-bakery.example", "vanleer-law.example"]),
        (people.colleague, ["harbour-bakery.example", "vanleer-law.example"]),
        (people.client_person, ["harbour-bakery.example"]),
        (people.bookkeeper, []),
        (people.stranger, ["elsewhere.example"]),
        (people.operator, []),
    ],
)
def test_everybody_sees_their_sites_alone(client: Client, who: Callable[[], User], sees: list[str]) -> None:
    people.bakery(), people.law_firm(), people.stranger()
    client.force_login(who())
    html = page(client)
    assert listed(html) == sees
    assert [
        domain for domain in ("vanleer-law.example", "elsewhere.example") if domain in html and domain not in sees
    ] == []


def test_a_row_holds_figures_with_their_change_a_line_and_who_is_there_now(bakery: Site, reseller: Client) -> None:
    html = page(reseller)
    overview = text_of(reseller.get(f"/sites/{bakery.key}").content.decode())
    row = text_of(html[html.index("<tbody>", html.index("cards sites")) :])
    found = re.search(r"harbour-bakery\.example Counting ([\d,]+) (\S+%) ([\d,]+) (\S+%) (\d+) Script", row)
    assert found, row[:400]
    visitors, moved, pageviews, moved_views, now = found.groups()
    assert f"Visitors {visitors} {moved}" in overview
    assert f"Pageviews {pageviews} {moved_views}" in overview
    assert now == "1"
    assert 'role="img" aria-label="Visitors a day in 30 days: from 4 to ' in html
    assert not re.search(r"<[^>]+ style=", html)


def test_sums_are_over_all_sites_that_the_filter_shows(bakery: Site, reading: Store, reseller: Client) -> None:
    visits.fill(reading, people.law_firm().pk)
    (one,) = re.findall(r"Visitors in 30 days ([\d,]+)", text_of(page(reseller, "?q=bakery")))
    (both,) = re.findall(r"Visitors in 30 days ([\d,]+)", text_of(page(reseller)))
    assert int(both) == 2 * int(one)  # the same visitors at both sites: they are never matched
    assert "added up over sites, never matched across them" in text_of(page(reseller))


def test_somebody_who_may_not_see_the_overview_sees_no_figures(bakery: Site, client: Client) -> None:
    user = people.client_person()
    Membership.objects.filter(user=user).update(sections=[Section.SOURCES])
    client.force_login(user)
    html = page(client)
    assert listed(html) == ["harbour-bakery.example"]
    assert 'class="spark"' not in html
    assert re.search(r"Counting|Waiting", text_of(html))
    assert re.search(r"Visitors in 30 days – ", text_of(html))


def test_the_page_stays_readable_while_the_store_is_away(reseller: Client) -> None:
    people.bakery()
    current.use(None)
    html = page(reseller, "?sort=-visitors")
    assert listed(html) == ["harbour-bakery.example"]
    assert "The statistics cannot be read just now" in html


def test_the_state_says_what_a_site_is_doing(bakery: Site, reading: Store, reseller: Client) -> None:
    law_firm = people.law_firm()
    Site.objects.filter(pk=law_firm.pk).update(counts=False)
    new = add_site(people.account(), NewSite("new.example"), by=None)
    going = add_site(people.account(), NewSite("old.example"), by=None)
    Site.objects.filter(pk=going.pk).update(delete_at=clock.now() + timedelta(days=7))
    said = text_of(page(reseller))
    assert "harbour-bakery.example Counting" in said  # by its visits, though nobody has opened its overview yet
    assert "vanleer-law.example Paused" in said
    assert "new.example Waiting for the first visit since 23 Nov 2026" in said
    assert "old.example Being deleted on 30 Nov 2026" in said
    assert "Sites 4 1 waiting, 1 paused, 1 being deleted" in said
    for state, domain in (
        ("counting", bakery.domain),
        ("paused", law_firm.domain),
        ("waiting", new.domain),
        ("deleting", going.domain),
    ):
        assert listed(page(reseller, f"?state={state}")) == [domain]


@pytest.fixture
def three(reading: Store) -> None:
    """The bakery with a name, a client and two labels, the law firm with one label, and a third site; one visitor each
    more."""
    bakery, law_firm = people.bakery(), people.law_firm()
    third = add_site(people.account(), NewSite("zoo.example"), by=None)
    Site.objects.filter(pk=bakery.pk).update(name="Wonderful Bread", client=customer())
    labelling.add_label([bakery, law_firm], "EU", by=None)
    labelling.add_label([bakery], "Shops", by=None)
    start = clock.to_ms(visits.NOW)
    for site, number, ago in ((law_firm, 1, 60_000), (third, 2, 3_600_000), (bakery, 3, 7_200_000)):
        events = [e for n in range(number) for e in visits.visit(site.pk, n, start - ago, ("/",) * (5 - number))]
        visits.add(reading, events)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("?q=law", ["vanleer-law.example"], id="a part of the domain"),
        pytest.param("?q=WONDERFUL", ["Wonderful Bread"], id="the name, in any case"),
        pytest.param("?q=bakery+bv", ["Wonderful Bread"], id="the client, all words"),
        pytest.param("?q=nothing", [], id="nothing"),
        pytest.param("?label=eu", ["vanleer-law.example", "Wonderful Bread"], id="a label"),
        pytest.param("?label=EU&q=example&state=counting&q=bread", ["Wonderful Bread"], id="all of several filters"),
        pytest.param("?sort=site", ["vanleer-law.example", "Wonderful Bread", "zoo.example"], id="by name"),
        pytest.param("?sort=-site", ["zoo.example", "Wonderful Bread", "vanleer-law.example"], id="backwards"),
        pytest.param("?sort=-visitors", ["Wonderful Bread", "zoo.example", "vanleer-law.example"], id="by visitors"),
        pytest.param("?sort=visitors", ["vanleer-law.example", "zoo.example", "Wonderful Bread"], id="fewest first"),
        pytest.param("?sort=-pageviews", ["Wonderful Bread", "zoo.example", "vanleer-law.example"], id="by pageviews"),
        pytest.param("?sort=-now", ["vanleer-law.example", "Wonderful Bread", "zoo.example"], id="who is there now"),
        pytest.param("?sort=-client", ["Wonderful Bread", "vanleer-law.example", "zoo.example"], id="by client"),
        pytest.param("?sort=-labels", ["Wonderful Bread", "vanleer-law.example", "zoo.example"], id="by labels"),
    ],
)
def test_search_filters_and_order_are_in_the_address(reseller: Client, query: str, found: list[str]) -> None:
    assert listed(page(reseller, query)) == found


def test_a_page_is_called_by_what_it_shows_and_by_the_product(bakery: Site, reseller: Client) -> None:
    assert "<title>Sites · Trailhouse</title>" in page(reseller)
    assert f"<title>{bakery.domain} · Trailhouse</title>" in reseller.get(f"/sites/{bakery.key}").content.decode()
    assert "<title>Sign in · Trailhouse</title>" in Client().get(reverse("account_login")).content.decode()


@pytest.mark.usefixtures("three")
def test_a_client_is_filtered_by_and_a_click_on_it_does_so(reseller: Client) -> None:
    html = page(reseller)
    query = f"?client={customer().pk}"
    assert f'href="{query}"' in html
    assert 'href="?label=Shops"' in html
    assert listed(page(reseller, query)) == ["Wonderful Bread"]


def test_somebody_elses_client_and_label_are_no_filter_to_find_them_by(client: Client, reading: Store) -> None:
    user = people.client_person()
    Site.objects.update(client=customer(), labels=["slow payer"])
    client.force_login(user)
    assert "slow payer" not in page(client)
    assert listed(page(client, "?label=slow+payer")) == []
    assert listed(page(client, f"?client={customer().pk}")) == []
    assert listed(page(client, "?q=bv")) == []


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=x",
        "?page=999999999999",
        "?sort=drop",
        "?state=gone",
        "?client=x",
        "?client=%00",
        "?q=%00",
        "?a=b",
    ],
)
@pytest.mark.usefixtures("three")
def test_parameters_that_make_no_sense_are_left_out(reseller: Client, query: str) -> None:
    assert len(listed(page(reseller, query))) == 3


@pytest.mark.parametrize("sort", [f"{way}{column}" for column in SORTS for way in ("", "-")])
def test_a_state_survives_its_address(sort: str) -> None:
    state = AccountState("a & b", "Überlabel", "7", "paused", sort, 3)
    values = dict(re.findall(r"(\w+)=([^&]*)", state.query()))
    assert values.keys() <= {"q", "label", "client", "state", "sort", "page"}
    from django.http import QueryDict

    assert parse(QueryDict(state.query()).dict()) == state
    assert parse({}) == AccountState()
    assert AccountState().url() == "?"


def test_a_page_has_a_hundred_sites_and_links_to_the_others(reseller: Client, reading: Store) -> None:
    many(230)
    first, last = page(reseller, "?sort=-site"), page(reseller, "?sort=-site&page=9")
    assert (len(listed(first)), len(listed(last))) == (100, 30)
    assert listed(last)[-1] == "site-0000.example"
    assert 'href="?sort=-site&amp;page=2"' in first
    assert "1–100 of 230" in text_of(first)
    assert "201–230 of 230" in text_of(last)


def test_the_number_of_database_queries_does_not_grow_with_the_sites(reseller: Client, reading: Store) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert reseller.get(path).status_code == 200
        return len(captured)

    people.bakery(), people.law_firm()
    instance()  # its row is made when it is first asked for
    key = people.bakery().key
    few = [queries(path) for path in ("/sites", "/sites/add", f"/sites/{key}/script")]
    many(150)
    assert [queries(path) for path in ("/sites", "/sites/add", f"/sites/{key}/script")] == few
    assert few[0] <= 22


def test_the_switcher_holds_twenty_sites_and_a_search_for_the_others(reseller: Client, reading: Store) -> None:
    people.bakery()
    assert "Search your sites" not in page(reseller)
    many(50)
    html = reseller.get(f"/sites/{people.bakery().key}/script").content.decode()
    sheet = html[html.index('class="switch"') : html.index("</details>")]
    assert sheet.count('href="/sites/') == 20 + 1  # and adding one
    assert "Search your sites" in sheet


def test_a_search_as_you_type_gets_the_list_alone_and_its_address(reseller: Client, reading: Store) -> None:
    people.bakery(), people.law_firm()
    answer = reseller.get("/sites?q=law&label=&state=&sort=site", headers={"HX-Request": "true", "HX-Target": "list"})
    html = answer.content.decode()
    assert listed(html) == ["vanleer-law.example"]
    assert "<html" not in html
    assert answer["HX-Push-Url"] == "/sites?q=law"


def test_hostile_names_are_text(reseller: Client, reading: Store) -> None:
    Site.objects.filter(pk=people.bakery().pk).update(
        name=visits.HOSTILE, labels=[visits.HOSTILE], client=customer("<b>")
    )
    html = page(reseller)
    assert "<img" not in html
    assert "<b></td>" not in html
