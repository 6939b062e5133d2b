"""One's own profile and security: what changes is confirmed, told, and kept from everybody else."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from tests import people
from tests.accounts.mails import another, code_to, form_of, newest, words
from tests.accounts.test_sign_in import app_code
from trailhouse.accounts import sessions
from trailhouse.accounts.adapter import AccountAdapter
from trailhouse.accounts.models import Account, AuditEntry, User
from trailhouse.core import clock
from trailhouse.dashboard.audit_words import sentence
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db

NEW = "marijke@kok.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in."""
    client.force_login(people.reseller())
    return client


def confirm(client: Client) -> None:
    """Type the password again."""
    answer = client.post("/confirm/password", {"password": people.PASSWORD})
    assert answer.status_code == 302


@pytest.fixture
def without_password(client: Client) -> Client:
    """Somebody who signs in by mailed codes, signed in a while ago."""
    user = people.reseller()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    return client


def test_name_language_and_zone_are_ones_own(reseller: Client) -> None:
    answer = reseller.post("/profile", {"full_name": "M. Kok", "language": "nl", "timezone": "Europe/Paris"})
    assert answer.status_code == 302
    user = people.reseller()
    assert (user.full_name, user.language, user.timezone) == ("M. Kok", "nl", "Europe/Paris")
    assert '<html lang="nl">' in reseller.get("/profile").content.decode()
    assert reseller.post("/profile", {"language": "xx"}).status_code == 422


def test_another_address_is_confirmed_by_a_code_sent_to_it_and_told_to_the_old_one(reseller: Client) -> None:
    assert reseller.get("/profile/email")["Location"] == "/confirm/password?next=%2Fprofile%2Femail"
    confirm(reseller)
    assert reseller.post("/profile/email", {"email": "Marijke@KOK.example"})["Location"] == "/profile/email/code"
    assert people.reseller().email == people.RESELLER
    assert reseller.post("/profile/email/code", {"code": another(code_to(NEW))}).status_code == 422
    reseller.post("/profile/email/code", {"code": code_to(NEW)})
    user = Account.objects.get(name="Northlight Studio").owner
    assert user.email == NEW
    assert newest(people.RESELLER).template == "accounts/email_changed"
    assert AuditEntry.objects.filter(action="person.email_changed", user=user).exists()
    fresh = Client()
    fresh.post("/sign-in/code", {"email": people.RESELLER})
    assert newest(people.RESELLER).template == "accounts/unknown"


def test_whether_the_new_address_is_somebodys_is_not_said(reseller: Client) -> None:
    people.stranger()
    confirm(reseller)
    seen = []
    for email in ("stranger@elsewhere.example", "free@elsewhere.example"):
        asked = reseller.post("/profile/email", {"email": email})
        answers = [asked, reseller.get("/profile/email/code"), reseller.post("/profile/email/code", {"code": "1"})]
        seen.append([(one.status_code, form_of(one).replace(email, "X")) for one in answers])
    assert seen[0] == seen[1]
    assert newest("stranger@elsewhere.example").template == "accounts/has_account"


def test_a_code_for_an_address_is_of_one_person_and_ten_minutes(reseller: Client) -> None:
    confirm(reseller)
    now = datetime.now(UTC)
    with clock.frozen(now):
        reseller.post("/profile/email", {"email": NEW})
    with clock.frozen(now + timedelta(minutes=10)):
        reseller.post("/profile/email/code", {"code": code_to(NEW)})
    assert people.reseller().email == people.RESELLER


def test_a_confirmation_turns_the_key_of_the_session(reseller: Client) -> None:
    before = reseller.session.session_key
    confirm(reseller)
    assert reseller.session.session_key != before
    assert UserSession.objects.get().session_key == reseller.session.session_key


def test_a_wrong_password_confirms_nothing(reseller: Client) -> None:
    assert "This is not the password" in words(reseller.post("/confirm/password", {"password": "wrong password"}))
    assert reseller.get("/profile/email").status_code == 302


def test_who_has_no_password_confirms_by_a_mailed_code(without_password: Client) -> None:
    client = without_password
    assert client.get("/profile/password/set")["Location"].startswith("/confirm/code?")
    page = "/confirm/code?next=/profile/password/set"
    assert client.get(page).status_code == 200
    assert not Mail.objects.exists(), "looking sends nothing"
    client.post(page)
    assert client.post(page, {"code": another(code_to(people.RESELLER))}).status_code == 422
    assert client.post(page, {"code": code_to(people.RESELLER)})["Location"] == "/profile/password/set"
    client.post("/profile/password/set", {"password1": "another fine password"})
    assert User.objects.get(email=people.RESELLER).check_password("another fine password")
    assert client.get("/profile/security").status_code == 200
    assert newest(people.RESELLER).context["what"] == "password_changed"


@pytest.mark.parametrize(
    ("zone", "told"), [("", "26 Nov 2026, 12:05 UTC"), ("Europe/Berlin", "26 Nov 2026, 13:05 Europe/Berlin")]
)
def test_the_mail_about_a_change_names_day_and_time_as_pages_do(zone: str, told: str) -> None:
    reseller = people.reseller()
    reseller.timezone, reseller.language = zone, "en"
    reseller.save()
    with clock.frozen(datetime(2026, 11, 26, 12, 5, 9, tzinfo=UTC)):
        AccountAdapter().send_mail("account/email/password_changed", people.RESELLER, {})
    assert newest(people.RESELLER).context["moment"] == told


def test_a_password_that_was_sent_too_early_is_kept_nowhere(without_password: Client) -> None:
    client = without_password
    client.post("/profile/password/set", {"password1": "another fine password"})
    assert "another fine password" not in str(dict(client.session))
    page = "/confirm/code?next=/profile/password/set"
    client.post(page)
    assert "required" in words(client.post(page, {"code": code_to(people.RESELLER)}))
    assert not User.objects.get(email=people.RESELLER).has_usable_password()


def test_changing_the_password_takes_the_present_one_and_signs_others_out(reseller: Client) -> None:
    other = Client()
    other.force_login(people.reseller())
    form = {"oldpassword": "wrong", "password1": "another fine password"}
    assert "not the present password" in words(reseller.post("/profile/password", form))
    reseller.post("/profile/password", form | {"oldpassword": people.PASSWORD})
    assert reseller.get("/sites").status_code == 200
    assert other.get("/sites").status_code == 302
    told = newest(people.RESELLER)
    assert told.template == "accounts/security_changed"
    assert "127.0.0.1" not in str(told.context)
    (noted,) = AuditEntry.objects.filter(action="person.sign_in", account=people.account())
    assert sentence(noted) == f"The sign-in of {people.RESELLER} was changed: “The password was changed”."


def test_an_app_is_set_up_with_its_first_code_and_recovery_codes_are_shown_once(
    reseller: Client, django_capture_on_commit_callbacks: Any
) -> None:
    assert reseller.get("/profile/app/add")["Location"].startswith("/confirm/password")
    confirm(reseller)
    page = reseller.get("/profile/app/add").content.decode()
    assert "<svg" in page
    assert not re.search(r"<style|\sstyle=|<\?xml|<script(?![^>]*\ssrc=)", page)
    key = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert key
    assert "not the code" in words(reseller.post("/profile/app/add", {"code": "000000"}))
    assert not Authenticator.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        answer = reseller.post("/profile/app/add", {"code": app_code(key[1].replace(" ", ""))})
    assert answer["Location"] == "/profile/recovery-codes"
    shown = re.findall(r"\b\d{8}\b", words(reseller.get("/profile/recovery-codes")))
    assert len(shown) == 10
    again = words(reseller.get("/profile/recovery-codes"))
    assert not [code for code in shown if code in again]
    assert newest(people.RESELLER).context["what"] == "totp_added"
    assert "10 are left" in words(reseller.get("/profile/security"))
    reseller.post("/profile/recovery-codes/new")
    fresh = re.findall(r"\b\d{8}\b", words(reseller.get("/profile/recovery-codes")))
    assert len(fresh) == 10
    assert not set(fresh) & set(shown)
    reseller.post("/profile/app/remove")
    assert not Authenticator.objects.exists()
    assert newest(people.RESELLER).context["what"] == "totp_removed"


def test_browsers_are_listed_by_name_and_time_and_no_address_is_kept(client: Client) -> None:
    people.reseller()
    form = {"login": people.RESELLER, "password": people.PASSWORD}
    client.post("/sign-in", form, headers={"user-agent": FIREFOX, "x-forwarded-for": "198.51.100.7"})
    assert "Firefox on Linux" in words(client.get("/profile/security"))
    assert set(UserSession.objects.values_list("ip", flat=True)) == {"0.0.0.0"}
    client.post("/profile/password", {"oldpassword": people.PASSWORD, "password1": "another fine password"})
    assert set(UserSession.objects.values_list("ip", flat=True)) == {"0.0.0.0"}
    assert "198.51.100.7" not in str(list(UserSession.objects.values()))


def test_a_browser_is_signed_out_by_its_person_alone(reseller: Client) -> None:
    other, stranger = Client(), Client()
    other.force_login(people.reseller())
    stranger.force_login(people.stranger())
    number = UserSession.objects.get(session_key=other.session.session_key).pk
    confirm(stranger)
    stranger.post(f"/profile/sessions/{number}/end")
    assert other.get("/sites").status_code == 200
    confirm(reseller)
    reseller.post(f"/profile/sessions/{number}/end")
    assert other.get("/sites").status_code == 302
    assert reseller.get("/sites").status_code == 200


def test_all_other_browsers_are_signed_out_at_once(reseller: Client) -> None:
    others = [Client(), Client()]
    for one in others:
        one.force_login(people.reseller())
    asked = reseller.post("/profile/sessions/end", headers={"x-forwarded-for": "198.51.100.7"})
    assert asked["Location"] == "/confirm/password?next=%2Fprofile%2Fsessions%2Fend"
    assert others[0].get("/sites").status_code == 200
    kept = str(dict(reseller.session))
    assert not [secret for secret in ("198.51.100.7", str(reseller.session.session_key)) if secret in kept]
    done = reseller.post(asked["Location"], {"password": people.PASSWORD, "next": "/profile/sessions/end"})
    assert done["Location"] == "/profile/security"
    assert [one.get("/sites").status_code for one in (reseller, *others)] == [200, 302, 302]


def test_expired_sessions_are_deleted_and_running_ones_stay(reseller: Client) -> None:
    other = Client()
    other.force_login(people.reseller())
    Session.objects.filter(pk=other.session.session_key).update(expire_date=clock.now())
    assert sessions.prune_sessions() == 1
    assert Session.objects.count() == 1
    assert reseller.get("/sites").status_code == 200


def test_nobody_stays_signed_in_for_more_than_thirty_days(reseller: Client) -> None:
    number = UserSession.objects.get().pk
    for days, is_in in ((29, True), (30, False)):
        UserSession.objects.filter(pk=number).update(created_at=clock.now() - timedelta(days=days))
        sessions.prune_sessions()
        assert (reseller.get("/sites").status_code == 200) == is_in


def test_the_session_of_a_stranger_is_forgotten_after_an_hour(client: Client) -> None:
    people.reseller()
    assert client.post("/sign-in/code", {"email": people.RESELLER}).cookies["session"]["max-age"] == 3600
    entered = client.post("/sign-in/code/type", {"code": code_to(people.RESELLER)})
    assert entered.cookies["session"]["max-age"] == 14 * 86_400


def test_the_person_of_the_demo_stays_as_it_is(reseller: Client) -> None:
    Account.objects.filter(owner=people.reseller()).update(demo=True)
    number = people.account().pk
    for path in ("/profile/email", "/profile/password", "/profile/app/add", "/profile/passkeys/add"):
        answer = reseller.get(path)
        assert answer.status_code == 403, path
        assert "shares the demo" in words(answer)
    assert reseller.post("/profile", {"full_name": "Mallory"}).status_code == 403
    confirm(reseller)
    assert reseller.post(f"/accounts/{number}/close", {"name": "Northlight Studio"}).status_code == 403
    assert reseller.get("/sites").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/profile", "/profile/security", "/profile/email", "/profile/app/add", "/profile/passkeys/add", "/confirm/code"],
)
def test_pages_of_oneself_ask_for_a_sign_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in")


def test_confirming_is_not_tried_for_ever(reseller: Client) -> None:
    answers = [reseller.post("/confirm/password", {"password": "wrong"}) for _ in range(11)]
    assert answers[-1].status_code == 429 or "Too many" in words(answers[-1])
