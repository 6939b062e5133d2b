"""New terms: owners are asked at their next page, may put it off for a while, then have to; nobody else sees it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.accounts.mails import words
from trailhouse.accounts import terms
from trailhouse.accounts.instance import publish_terms
from trailhouse.accounts.models import Acceptance, Account, AuditEntry, Terms, User
from trailhouse.core import clock

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SPRING = datetime(2026, 3, 9, 12, tzinfo=UTC)
FIRST = "Be kind.\n\nPay in time."
SECOND = "Be kind.\n\nPay within 14 days.\n\nLeave <script>alert(1)</script> out."


@pytest.fixture(autouse=True)
def _in_spring() -> Iterator[None]:
    with clock.frozen(SPRING):
        people.bakery()
        yield


def published(version: str, text: str, days: int = 0) -> Terms:
    """A version of the terms, published so many days later."""
    with clock.frozen(SPRING + days * DAY):
        return publish_terms(version, text, by=people.operator())


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in."""
    client.force_login(people.reseller())
    return client


def asks(answer: Any) -> bool:
    """Whether an answer leads to the page of new terms."""
    return bool(answer.status_code == 302) and bool(answer["Location"].startswith("/terms/accept"))


def accept(client: Client, version: str) -> Any:
    return client.post("/terms/accept", {"version": version, "next": "/sites/add"})


def test_where_none_are_published_nobody_is_asked(reseller: Client) -> None:
    assert reseller.get("/sites").status_code == 200
    assert reseller.get("/terms/accept")["Location"] == "/"


def test_an_owner_is_asked_at_the_next_page_and_accepts_once(reseller: Client) -> None:
    published("1", FIRST)
    answer = reseller.get("/sites/add?x=1")
    assert answer["Location"] == "/terms/accept?next=%2Fsites%2Fadd%3Fx%3D1"
    page = words(reseller.get(answer["Location"]))
    assert "There is time until 8 Apr 2026" in page
    assert "Northlight Studio" in page
    assert accept(reseller, "1")["Location"] == "/sites/add"
    assert reseller.get("/sites").status_code == 200
    row = Acceptance.objects.get()
    assert (row.terms.version, row.account, row.user, row.at) == ("1", people.account(), people.reseller(), SPRING)
    assert AuditEntry.objects.get(action="terms.accepted").account == people.account()
    assert terms.accept(row.terms, people.reseller()) == 0
    settings = words(reseller.get(f"/accounts/{people.account().pk}/settings"))
    assert "1 9 Mar 2026" in settings
    assert "Marijke Kok" in settings


def test_a_later_version_says_what_is_new(reseller: Client) -> None:
    published("1", FIRST)
    accept(reseller, "1")
    published("2", SECOND, 1)
    page = reseller.get("/terms/accept")
    said = words(page)
    assert "What is new since version 1" in said
    assert "No longer there Pay in time." in said
    assert "New Pay within 14 days." in said
    assert "New Be kind." not in said
    assert "<script>alert" not in page.content.decode()


def test_what_was_not_shown_is_not_accepted(reseller: Client) -> None:
    published("1", FIRST)
    published("2", SECOND, 1)
    assert accept(reseller, "1").status_code == 409
    assert not Acceptance.objects.exists()


def test_statistics_stay_readable_for_30_days_and_then_it_has_to_be(reseller: Client) -> None:
    published("1", FIRST)
    key = people.bakery().key
    assert asks(reseller.get("/sites"))
    assert reseller.post("/terms/later", {"next": "/sites"})["Location"] == "/sites"
    assert reseller.get("/sites").status_code == 200
    other = Client()
    other.force_login(people.reseller())
    assert asks(other.get("/sites")), "the next session asks again"
    with clock.frozen(SPRING + 29 * DAY):
        assert reseller.get("/sites").status_code == 200
    with clock.frozen(SPRING + 30 * DAY):
        for path in ("/sites", f"/sites/{key}", f"/sites/{key}/settings", "/sites/add"):
            assert asks(reseller.get(path)), path
        assert asks(reseller.post("/sites/add", {"domain": "new.example"}))
        fragment = reseller.get(f"/sites/{key}/live-count", headers={"hx-request": "true"})
        assert fragment["HX-Redirect"].startswith("/terms/accept")
        reseller.post("/terms/later")
        assert asks(reseller.get("/sites"))
        assert "Later" not in words(reseller.get("/terms/accept"))
        for path in ("/profile", "/profile/security", f"/accounts/{people.account().pk}/settings", "/terms"):
            assert reseller.get(path).status_code == 200, path
        accept(reseller, "1")
        assert reseller.get("/sites").status_code == 200


def test_a_newer_version_gives_no_more_time(reseller: Client) -> None:
    published("1", FIRST)
    published("2", SECOND, 20)
    with clock.frozen(SPRING + 31 * DAY):
        asked = terms.asked_of(people.reseller())
    assert asked is not None
    assert (asked.terms.version, asked.until) == ("2", SPRING + 30 * DAY)
    with clock.frozen(SPRING + 21 * DAY):
        accept(reseller, "2")
    published("3", FIRST, 40)
    asked = terms.asked_of(people.reseller())
    assert asked is not None
    assert asked.until == SPRING + 70 * DAY


@pytest.mark.parametrize(
    "who", [people.client_member, people.site_super, people.adding_super, people.operator], ids=lambda who: who.__name__
)
def test_nobody_but_owners_sees_it(client: Client, who: Callable[[], User]) -> None:
    client.force_login(who())
    published("1", FIRST)
    with clock.frozen(SPRING + 99 * DAY):
        assert client.get("/profile").status_code == 200
        assert not asks(client.get("/profile"))
    assert terms.asked_of(who()) is None


def test_a_closed_account_and_the_demo_are_not_asked_about() -> None:
    published("1", FIRST)
    Account.objects.filter(pk=people.account().pk).update(demo=True)
    assert terms.asked_of(people.reseller()) is None
    Account.objects.update(demo=False, closed_at=SPRING)
    assert terms.asked_of(people.reseller()) is None


def test_while_looking_as_another_nothing_is_asked(reseller: Client) -> None:
    site, member = people.bakery(), people.client_person().memberships.get()
    reseller.post(f"/sites/{site.key}/view-as/{member.pk}")
    published("1", FIRST)
    assert not asks(reseller.get("/sites"))
    reseller.post("/view-as/stop")
    assert asks(reseller.get("/sites"))


def test_the_page_leads_to_no_foreign_address(reseller: Client) -> None:
    published("1", FIRST)
    assert reseller.post("/terms/later", {"next": "https://evil.example/"})["Location"] == "/"
    assert reseller.post("/terms/later", {"next": "//evil.example/"})["Location"] == "/"
