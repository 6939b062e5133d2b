"""The list of sites, adding one, its script and the wait for the first visit."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.events.makers import NOON, event
from trailhouse.events import blocks, current
from trailhouse.events.store import Store
from trailhouse.sites import services
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(store: Store) -> Iterator[Store]:
    """The store, as this process's own."""
    current.use(store)
    yield store
    current.use(None)


@pytest.fixture
def reseller(client: Client) -> Client:
    """A browser where the reseller is signed in."""
    client.force_login(people.reseller())
    return client


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_the_list_shows_my_sites_and_their_state_and_nobody_elses(reseller: Client) -> None:
    bakery, law_firm = people.bakery(), people.law_firm()
    people.stranger()
    services.note_first_events({bakery.pk: bakery.added_at})
    services.change_site(law_firm, {"counts": False}, by=None)
    said = text(reseller.get("/sites"))
    assert "harbour-bakery.example Counting" in said
    assert "vanleer-law.example Paused" in said
    assert "elsewhere.example" not in said


@pytest.mark.parametrize(("language", "said"), [("en", "9 Mar 2026"), ("de", "9. März 2026"), ("nl", "9 mrt 2026")])
def test_the_list_writes_dates_as_the_reports_do(reseller: Client, language: str, said: str) -> None:
    Site.objects.filter(pk=people.bakery().pk).update(added_at=datetime(2026, 3, 9, 12, tzinfo=UTC))
    assert said in text(reseller.get("/sites", headers={"accept-language": language}))


def test_a_client_sees_one_site_and_no_way_to_add_another(client: Client) -> None:
    user = people.client_person()
    people.law_firm()
    user.accounts.all().delete()  # a client has no account
    client.force_login(user)
    assert client.get("/sites")["Location"] == f"/sites/{people.bakery().key}"
    for page in (client.get("/sites", follow=True), client.get("/profile")):
        assert "vanleer-law.example" not in text(page)
        assert "Add site" not in text(page)
    assert client.get("/sites/add").status_code == 403
    assert client.post("/sites/add", {"domain": "new.example"}).status_code == 403
    assert not Site.objects.filter(domain="new.example").exists()


def add(client: Client, domain: str, **changes: str) -> Any:
    """Send the form of a new site."""
    form = {"domain": domain, "account": str(people.account().pk), "timezone": "UTC", "privacy": "visits"}
    return client.post("/sites/add", form | changes)


def test_adding_a_site_leads_to_its_script(reseller: Client) -> None:
    assert 'value="Europe/Amsterdam" selected' in reseller.get("/sites/add").content.decode()
    answer = add(reseller, "https://www.New.example/", timezone="Asia/Kolkata", privacy="strict")
    site = Site.objects.get(domain="new.example")
    assert (site.timezone, site.privacy) == ("Asia/Kolkata", "strict")
    assert answer["Location"] == f"/sites/{site.key}/script"
    page = reseller.get(answer["Location"])
    assert f"&lt;script defer src=&quot;http://127.0.0.1:8000/s/{site.key}.js&quot;&gt;" in page.content.decode()
    assert "Waiting for the first visit" in text(page)
    assert "new.example was added. Its script goes to reseller@northlight.example as well" in text(page)


def test_where_no_mail_is_sent_none_is_announced(reseller: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    page = text(reseller.get(add(reseller, "new.example")["Location"]))
    assert "new.example was added." in page
    assert "as well" not in page


def test_who_adds_a_site_that_is_there_already_is_led_to_it(reseller: Client) -> None:
    site = people.bakery()
    answer = add(reseller, f"https://www.{site.domain}/?page=1")
    assert (answer.status_code, answer.context["there"]) == (422, site)
    assert f'<a class="link" href="/sites/{site.key}">Open {site.domain}</a>' in answer.content.decode()


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("a.example, b.example", "These are several domains. Add them one by one, or many at once."),
        ("a.example b.example/shop", "These are several domains."),
        ("localhost", "localhost is another one on every machine"),
        ("10.0.0.1", "is an address, not a domain"),
        ("co.uk", "is shared by many owners"),
        ("new.nosuchending", "No domain ends in .nosuchending"),
        ("harbour-bakery.example", "is in this account already"),
        ("<script>alert(1)</script>", "is no domain"),
        ("", "required"),
    ],
)
def test_a_refused_domain_is_explained_beside_its_field(reseller: Client, domain: str, said: str) -> None:
    people.bakery()
    answer = add(reseller, domain)
    assert answer.status_code == 422
    assert said in text(answer)
    assert "<script>alert" not in answer.content.decode()
    assert Site.objects.count() == 1


def test_a_site_is_not_added_to_an_account_that_is_not_mine(reseller: Client) -> None:
    theirs = people.stranger().accounts.get()
    assert add(reseller, "new.example", account=str(theirs.pk)).status_code == 422
    assert not Site.objects.filter(domain="new.example").exists()


def test_the_wait_turns_when_the_first_visit_is_counted(reseller: Client, at_work: Store) -> None:
    site = people.bakery()
    state = f"/sites/{site.key}/script/state"
    waiting = reseller.get(state).content.decode()
    assert f'hx-get="{state}"' in waiting
    assert "<html" not in waiting
    at_work.insert_block("events", blocks.of_events([event(NOON, site_id=site.pk, visit_started=NOON, by_key=True)]))
    seen = reseller.get(state)
    assert "The first visit has come" in text(seen)
    assert "hx-get" not in seen.content.decode()
    assert "Counting" in text(reseller.get("/sites"))


def test_without_javascript_the_waiting_page_reloads_itself(reseller: Client) -> None:
    page = reseller.get(f"/sites/{people.bakery().key}/script").content.decode()
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page
