"""Accounts that the operator makes for somebody: one link, once, for somebody new; a mail for whoever is known."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests import people
from tests.accounts.mails import newest, words
from tests.outbox.conftest import use_server
from trailhouse.accounts import instance, making, staffing
from trailhouse.accounts.models import Acceptance, Account, AuditEntry, OneTimeLink, User
from trailhouse.accounts.services import NewPerson
from trailhouse.core import clock
from trailhouse.core.errors import UserError

pytestmark = pytest.mark.django_db

NORA = "nora@newcomer.example"
FORM = {
    "email": "Nora@Newcomer.example",
    "full_name": "",
    "account_name": "Newcomer Media",
    "timezone": "Europe/Berlin",
    "language": "de",
}


@pytest.fixture
def operator(client: Client) -> Client:
    """The operator's browser, signed in."""
    client.force_login(people.operator())
    return client


def made() -> tuple[Account, str]:
    """An account for Nora, and the token of her link."""
    return making.make_account(NewPerson(NORA, account_name="Newcomer Media"), by=people.operator())


def test_somebody_new_gets_a_link_by_mail_and_gives_name_password_and_consent(operator: Client) -> None:
    terms = instance.publish_terms("2026-06-01", "Be kind.", by=people.operator())
    answer = operator.post("/operator/accounts/add", FORM)
    account = Account.objects.get(owner__email=NORA)
    assert answer["Location"] == f"/operator/accounts/{account.pk}"
    assert (account.name, account.timezone, account.owner.language) == ("Newcomer Media", "Europe/Berlin", "de")
    mail = newest(NORA)
    assert (mail.template, mail.language, mail.account_id) == ("accounts/made_for_you", "de", None)
    path = f"/enter/{mail.context['secret']['token']}"
    assert mail.context["secret"]["token"] not in operator.get(answer["Location"]).text
    nora = Client()
    assert "Newcomer Media" in words(nora.get(path))
    form = {"full_name": "Nora Newcomer", "password": "x", "terms": terms.version}
    assert nora.post(path, form | {"terms": ""}).status_code == 422
    assert nora.post(path, form).status_code == 422  # too weak; the link still works
    assert nora.post(path, form | {"password": people.PASSWORD})["Location"] == "/sites/add"
    user = User.objects.get(email=NORA)
    assert (user.full_name, user.check_password(people.PASSWORD)) == ("Nora Newcomer", True)
    accepted = Acceptance.objects.get(account=account)
    assert (accepted.terms, accepted.user) == (terms, user)
    assert nora.get("/sites").status_code == 200
    assert Client().get(path).status_code == 410
    told = AuditEntry.objects.get(action="account.made")
    assert (told.account, told.user) == (account, people.operator())


def test_where_no_mail_is_sent_the_operator_sees_the_link_this_once(operator: Client, settings: Settings) -> None:
    use_server(settings, "")
    answer = operator.post("/operator/accounts/add", FORM)
    account = Account.objects.get(owner__email=NORA)
    token = newest(NORA).context["secret"]["token"]
    assert f"/enter/{token}" in answer.text
    assert token not in operator.get(f"/operator/accounts/{account.pk}").text
    nora = Client()
    assert nora.post(f"/enter/{token}", {"full_name": "Nora", "password": ""}).status_code == 422  # no code could come
    assert nora.post(f"/enter/{token}", {"full_name": "Nora", "password": people.PASSWORD}).status_code == 302


def test_somebody_known_becomes_the_owner_and_gets_no_link_that_spares_the_second_step() -> None:
    user = people.client_person()
    account, token = making.make_account(NewPerson(user.email.upper(), account_name="Bo's"), by=people.operator())
    assert (account.owner, token) == (user, "")
    mail = newest(user.email)
    assert (mail.template, mail.context["new"], mail.context["secret"]["token"]) == ("accounts/made_for_you", False, "")
    assert not OneTimeLink.objects.exists()
    staffing.switch_off(user, by=people.operator())
    with pytest.raises(UserError) as error:
        making.make_account(NewPerson(user.email), by=people.operator())
    assert error.value.code == "switched_off"


def test_a_new_link_makes_those_before_void_until_the_owner_came() -> None:
    now = datetime.now(UTC)
    with clock.frozen(now):
        account, first = made()
    with clock.frozen(now + timedelta(days=6)):
        assert Client().get(f"/enter/{first}").status_code == 200
        second = making.welcome_again(account, by=people.operator())
        assert Client().get(f"/enter/{first}").status_code == 410
    with clock.frozen(now + timedelta(days=13, seconds=1)):
        assert Client().get(f"/enter/{second}").status_code == 410
    third = making.welcome_again(account, by=people.operator())
    Client().post(f"/enter/{third}", {"full_name": "Nora", "password": people.PASSWORD})
    account = Account.objects.get(pk=account.pk)
    with pytest.raises(UserError) as error:
        making.welcome_again(account, by=people.operator())
    assert error.value.code == "owner_came"


def test_what_is_typed_wrongly_is_said_at_its_field_and_makes_nothing(operator: Client) -> None:
    before = (User.objects.count(), Account.objects.count())
    for change in ({"email": "nora"}, {"account_name": " "}, {"timezone": "Nowhere"}, {"language": "xx"}):
        assert operator.post("/operator/accounts/add", FORM | change).status_code == 422
    assert (User.objects.count(), Account.objects.count()) == before
