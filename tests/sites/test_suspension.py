"""An account that the operator suspends: closed to its people, counted all the same; why is told to its owner alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.accounts.mails import newest, words
from trailhouse.accounts import suspension
from trailhouse.accounts.models import Account, AuditEntry, User
from trailhouse.accounts.services import create_api_key
from trailhouse.core.errors import UserError
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites import selectors, sharing
from trailhouse.sites.sharing import LinkText

pytestmark = pytest.mark.django_db

WHY = "Pages of a bank were copied."
AWAY = "This is temporarily unavailable."


@pytest.fixture(autouse=True)
def _nobody_tried_before(store: Store) -> Iterator[None]:
    current.use(store)
    yield
    current.use(None)


@pytest.fixture
def suspended() -> Account:
    """The reseller's account, suspended."""
    people.bakery()
    account = people.account()
    suspension.suspend(account, f" {WHY} ", by=people.operator())
    return account


def seen_by(who: User | None, path: str) -> Any:
    """The answer to somebody."""
    client = Client()
    if who is not None:
        client.force_login(who)
    return client.get(path)


def test_the_owner_reads_why_and_whom_to_write_to_and_gets_a_mail(suspended: Account) -> None:
    key = people.bakery().key
    for path in ("/sites", f"/sites/{key}", f"/sites/{key}/sources/channels", f"/accounts/{suspended.pk}/people"):
        answer = seen_by(people.reseller(), path)
        assert answer.status_code == (200 if path == "/sites" else 403)
        assert WHY in words(answer), path
        assert "suspended" in words(answer)
    assert "No sites yet" not in words(seen_by(people.reseller(), "/sites"))
    mail = newest(people.RESELLER)
    assert (mail.template, mail.context["reason"]) == ("accounts/suspended", WHY)


@pytest.mark.parametrize("who", [people.client_person, people.client_member, people.colleague, people.site_super])
def test_everybody_else_with_access_reads_that_it_is_unavailable_and_never_why(
    who: Callable[[], User], suspended: Account
) -> None:
    answer = seen_by(who(), f"/sites/{people.bakery().key}")
    assert answer.status_code == 503
    assert AWAY in words(answer)
    listed = seen_by(who(), "/sites")
    assert "temporarily unavailable" in words(listed)
    for page in (answer, listed):
        assert WHY not in words(page)
        assert "suspended" not in words(page).lower()


@pytest.mark.parametrize("who", [people.stranger, people.bookkeeper, people.support, people.operator])
def test_what_was_never_theirs_does_not_exist_still(who: Callable[[], User], suspended: Account) -> None:
    assert seen_by(who(), f"/sites/{people.bakery().key}").status_code == 404
    assert seen_by(who(), f"/accounts/{suspended.pk}/people").status_code == 404
    assert seen_by(people.client_person(), f"/accounts/{suspended.pk}/people").status_code == 404


def test_shared_links_are_unavailable_without_a_reason(suspended: Account) -> None:
    site = people.bakery()
    link = sharing.add_link(site, LinkText("For the board"), by=None)
    sharing.set_public(site, True, by=None)
    for path in (f"/share/{link.slug}", f"/share/{site.key}"):
        answer = seen_by(None, path)
        assert answer.status_code == 503, path
        assert AWAY in words(answer)
        assert WHY not in words(answer)
    assert seen_by(None, "/share/nosuchlink").status_code == 404


def test_keys_are_refused_without_a_reason(suspended: Account, client: Client) -> None:
    token = create_api_key(suspended, by=None)[1]
    path = f"/api/v1/stats/realtime/visitors?site_id={people.bakery().domain}"
    answer = client.get(path, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "account_suspended"
    assert WHY not in answer.text


def test_the_collector_goes_on_counting_and_all_is_there_once_it_is_restored(suspended: Account) -> None:
    served = {site.site_id: site.counts for site in selectors.snapshot().sites}
    assert served[people.bakery().pk]
    suspension.restore(suspended, by=people.operator())
    assert newest(people.RESELLER).template == "accounts/restored"
    assert seen_by(people.client_person(), f"/sites/{people.bakery().key}").status_code == 200
    assert WHY not in words(seen_by(people.reseller(), "/sites"))
    done = AuditEntry.objects.filter(account=suspended, user=people.operator()).order_by("at")
    assert [entry.action for entry in done] == ["account.suspended", "account.restored"]


def test_a_suspension_needs_a_reason_and_an_open_account_of_somebody_else() -> None:
    by, account = people.operator(), people.account()
    refused: list[tuple[str, Callable[[], None]]] = [
        ("wrong_reason", lambda: suspension.suspend(account, " \n ", by=by)),
        ("wrong_reason", lambda: suspension.suspend(account, "x" * 301, by=by)),
        ("own_account", lambda: suspension.suspend(by.accounts.get(), WHY, by=by)),
        ("not_suspended", lambda: suspension.restore(account, by=by)),
    ]
    for code, act in refused:
        with pytest.raises(UserError) as error:
            act()
        assert error.value.code == code
    suspension.suspend(account, WHY, by=by)
    with pytest.raises(UserError) as error:
        suspension.suspend(account, "Another.", by=by)
    assert error.value.code == "not_open"
    account.refresh_from_db()
    assert account.suspended_because == WHY
