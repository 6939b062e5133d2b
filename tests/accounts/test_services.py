"""People, accounts, keys and links: what services guarantee."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

import trailhouse
from tests import people
from trailhouse.accounts import selectors, services
from trailhouse.accounts.instance import change_instance
from trailhouse.accounts.models import Account, AuditEntry, Instance, OneTimeLink, Staff, User
from trailhouse.accounts.services import NewPerson
from trailhouse.core import clock
from trailhouse.core.errors import UserError

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SETUP, SIGN_IN = OneTimeLink.Kind.SETUP, OneTimeLink.Kind.SIGN_IN


def test_a_person_is_one_whatever_the_case_of_the_address() -> None:
    user = people.reseller()
    assert User.objects.get_by_natural_key(" Reseller@NORTHLIGHT.example ") == user
    assert User.objects.get_by_natural_key("RESELLER@northlight.example") == user
    with pytest.raises(UserError) as refusal:
        services.create_account(NewPerson("RESELLER@northlight.EXAMPLE", people.PASSWORD))
    assert refusal.value.code == "email_taken"


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (NewPerson("nobody", people.PASSWORD), "wrong_email"),
        (NewPerson("a@b.example", "short"), "weak_password"),
        (NewPerson("a@b.example", "1234567890"), "weak_password"),
        (NewPerson("longaddress@b.example", "longaddress"), "weak_password"),
        (NewPerson("a@b.example", people.PASSWORD, timezone="Mars"), "wrong_timezone"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said(person: NewPerson, code: str) -> None:
    with pytest.raises(UserError) as refusal:
        services.create_account(person)
    assert refusal.value.code == code
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password",
    [
        "Password2026!", "P@ssw0rd12", "dragondragon", "aaaaaaaaaa", "abcabcabcabc", "12sunshine34",
        "Trailhouse1", "northlight99", "marijke kok!",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    change_instance(
        sign_up=Instance.SignUp.CLOSED, name="Northlight Statistics", support_email="", by=people.operator()
    )
    with pytest.raises(UserError) as refusal:
        services.check_password(password, "mk@b.example", "Marijke Kok")
    assert refusal.value.code == "weak_password"


@pytest.mark.parametrize("password", [people.PASSWORD, "dragon 84739205739284", "sunny shine on 12", "xkcdxkcd93hq"])
def test_what_is_long_and_not_known_is_taken(password: str) -> None:
    services.check_password(password, "mk@b.example", "Marijke Kok")


def test_an_account_is_named_after_what_is_known() -> None:
    assert services.create_account(NewPerson("anna@b.example", "")).name == "anna"
    assert not User.objects.get(email="anna@b.example").has_usable_password()


def test_an_api_key_is_kept_as_a_hash_and_opens_its_account_until_revoked() -> None:
    key, token = services.create_api_key(people.account(), by=people.reseller())
    assert token not in str(list(type(key).objects.values()))
    found = selectors.api_key(token)
    assert found is not None
    assert found.account == people.account()
    assert selectors.api_key(token + "x") is None
    assert selectors.api_key("") is None
    services.revoke_api_key(key, by=people.reseller())
    services.revoke_api_key(key, by=people.reseller())
    assert selectors.api_key(token) is None
    assert AuditEntry.objects.filter(action="api_key.revoked").count() == 1
    with pytest.raises(UserError):
        services.create_api_key(people.account(), by=None, scopes=["everything"])


def test_the_use_of_a_key_is_noted_once_a_minute(django_assert_num_queries: Any) -> None:
    key, token = services.create_api_key(people.account(), by=None)
    with clock.frozen(NOW):
        selectors.api_key(token)
        with django_assert_num_queries(1):
            selectors.api_key(token)
    key.refresh_from_db()
    assert key.last_used_at == NOW


def test_the_set_up_link_makes_one_operator_and_voids_all_others() -> None:
    first, second = services.make_setup_link(), services.make_setup_link()
    with pytest.raises(UserError):
        services.set_up(first, NewPerson("op@b.example", "short"))
    assert selectors.open_link(SETUP, first), "a refused attempt must not use the link up"
    account = services.set_up(first, NewPerson("op@b.example", people.PASSWORD, account_name="Mine"))
    assert account.owner.staff == Staff.OPERATOR
    assert selectors.is_set_up()
    for token in (first, second, "unknown"):
        assert selectors.open_link(SETUP, token) is None
        with pytest.raises(UserError) as refusal:
            services.set_up(token, NewPerson("other@b.example", people.PASSWORD))
        assert refusal.value.code == "link_void"


@pytest.mark.parametrize(
    ("after", "works"), [(timedelta(hours=23), True), (timedelta(hours=24), False)], ids=["in time", "late"]
)
def test_a_sign_in_link_works_once_and_for_a_day(after: timedelta, works: bool) -> None:
    user = people.reseller()
    with clock.frozen(NOW):
        token = services.make_sign_in_link(user)
    assert selectors.open_link(SETUP, token) is None, "a link is of one kind"
    with clock.frozen(NOW + after):
        if works:
            assert services.use_sign_in_link(token) == user
        with pytest.raises(UserError):
            services.use_sign_in_link(token)


def test_the_link_to_the_demo_works_until_it_expires() -> None:
    Account.objects.filter(owner=people.reseller()).update(demo=True)
    with clock.frozen(NOW):
        token = services.make_sign_in_link(people.reseller())
    with clock.frozen(NOW + timedelta(hours=23)):
        assert [services.use_sign_in_link(token) for _ in range(3)] == [people.reseller()] * 3
    with clock.frozen(NOW + timedelta(hours=24)), pytest.raises(UserError):
        services.use_sign_in_link(token)


def test_a_person_who_may_no_longer_sign_in_cannot_do_so_by_link() -> None:
    user = people.reseller()
    token = services.make_sign_in_link(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(UserError):
        services.use_sign_in_link(token)


def test_expired_links_are_deleted() -> None:
    with clock.frozen(NOW):
        services.make_sign_in_link(people.reseller())
        setup = services.make_setup_link()
    with clock.frozen(NOW + timedelta(days=2)):
        assert services.prune_links() == 1
        assert services.prune_links() == 0
        assert selectors.open_link(SETUP, setup)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_use_a_link_at_once_one_wins() -> None:
    token = services.make_sign_in_link(people.reseller())
    barrier, won = Barrier(4), []

    def use() -> None:
        barrier.wait()
        try:
            won.append(services.use_sign_in_link(token))
        except UserError:
            pass
        finally:
            connection.close()

    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [people.reseller()]


def test_links_that_ask_for_no_second_step_are_made_on_the_console_alone() -> None:
    root = Path(trailhouse.__file__).parent
    callers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "make_sign_in_link(" in path.read_text() or "make_setup_link(" in path.read_text()
    }
    # And the mail to somebody for whom an account was made, who has no second step yet.
    console = {"accounts/startup.py", "commands/control.py", "accounts/making.py"}
    assert callers - {"accounts/services.py"} <= console, "require the second step where anything else makes one"
