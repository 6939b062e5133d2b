"""The operator's API over HTTP: accounts are made, suspended, restored and closed; usage is told. For operators."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests import people
from tests.accounts.mails import newest
from tests.events.makers import event
from tests.stats.test_answers import insert
from trailhouse.accounts.models import Account, ApiKey, Staff, User
from trailhouse.accounts.services import create_api_key
from trailhouse.api import access
from trailhouse.core.clock import to_ms
from trailhouse.core.errors import UserError
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox.models import Mail
from trailhouse.sites import hostnames

pytestmark = pytest.mark.django_db

NEW = {"email": "new@agency.example", "name": "New Agency", "language": "nl", "timezone": "Europe/Amsterdam"}
OPERATIONS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "accounts": ("GET", "/accounts", None),
    "make": ("POST", "/accounts", NEW),
    "account": ("GET", "/accounts/{account}", None),
    "suspend": ("POST", "/accounts/{account}/suspend", {"reason": "unpaid"}),
    "restore": ("POST", "/accounts/{account}/restore", {}),
    "close": ("POST", "/accounts/{account}/close", {"name": "Northlight Studio"}),
    "reopen": ("POST", "/accounts/{account}/reopen", {}),
    "usage": ("GET", "/usage?month=2026-03", None),
}


@pytest.fixture(autouse=True)
def _rested() -> Iterator[None]:
    access._asked.clear()
    yield
    access._asked.clear()


def key() -> str:
    """A new key of the operator."""
    return create_api_key(people.operator().accounts.get(), by=people.operator(), scopes=["operator"])[1]


def ask(method: str, path: str, body: Any = None, token: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key() if token is None else token}"}
    data = b"" if body is None else json.dumps(body)
    return Client().generic(method, f"/api/v1/operator{path}", data, content_type="application/json", headers=headers)


def operate(name: str, token: str) -> Any:
    method, path, body = OPERATIONS[name]
    return ask(method, path.format(account=people.account().pk), body, token)


# -- who


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_who_runs_the_instance_is_let_in(name: str) -> None:
    people.bakery()
    good = key()
    others = create_api_key(people.account(), by=people.reseller(), scopes=["stats", "sites", "people"])[1]
    assert operate(name, others).status_code == 401
    assert operate(name, "wrong").status_code == 401
    User.objects.filter(pk=people.operator().pk).update(staff=Staff.SUPPORT)
    answer = operate(name, good)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_operator")
    assert Account.objects.filter(suspended_at=None, closed_at=None).count() == 2


@pytest.mark.parametrize("who", [people.reseller, people.colleague])
def test_others_cannot_make_such_a_key(who: Any) -> None:
    with pytest.raises(UserError) as refusal:
        create_api_key(people.account(), by=who(), scopes=["operator"])
    assert refusal.value.code == "not_operator"
    with pytest.raises(UserError):
        create_api_key(people.account(), by=people.operator(), scopes=["operator"])
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("name", [name for name, (_, path, _body) in OPERATIONS.items() if "{" in path])
def test_an_account_that_does_not_exist_is_a_404(name: str) -> None:
    method, path, body = OPERATIONS[name]
    for number in (987_654, 10**30):
        assert ask(method, path.format(account=number), body).status_code == 404


# -- accounts


def test_an_account_is_made_and_its_owner_gets_a_link(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    answer = ask("POST", "/accounts", NEW)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    account = Account.objects.get(pk=told["id"])
    assert "link" not in told
    assert (told["email"], told["name"], told["state"], told["sites"]) == (
        "new@agency.example",
        "New Agency",
        "open",
        0,
    )
    assert (account.owner.language, account.timezone) == ("nl", "Europe/Amsterdam")
    token = newest(NEW["email"]).context["secret"]["token"]
    assert Client().post(f"/enter/{token}").status_code == 302
    assert ask("POST", "/accounts", NEW).json()["code"] == "account_exists"
    assert Account.objects.filter(owner=account.owner).count() == 1
    assert ask("GET", f"/accounts/{account.pk}").json() == told


def test_the_link_is_told_where_no_mail_is_sent_and_nobody_known_gets_one(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    link = ask("POST", "/accounts", NEW).json()["link"]
    assert Client().get(urlsplit(link).path).status_code == 200
    people.account()
    told = ask("POST", "/accounts", NEW | {"name": "Second", "email": people.RESELLER}).json()
    assert "link" not in told
    assert told["email"] == people.RESELLER


@pytest.mark.parametrize(
    "change",
    [
        {"email": "nobody"},
        {"name": ""},
        {"language": "xx"},
        {"timezone": "Mars/Olympus"},
        {"currency": "euro"},
        {"staff": "administrator"},
    ],
)
def test_a_wrong_account_is_refused(change: dict[str, str]) -> None:
    assert ask("POST", "/accounts", NEW | change).status_code == 400
    assert not User.objects.filter(email=NEW["email"]).exists()
    assert not Mail.objects.exists()


def test_an_account_is_suspended_restored_closed_and_opened_again() -> None:
    site, path = people.bakery(), f"/accounts/{people.account().pk}"
    told = ask("POST", f"{path}/suspend", {"reason": "unpaid"}).json()
    assert (told["state"], told["suspended_because"]) == ("suspended", "unpaid")
    assert ask("POST", f"{path}/suspend", {"reason": "again"}).status_code == 409
    assert newest(people.RESELLER).template == "accounts/suspended"
    assert ask("POST", f"{path}/restore").json()["state"] == "open"
    assert ask("POST", f"{path}/restore").status_code == 409
    assert ask("POST", f"{path}/close", {"name": "another"}).status_code == 400
    assert ask("POST", f"{path}/close", {"name": "Northlight Studio"}).json()["state"] == "closed"
    assert newest(people.RESELLER).template == "accounts/closed"
    site.refresh_from_db()
    assert not site.counts
    assert ask("POST", f"{path}/reopen").json()["state"] == "open"
    assert ask("POST", f"{path}/reopen").status_code == 409


def test_the_operator_cannot_lock_itself_out() -> None:
    path, name = f"/accounts/{people.operator().accounts.get().pk}", people.operator().accounts.get().name
    assert ask("POST", f"{path}/suspend", {"reason": "slip"}).status_code == 403
    assert ask("POST", f"{path}/close", {"name": name}).status_code == 403


def test_accounts_are_listed_in_pages_and_found_by_their_owner() -> None:
    people.account(), people.stranger()
    every = [one["id"] for one in ask("GET", "/accounts").json()["accounts"]]
    assert len(every) == 3
    first = ask("GET", "/accounts?limit=2").json()
    rest = ask("GET", f"/accounts?limit=2&after={first['meta']['after']}").json()
    assert [one["id"] for one in (*first["accounts"], *rest["accounts"])] == every
    found = ask("GET", f"/accounts?email={people.RESELLER.upper()}").json()["accounts"]
    assert [one["email"] for one in found] == [people.RESELLER]


# -- usage


@pytest.fixture
def _at_work(store: Store) -> Iterator[None]:
    current.use(store)
    yield
    current.use(None)


@pytest.mark.usefixtures("_at_work")
def test_usage_is_told_by_site_and_local_day(store: Store) -> None:
    bakery, law, theirs = people.bakery(), people.law_firm(), people.stranger().accounts.get().sites.get()
    twin = hostnames.add_staging(bakery, "staging.harbour-bakery.example", by=people.reseller())
    rows = []
    for site, moments in {
        bakery.pk: [datetime(2026, 3, 1, 12), datetime(2026, 3, 31, 21, 59), datetime(2026, 3, 31, 22, 1)],
        theirs.pk: [datetime(2026, 3, 5, 1)] * 2,
        twin.pk: [datetime(2026, 3, 5, 1)],
    }.items():
        for moment in moments:
            ms = to_ms(moment.replace(tzinfo=UTC))
            rows.append(event(ms, site_id=site, visitor_id=site, visit_id=site, visit_started=ms))
    for part in (3, 4):  # an insert is of one month
        insert(store, [row for row in rows if (row.ts < to_ms(datetime(2026, 4, 1, tzinfo=UTC))) == (part == 3)])
    told = ask("GET", "/usage?month=2026-03").json()
    assert [(one["site"], one["pageviews"], one["days"]) for one in told["usage"]] == [
        (bakery.domain, 2, {"2026-03-01": 1, "2026-03-31": 1}),
        (law.domain, 0, {}),
        (theirs.domain, 2, {"2026-03-05": 2}),
    ]
    assert told["usage"][0]["account"] == people.account().pk
    assert told["usage"][0]["key"] == bakery.key
    only = ask("GET", f"/usage?month=2026-03&account={theirs.account_id}").json()["usage"]
    assert [one["site"] for one in only] == [theirs.domain]
    page = ask("GET", f"/usage?month=2026-03&limit=1&after={bakery.pk}").json()
    assert [one["site"] for one in page["usage"]] == [law.domain]


@pytest.mark.parametrize(
    "query", ["", "month=2026-13", "month=march", "month=2026-03&account=x", "month=2026-03&limit=0"]
)
def test_a_wrong_question_about_usage_is_refused(query: str) -> None:
    assert ask("GET", f"/usage?{query}").status_code == 400


def test_usage_waits_for_the_store() -> None:
    current.use(None)
    people.bakery()
    assert ask("GET", "/usage?month=2026-03").status_code == 503
