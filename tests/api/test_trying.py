"""The page to try questions out: it answers as the API does, for who is signed in, and shows the command."""

import html
import json
import shlex

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_overview import text_of
from trailhouse.api import trying
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites.models import Membership, Section, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(store: Store, client: Client) -> Site:
    bakery = people.bakery()
    visits.fill(store, bakery.pk)
    current.use(store)
    client.force_login(people.reseller())
    return bakery


def asked(client: Client, site: Site, query: object) -> tuple[int, str]:
    text = query if isinstance(query, str) else json.dumps(query)
    with clock.frozen(visits.NOW):
        response = client.post("/api/try", {"site": site.key, "query": text})
    return response.status_code, response.content.decode()


@pytest.mark.parametrize("name", trying.EXAMPLES)
def test_every_example_has_an_answer(site: Site, client: Client, name: str) -> None:
    status, page = asked(client, site, trying.EXAMPLES[name][1])
    assert status == 200
    assert "The same by program" in page


def test_the_answer_is_the_apis_and_the_command_asks_the_same(site: Site, client: Client) -> None:
    _, page = asked(client, site, {"metrics": ["pageviews"], "date_range": "7d"})
    command = html.unescape(page.partition('id="curl" tabindex="0">')[2].partition("</code>")[0])
    words = shlex.split(command.replace("\\\n", " "))
    body = json.loads(words[words.index("-d") + 1])
    assert body == {"metrics": ["pageviews"], "date_range": "7d", "site_id": site.domain}
    from trailhouse.accounts.services import create_api_key

    key = create_api_key(site.account, by=site.account.owner)[1]
    with clock.frozen(visits.NOW):
        told = client.post(
            "/api/v2/query", json.dumps(body), "application/json", headers={"Authorization": f"Bearer {key}"}
        ).json()
    shown = json.loads(html.unescape(page.partition('aria-label="Answer">')[2].partition("</code>")[0]))
    assert shown == told


@pytest.mark.parametrize(
    ("query", "said"),
    [("{", "no JSON object"), ({"metrics": ["nonsense"], "date_range": "7d"}, "nonsense"), ({}, "date_range")],
)
def test_what_is_wrong_is_said_beside_the_question(site: Site, client: Client, query: object, said: str) -> None:
    status, page = asked(client, site, query)
    assert status == 400
    assert said in text_of(page)
    assert "<textarea" in page


def test_a_question_cannot_ask_about_another_site(site: Site, client: Client) -> None:
    _, page = asked(client, site, {"metrics": ["visitors"], "date_range": "7d", "site_id": "elsewhere.example"})
    assert "elsewhere.example" not in page.partition('aria-label="Answer">')[2].partition("</code>")[0]
    other = people.stranger().accounts.get().sites.get()
    assert client.post("/api/try", {"site": other.key, "query": "{}"}).status_code == 404


def test_whoever_sees_some_sections_alone_cannot_ask(site: Site, client: Client) -> None:
    member = people.client_person()
    Membership.objects.filter(user=member).update(sections=[Section.PAGES])
    client.force_login(member)
    assert "No site yet" in client.get("/api/try").content.decode()
    assert client.post("/api/try", {"site": site.key, "query": "{}"}).status_code == 403


def test_the_page_needs_a_sign_in(client: Client) -> None:
    assert client.get("/api/try").status_code == 302
