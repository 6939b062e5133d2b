"""People, invitations and clients over HTTP: one's own, another's and nothing; the same rules as the pages."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client as Browser

from tests import people
from tests.api.shapes import misfits_of
from trailhouse.accounts.models import Account, AuditEntry
from trailhouse.accounts.services import create_api_key
from trailhouse.api import access
from trailhouse.api.api import api
from trailhouse.api.openapi import operations
from trailhouse.core.errors import UserError
from trailhouse.outbox.models import Mail
from trailhouse.sites import invitations, segments
from trailhouse.sites.clients import ClientValues, add_client
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Client, Invitation, Membership, Role
from trailhouse.sites.roles import Grant
from trailhouse.sites.segments import SegmentText

pytestmark = pytest.mark.django_db

BAKERY = "harbour-bakery.example"
GUEST = "new@elsewhere.example"
# name → method, path below the account, body; {person} and so on name something that is there.
OPERATIONS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "people": ("GET", "/people", None),
    "change person": ("PUT", "/people/{person}", {"role": "super"}),
    "delete person": ("DELETE", "/people/{person}", None),
    "invitations": ("GET", "/invitations", None),
    "invite": ("POST", "/invitations", {"email": GUEST, "role": "standard", "sites": [BAKERY]}),
    "delete invitation": ("DELETE", "/invitations/{invitation}", None),
    "resend": ("POST", "/invitations/{invitation}/resend", None),
    "clients": ("GET", "/clients", None),
    "add client": ("POST", "/clients", {"name": "New client"}),
    "client": ("GET", "/clients/{client}", None),
    "change client": ("PUT", "/clients/{client}", {"name": "Other name"}),
    "delete client": ("DELETE", "/clients/{client}", None),
}


@pytest.fixture(autouse=True)
def _rested() -> Iterator[None]:
    access._asked.clear()
    yield
    access._asked.clear()


def key(account: Account | None = None, **values: Any) -> str:
    """A new key that may change people."""
    account = account or people.account()
    return create_api_key(account, by=account.owner, **{"scopes": ["people"], **values})[1]


def ask(method: str, path: str, body: Any = None, *, token: str | None = None, account: int | None = None) -> Any:
    """The answer to a request at the reseller's account."""
    address = f"/api/v1/accounts/{people.account().pk if account is None else account}{path}"
    headers = {"Authorization": f"Bearer {key() if token is None else token}"}
    data = b"" if body is None else json.dumps(body)
    return Browser().generic(method, address, data, content_type="application/json", headers=headers)


def held(account: Account) -> dict[str, int]:
    """One of each thing in the account."""
    site = account.sites.order_by("id")[0]
    member = Membership.objects.filter(account=account, site=site, role=Role.STANDARD).first()
    if member is None:
        member = Membership.objects.create(
            account=account, site=site, role=Role.STANDARD, user=people.person("gil@b.example", "Gil", "Gil")
        )
    offer = NewInvitation("waits@elsewhere.example", Grant(Role.STANDARD, sites=(site,)))
    return {
        "person": member.pk,
        "invitation": invitations.invite(account, account.owner, offer)[0].pk,
        "client": add_client(account, ClientValues("Held client"), by=account.owner).pk,
    }


def operate(name: str, ids: dict[str, int], **options: Any) -> Any:
    method, path, body = OPERATIONS[name]
    return ask(method, path.format(**ids), body, **options)


def state() -> tuple[Any, ...]:
    """All that an operation could change."""
    tables = (Membership, Invitation, Client, Mail, AuditEntry)
    return tuple(sorted(map(repr, table.objects.values_list())) for table in tables)


# -- whose


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_does_everything_in_its_account(name: str) -> None:
    people.client_person()
    answer = operate(name, held(people.account()))
    assert answer.status_code == 200, answer.content
    assert "X-RateLimit-Remaining" in answer


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_anothers_does_not_exist(name: str) -> None:
    people.client_person()
    mine, other = held(people.account()), people.stranger().accounts.get()
    theirs, token = held(other), key()
    before = state()
    wrong = [operate(name, theirs, token=token, account=account) for account in (other.pk, 987_654, 10**30)]
    if "{" in OPERATIONS[name][1]:
        wrong += [operate(name, theirs, token=token), operate(name, dict.fromkeys(mine, 987_654), token=token)]
    for answer in wrong:
        assert answer.status_code == 404
        assert "elsewhere.example" not in answer.content.decode()
    assert state() == before


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_needs_the_scope_and_an_account_that_is_not_suspended(name: str) -> None:
    people.client_person()
    ids, token = held(people.account()), key()
    other = key(scopes=["sites", "stats"])
    before = state()
    assert operate(name, ids, token=other).status_code == 401
    assert operate(name, ids, token="wrong").status_code == 401
    Account.objects.filter(pk=people.account().pk).update(suspended_at="2026-01-01T00:00:00Z")
    assert operate(name, ids, token=token).status_code == 403
    assert state() == before


def test_a_key_for_some_sites_cannot_have_the_scope() -> None:
    with pytest.raises(UserError) as refusal:
        key(site_ids=[people.bakery().pk])
    assert refusal.value.code == "limited_key"


def test_the_key_tells_its_account() -> None:
    people.stranger()
    headers = {"Authorization": f"Bearer {key()}"}
    told = Browser().get("/api/v1/accounts", headers=headers).json()
    assert told == {
        "accounts": [
            {"id": people.account().pk, "name": "Northlight Studio", "timezone": "Europe/Amsterdam", "currency": "EUR"}
        ]
    }


# -- people


def test_people_are_listed_with_what_they_see_and_changed() -> None:
    people.client_person()
    people.client_member()
    told = ask("GET", "/people").json()
    assert told["administrator"]["email"] == people.RESELLER
    assert [(one["email"], one["site"], one["client"], one["everywhere"]) for one in told["people"]] == [
        ("baker@harbour-bakery.example", BAKERY, None, False),
        ("owner@harbour-bakery.example", None, people.client().pk, False),
    ]
    first = told["people"][0]["id"]
    body = {"role": "super", "sections": ["sources", "overview"], "ends_at": "2099-12-31"}
    changed = ask("PUT", f"/people/{first}", body).json()
    assert (changed["role"], changed["sections"]) == ("super", ["overview", "sources"])
    one = Membership.objects.get(pk=first)
    assert one.ends_at == datetime(2099, 12, 31, 23, tzinfo=UTC)  # the day's end in Amsterdam
    kept = ask("PUT", f"/people/{first}", {"role": "standard"}).json()
    assert (kept["sections"], kept["ends_at"]) == (["overview", "sources"], "2099-12-31T23:00:00+00:00")
    assert ask("PUT", f"/people/{first}", {"ends_at": None}).json()["ends_at"] is None
    given = AuditEntry.objects.filter(action="person.role", subject="baker@harbour-bakery.example")
    assert given.count() == 4  # with the one that the cast began with


@pytest.mark.parametrize(
    "body",
    [
        {"role": "administrator"},
        {"role": "bookkeeper"},
        {"sections": ["money"]},
        {"may_add_sites": True},
        {"ends_at": "2020-01-01"},
        {"ends_at": "9999-12-31"},
        {"ends_at": "2099-12-31T12:00:00"},
        {"ends_at": "tomorrow"},
        {"email": "other@b.example"},
        [],
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(body: Any) -> None:
    people.client_person()
    ids, token = held(people.account()), key()
    before = state()
    answer = ask("PUT", f"/people/{ids['person']}", body, token=token)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "code"}
    assert state() == before


def test_somebody_is_confined_to_a_segment_of_the_site_and_to_no_other_one() -> None:
    phones = [{"how": "", "any": [["is", "visit:device", ["Mobile"]]]}]
    own, foreign = (
        segments.add(site, SegmentText("Phones", own=False, groups=phones), by=people.reseller())
        for site in (people.bakery(), people.law_firm())
    )
    one = Membership.objects.get(user=people.client_person())
    path = f"/people/{one.pk}"
    assert ask("PUT", path, {"segment": own.pk}).json()["segment"] == own.pk
    assert ask("PUT", path, {"sections": ["sources"]}).json()["segment"] == own.pk, "what is not sent stays"
    assert ask("PUT", path, {"role": "super"}).status_code == 400
    assert ask("PUT", path, {"segment": foreign.pk}).status_code == 404
    assert ask("PUT", path, {"segment": None}).json()["segment"] is None
    offer = {"email": GUEST, "role": "standard", "sites": [BAKERY]}
    assert ask("POST", "/invitations", offer | {"segment": own.pk}).json()["segment"] == own.pk
    assert ask("POST", "/invitations", offer | {"segment": foreign.pk}).status_code == 404


def test_lists_come_in_pages() -> None:
    people.client_person(), people.client_member(), people.colleague()
    numbers = [one["id"] for one in ask("GET", "/people").json()["people"]]
    first = ask("GET", "/people?limit=2").json()
    assert [one["id"] for one in first["people"]] == numbers[:2]
    assert first["meta"]["before"] is None
    second = ask("GET", f"/people?limit=2&after={first['meta']['after']}").json()
    assert [one["id"] for one in second["people"]] == numbers[2:]
    assert second["meta"]["after"] is None
    back = ask("GET", f"/people?limit=2&before={second['meta']['before']}").json()
    assert back == first
    for wrong in ("limit=0", "after=x", "before=-1", "after=99999999999999999999"):
        assert ask("GET", f"/people?{wrong}").status_code == 400


# -- invitations


def test_somebody_is_invited_by_mail_and_the_link_is_told_only_where_none_is_sent(
    settings: Any,
) -> None:
    people.bakery()
    body = {"email": GUEST, "role": "standard", "sites": [BAKERY], "sections": ["overview"], "ends_at": "2099-12-31"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    told = ask("POST", "/invitations", body).json()
    assert "link" not in told
    assert (told["email"], told["sites"], told["sections"]) == (GUEST, [BAKERY], ["overview"])
    assert Mail.objects.get(to=GUEST).template == "sites/invitation"
    listed = ask("GET", "/invitations").json()["invitations"]
    assert listed == [told]
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    again = ask("POST", f"/invitations/{told['id']}/resend").json()
    token = again["link"].rpartition("/")[2]
    assert invitations.open_invitation(token).pk == told["id"]
    assert ask("DELETE", f"/invitations/{told['id']}").json() == {"deleted": True}
    with pytest.raises(UserError):
        invitations.open_invitation(token)
    assert ask("GET", "/invitations").json()["invitations"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"sites": []}, 400),
        ({"sites": [BAKERY], "everywhere": True}, 400),
        ({"sites": ["elsewhere.example"]}, 404),
        ({"client": 987_654}, 404),
        ({"sites": [BAKERY], "role": "bookkeeper"}, 400),
        ({"sites": [BAKERY], "email": "nobody"}, 400),
        ({"sites": [BAKERY], "email": people.RESELLER}, 409),
        ({"sites": [BAKERY], "may_add_sites": True}, 400),
    ],
)
def test_a_wrong_invitation_is_refused_and_nothing_is_sent(body: dict[str, Any], status: int) -> None:
    people.bakery()
    people.stranger()
    token = key()
    before = state()
    answer = ask("POST", "/invitations", {"email": GUEST, "role": "standard", **body}, token=token)
    assert answer.status_code == status, answer.content
    assert state() == before


# -- clients


def test_a_client_is_added_changed_and_deleted_with_its_sites() -> None:
    people.bakery()
    values = {"name": "Harbour Bakery", "contact": "Onno", "email": "o@b.example", "language": "nl", "sites": [BAKERY]}
    added = ask("POST", "/clients", values).json()
    assert added == {"id": added["id"], "address": "", "note": "", **values}
    path = f"/clients/{added['id']}"
    assert ask("GET", path).json() == added
    kept = ask("PUT", path, {"name": "Bakery", "address": "Havenplein 7\nDen Helder"}).json()
    assert (kept["name"], kept["contact"], kept["sites"]) == ("Bakery", "", [BAKERY])
    assert ask("PUT", path, {"name": "Bakery", "sites": []}).json()["sites"] == []
    assert ask("POST", "/clients", {"name": "Bakery"}).status_code == 409
    assert ask("DELETE", path).json() == {"deleted": True}
    assert ask("GET", "/clients").json()["clients"] == []
    assert people.bakery().client is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": "x" * 121},
        {"name": "x", "email": "x"},
        {"name": "x", "language": "xx"},
    ],
)
def test_a_wrong_client_is_refused(body: dict[str, Any]) -> None:
    assert ask("POST", "/clients", body).status_code == 400
    assert not Client.objects.exists()


def test_a_client_with_a_site_of_another_account_is_not_half_written() -> None:
    people.stranger()
    assert ask("POST", "/clients", {"name": "Half", "sites": ["elsewhere.example"]}).status_code == 404
    assert not Client.objects.exists()


def test_many_sites_are_found_by_few_questions_however_often_they_are_named(django_assert_max_num_queries: Any) -> None:
    site, other = people.bakery(), people.law_firm()
    token, names = key(), [BAKERY, f"www.{BAKERY}", site.key, other.domain] * 100
    with django_assert_max_num_queries(60):
        answer = ask("POST", "/clients", {"name": "New client", "sites": names}, token=token)
    assert answer.json()["sites"] == sorted([BAKERY, other.domain])
    assert ask("POST", "/clients", {"name": "Another", "sites": [BAKERY, "elsewhere.example"]}).status_code == 404
    assert not Client.objects.filter(name="Another").exists()


def test_answers_have_the_shape_that_is_told() -> None:
    told = {one["operationId"]: one for _method, _path, one in operations(api.get_openapi_schema())}
    people.client_member()
    people.client_person()
    invited = ask("POST", "/invitations", {"email": GUEST, "role": "standard", "sites": [BAKERY]})
    for name, answer in {
        "invite": invited,
        "list_people": ask("GET", "/people"),
        "list_clients": ask("GET", "/clients"),
    }.items():
        assert misfits_of(answer, told[name]) == []
