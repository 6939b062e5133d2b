"""Sign-in by mailed code, the forgotten password, the second step: once, in time, and silent about who is known."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from tests import people
from tests.accounts.mails import another, code_to, form_of, newest, words
from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db

NOBODY = "nobody@northlight.example"


def signed_in(client: Client) -> bool:
    """Whether somebody is."""
    return client.get("/sites").status_code == 200


def ask(client: Client, email: str = people.RESELLER, path: str = "/sign-in/code") -> Any:
    """Ask for a code."""
    return client.post(path, {"email": email})


def test_a_mailed_code_signs_in_once(client: Client) -> None:
    people.reseller()
    assert ask(client)["Location"] == "/sign-in/code/type"
    before = client.session.session_key
    code = code_to(people.RESELLER)
    assert client.post("/sign-in/code/type", {"code": code})["Location"] == "/"
    assert client.session.session_key != before
    assert signed_in(client)
    client.post("/sign-out")
    client.post("/sign-in/code/type", {"code": code})
    assert not signed_in(client)


def test_a_code_leads_to_the_page_that_was_asked_for(client: Client) -> None:
    people.reseller()
    client.post("/sign-in/code?next=/sites/add", {"email": people.RESELLER, "next": "/sites/add"})
    assert (
        client.post("/sign-in/code/type", {"code": code_to(people.RESELLER), "next": "/sites/add"})["Location"]
        == "/sites/add"
    )


def test_a_code_is_of_the_browser_that_asked_for_it(client: Client) -> None:
    people.reseller()
    ask(client)
    elsewhere = Client()
    assert elsewhere.post("/sign-in/code/type", {"code": code_to(people.RESELLER)})["Location"] == "/sign-in/code"
    assert not signed_in(elsewhere)


@pytest.mark.parametrize(
    ("path", "typed"), [("/sign-in/code", "/sign-in/code/type"), ("/reset-password", "/reset-password/code")]
)
def test_known_and_unknown_addresses_get_the_same_answers(path: str, typed: str) -> None:
    people.reseller()
    seen = []
    for email in (people.RESELLER, NOBODY):
        browser = Client()
        answers = [ask(browser, email, path), browser.get(typed)]
        answers += [browser.post(typed, {"code": "0000-000"}) for _ in range(5)]
        seen.append([(a.status_code, a.get("Location"), form_of(a).replace(email, "X")) for a in answers])
    assert seen[0] == seen[1]
    assert newest(NOBODY).template == "accounts/unknown"
    assert Mail.objects.count() == 2


def test_a_stranger_whose_address_somebody_types_gets_one_mail_a_day(client: Client) -> None:
    now = clock.now()
    for hours in (0, 1, 24):
        with clock.frozen(now + timedelta(hours=hours)):
            ask(client, NOBODY)
            ask(client, NOBODY.upper(), "/reset-password")
    assert Mail.objects.filter(template="accounts/unknown").count() == 2


@pytest.mark.parametrize(("after", "works"), [(599, True), (601, False)])
def test_a_code_works_for_ten_minutes(client: Client, monkeypatch: pytest.MonkeyPatch, after: int, works: bool) -> None:
    people.reseller()
    asked = time.time()
    monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: asked)
    ask(client)
    monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: asked + after)
    client.post("/sign-in/code/type", {"code": code_to(people.RESELLER)})
    monkeypatch.undo()
    assert signed_in(client) == works


def test_after_five_wrong_codes_the_right_one_does_not_work_either(client: Client) -> None:
    people.reseller()
    ask(client)
    code = code_to(people.RESELLER)
    for _ in range(5):
        client.post("/sign-in/code/type", {"code": another(code)})
    client.post("/sign-in/code/type", {"code": code})
    assert not signed_in(client)


def test_many_codes_at_once_from_one_browser_are_counted_outside_of_its_session(client: Client) -> None:
    people.reseller()
    ask(client)
    before = dict(client.session)
    answers = []
    for _ in range(11):
        session = client.session
        session.update(before)  # as each of those that come at once finds it
        session.save()
        answers.append(client.post("/sign-in/code/type", {"code": "0"}).status_code)
    assert answers == [200] * 10 + [429]


@pytest.mark.parametrize("path", ["/sign-in/code", "/reset-password"])
def test_an_address_gets_five_mails_an_hour(client: Client, path: str) -> None:
    people.reseller()
    for _ in range(7):
        client.cookies.clear()
        ask(client, path=path)
    assert Mail.objects.count() == 5


def test_a_forgotten_password_is_replaced_by_code_and_other_browsers_are_signed_out(client: Client) -> None:
    other = Client()
    other.force_login(people.reseller())
    assert ask(client, path="/reset-password")["Location"] == "/reset-password/code"
    assert client.get("/reset-password/new")["Location"] == "/reset-password/code"
    code = code_to(people.RESELLER)
    assert client.post("/reset-password/code", {"code": code})["Location"] == "/reset-password/new"
    weak = client.post("/reset-password/new", {"password1": "short"})
    assert "at least 10 characters" in words(weak)
    assert client.post("/reset-password/new", {"password1": "another fine password"})["Location"] == "/"
    assert signed_in(client)
    assert not signed_in(other)
    assert User.objects.get(email=people.RESELLER).check_password("another fine password")
    told = newest(people.RESELLER)
    assert (told.template, told.context["what"]) == ("accounts/security_changed", "password_changed")
    assert "127.0.0.1" not in str(told.context)
    client.post("/sign-out")
    client.post("/reset-password/code", {"code": code})
    assert not signed_in(client)


def test_without_a_mail_server_no_code_is_offered_and_the_pages_say_why(client: Client, settings: Any) -> None:
    people.reseller()
    assert 'href="/sign-in/code"' in client.get("/sign-in").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    page = client.get("/sign-in").content.decode()
    assert 'href="/sign-in/code"' not in page
    assert 'href="/reset-password"' not in page
    for path in ("/sign-in/code", "/reset-password"):
        assert "TRAILHOUSE_MAIL_URL" in words(client.get(path))


def app_code(secret: str) -> str:
    """What an authenticator app shows."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def secret() -> str:
    """The reseller has an authenticator app with this key, and recovery codes."""
    key = str(generate_totp_secret())
    TOTP.activate(people.reseller(), key)
    RecoveryCodes.activate(people.reseller())
    return key


def to_second_step(client: Client) -> None:
    """Give the password."""
    answer = client.post("/sign-in", {"login": people.RESELLER, "password": people.PASSWORD})
    assert answer["Location"] == "/sign-in/second-step"
    assert not signed_in(client)


def test_after_the_password_the_app_is_asked_for_its_code(client: Client, secret: str) -> None:
    to_second_step(client)
    assert "This is not the code" in words(client.post("/sign-in/second-step", {"code": "000000"}))
    assert not signed_in(client)
    assert client.post("/sign-in/second-step", {"code": app_code(secret)})["Location"] == "/"
    assert signed_in(client)


def test_after_a_mailed_code_too(client: Client, secret: str) -> None:
    ask(client)
    answer = client.post("/sign-in/code/type", {"code": code_to(people.RESELLER)})
    assert answer["Location"] == "/sign-in/second-step"
    assert not signed_in(client)


def test_after_a_reset_too(client: Client, secret: str) -> None:
    ask(client, path="/reset-password")
    client.post("/reset-password/code", {"code": code_to(people.RESELLER)})
    answer = client.post("/reset-password/new", {"password1": "another fine password"})
    assert answer["Location"] == "/sign-in/second-step"


def test_a_recovery_code_works_once(client: Client, secret: str) -> None:
    wrapped = Authenticator.objects.get(user=people.reseller(), type="recovery_codes").wrap()
    code = wrapped.get_unused_codes()[0]
    to_second_step(client)
    client.post("/sign-in/second-step", {"code": code})
    assert signed_in(client)
    again = Client()
    to_second_step(again)
    again.post("/sign-in/second-step", {"code": code})
    assert not signed_in(again)


def test_guessing_the_second_step_is_stopped(client: Client, secret: str) -> None:
    to_second_step(client)
    for _ in range(5):
        client.post("/sign-in/second-step", {"code": "000000"})
    client.post("/sign-in/second-step", {"code": app_code(secret)})
    assert not signed_in(client)


def test_asking_for_passkeys_is_limited(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: now)  # within a minute
    script = {"accept": "application/json"}
    answers = [client.get("/sign-in/passkey", headers=script).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


def test_who_may_no_longer_sign_in_gets_no_code(client: Client) -> None:
    User.objects.filter(pk=people.reseller().pk).update(is_active=False)
    ask(client)
    assert newest(people.RESELLER).template == "accounts/unknown"
    answer = client.post("/sign-in", {"login": people.RESELLER, "password": people.PASSWORD})
    assert not signed_in(client)
    assert answer.status_code in {200, 302}
