"""Sign-up: nobody exists before their address is confirmed, and nobody learns which addresses are known."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import people
from tests.accounts.mails import another, code_to, form_of, newest, words
from trailhouse.accounts import instance, selectors
from trailhouse.accounts.models import Acceptance, Account, Instance, User
from trailhouse.core import clock
from trailhouse.dashboard.views_sign_up import TYPED
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Invitation, Role

pytestmark = pytest.mark.django_db

NEW = "nora@newcomer.example"


def let(mode: Instance.SignUp) -> None:
    """Decide who may sign up."""
    instance.change_instance(sign_up=mode, name="Northlight Analytics", support_email="", by=people.operator())


@pytest.fixture
def is_open() -> None:
    """Anybody may sign up."""
    let(Instance.SignUp.OPEN)


def form(**changes: Any) -> dict[str, Any]:
    """What somebody types who signs up."""
    return {
        "email": NEW,
        "full_name": "Nora Newcomer",
        "account_name": "Newcomer Media",
        "password": people.PASSWORD,
        "timezone": "Europe/Berlin",
    } | changes


@pytest.mark.usefixtures("is_open")
def test_the_account_is_made_once_the_mailed_code_is_typed(client: Client) -> None:
    answer = client.post("/sign-up", form(email="Nora@Newcomer.EXAMPLE"), headers={"accept-language": "de"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-up/code")
    assert not User.objects.filter(email=NEW).exists()
    before = client.session.session_key
    answer = client.post("/sign-up/code", {"code": code_to(NEW).replace("-", " ")})
    assert (answer.status_code, answer["Location"]) == (302, "/sites/add")
    assert client.session.session_key != before
    account = Account.objects.get(owner__email=NEW)
    assert (account.name, account.timezone) == ("Newcomer Media", "Europe/Berlin")
    assert (account.owner.full_name, account.owner.language) == ("Nora Newcomer", "de")
    assert account.owner.check_password(people.PASSWORD)
    assert newest(NEW).language == "de"
    assert client.get("/sites/add").status_code == 200


@pytest.mark.usefixtures("is_open")
def test_without_a_password_people_sign_in_by_mailed_code(client: Client) -> None:
    client.post("/sign-up", form(password=""))
    assert client.post("/sign-up/code", {"code": code_to(NEW)})["Location"] == "/sign-up/passkey"
    assert 'href="/profile/passkeys/add"' in client.get("/sign-up/passkey").content.decode()
    assert client.get("/profile/passkeys/add").status_code == 200, "the code has confirmed just now that it is them"
    assert not User.objects.get(email=NEW).has_usable_password()


@pytest.mark.usefixtures("is_open")
def test_known_and_unknown_addresses_get_the_same_answers() -> None:
    people.reseller()
    seen = []
    for email in (people.RESELLER, NEW):
        browser = Client()
        asked = browser.post("/sign-up", form(email=email))
        waits = browser.get("/sign-up/code")
        wrong = browser.post("/sign-up/code", {"code": another("")})
        seen.append([(one.status_code, form_of(one).replace(email, "X")) for one in (asked, waits, wrong)])
    assert seen[0] == seen[1]
    assert newest(people.RESELLER).template == "accounts/has_account"
    assert newest(NEW).template == "accounts/sign_up_code"
    assert "secret" not in newest(people.RESELLER).context


@pytest.mark.usefixtures("is_open")
def test_a_code_works_once_and_in_the_browser_that_asked_for_it(client: Client) -> None:
    client.post("/sign-up", form())
    code = code_to(NEW)
    elsewhere = Client()
    assert elsewhere.post("/sign-up/code", {"code": code})["Location"] == "/sign-up"
    client.post("/sign-up/code", {"code": code})
    client.post("/sign-out")
    assert client.post("/sign-up/code", {"code": code})["Location"] == "/sign-up"
    assert User.objects.filter(email=NEW).count() == 1


@pytest.mark.parametrize(("after", "works"), [(timedelta(minutes=9), True), (timedelta(minutes=10), False)])
@pytest.mark.usefixtures("is_open")
def test_a_code_works_for_ten_minutes(client: Client, after: timedelta, works: bool) -> None:
    now = datetime.now(UTC)
    with clock.frozen(now):
        client.post("/sign-up", form())
    with clock.frozen(now + after):
        client.post("/sign-up/code", {"code": code_to(NEW)})
    assert User.objects.filter(email=NEW).exists() == works


@pytest.mark.usefixtures("is_open")
def test_after_five_wrong_codes_the_right_one_does_not_work_either(client: Client) -> None:
    client.post("/sign-up", form())
    code = code_to(NEW)
    answers = [client.post("/sign-up/code", {"code": another(code)}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [302]
    client.post("/sign-up/code", {"code": code})
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.usefixtures("is_open")
def test_whoever_begins_again_finds_what_was_typed_but_the_password(client: Client) -> None:
    client.post("/sign-up", form(email="nora@newcomar.example"))
    page = client.get("/sign-up").content.decode()
    for kept in ("nora@newcomar.example", "Nora Newcomer", "Newcomer Media", '"Europe/Berlin" selected'):
        assert kept in page
    assert people.PASSWORD not in page
    assert TYPED in client.session
    assert people.PASSWORD not in str(dict(client.session))
    assert "Nora Newcomer" not in Client().get("/sign-up").content.decode()


@pytest.mark.parametrize("late", [pytest.param(False, id="wrong five times"), pytest.param(True, id="too late")])
@pytest.mark.usefixtures("is_open")
def test_a_void_code_leads_back_to_the_form_and_says_why(client: Client, late: bool) -> None:
    now = datetime.now(UTC)
    with clock.frozen(now):
        client.post("/sign-up", form())
        if not late:
            for _ in range(5):
                client.post("/sign-up/code", {"code": another(code_to(NEW))})
    with clock.frozen(now + timedelta(minutes=11 if late else 0)):
        page = client.post("/sign-up/code", {"code": code_to(NEW)}, follow=True)
    said = words(page)
    assert (page.redirect_chain, page.status_code) == ([("/sign-up", 302)], 200)
    assert "This code has been used, has expired or was wrong five times. Begin again: you get a new one." in said
    assert "Nora Newcomer" in page.content.decode()


@pytest.mark.usefixtures("is_open")
def test_who_gets_an_account_meanwhile_is_not_made_twice(client: Client) -> None:
    client.post("/sign-up", form())
    people.person(NEW, "Nora", "Another way")
    assert client.post("/sign-up/code", {"code": code_to(NEW)}).status_code == 409
    assert Account.objects.filter(owner__email=NEW).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "short"}, "at least 10 characters"),
        ({"email": "nobody"}, "valid email address"),
        ({"account_name": ""}, "required"),
        ({"timezone": "Mars"}, "Select a valid choice"),
    ],
)
@pytest.mark.usefixtures("is_open")
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_mailed(
    client: Client, changes: dict[str, str], said: str
) -> None:
    answer = client.post("/sign-up", form(**changes))
    assert answer.status_code == 422
    assert said in words(answer)
    focused = re.findall(r'name="(\w+)"(?=[^>]* autofocus)', answer.content.decode())
    assert focused == list(changes), "the cursor stands at the mistake"
    assert not Mail.objects.exists()


def test_a_fresh_instance_is_closed(client: Client) -> None:
    assert selectors.instance().sign_up == Instance.SignUp.CLOSED
    assert "made by its operator" in words(client.get("/sign-up"))
    assert "made by its operator" in words(client.post("/sign-up", form()))
    assert not Mail.objects.exists()
    assert 'href="/sign-up"' not in client.get("/sign-in").content.decode()
    let(Instance.SignUp.OPEN)
    assert 'href="/sign-up"' in client.get("/sign-in").content.decode()


def test_by_invitation_only_who_is_invited_gets_a_code(client: Client) -> None:
    let(Instance.SignUp.INVITATION)
    invitation = Invitation.objects.create(
        account=people.account(), email=NEW, role=Role.STANDARD, hash="x", expires_at=clock.now() + timedelta(days=1)
    )
    answers = []
    for email in (NEW, "stray@elsewhere.example"):
        browser = Client()
        browser.post("/sign-up", form(email=email))
        answers.append(form_of(browser.get("/sign-up/code")).replace(email, "X"))
    assert answers[0] == answers[1]
    assert [mail.to for mail in Mail.objects.all()] == [NEW]
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=clock.now())
    client.post("/sign-up", form())
    assert Mail.objects.count() == 1


@pytest.mark.usefixtures("is_open")
def test_the_newest_terms_are_accepted_and_that_is_kept(client: Client) -> None:
    assert client.get("/terms").status_code == 404
    instance.publish_terms("2026-01-01", "Old.", by=people.operator())
    newest_terms = instance.publish_terms("2026-06-01", "Be kind.\n\n<b>Pay.</b>", by=people.operator())
    assert "Be kind. &lt;b&gt;Pay.&lt;/b&gt;" in words(client.get("/terms"))
    assert client.post("/sign-up", form()).status_code == 422
    assert not Mail.objects.exists()
    old = client.post("/sign-up", form(terms="2026-01-01"))
    assert "of 2026-06-01" in words(old), "what was not shown is not accepted"
    assert (old.status_code, Mail.objects.count()) == (422, 0)
    client.post("/sign-up", form(terms="2026-06-01"))
    client.post("/sign-up/code", {"code": code_to(NEW)})
    accepted = Acceptance.objects.get()
    assert (accepted.terms, accepted.account.owner.email, accepted.user) == (
        newest_terms,
        NEW,
        User.objects.get(email=NEW),
    )


@pytest.mark.usefixtures("is_open")
def test_an_address_gets_five_mails_an_hour_and_a_client_asks_twenty_times(client: Client) -> None:
    assert [client.post("/sign-up", form()).status_code for _ in range(6)] == [302] * 5 + [429]
    assert Mail.objects.count() == 5
    cache.clear()
    codes = [client.post("/sign-up", form(email=f"n{n}@b.example")).status_code for n in range(21)]
    assert codes == [302] * 20 + [429]


@pytest.mark.usefixtures("is_open")
def test_without_a_mail_server_the_page_says_so(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    for answer in (client.get("/sign-up"), client.post("/sign-up", form())):
        assert "TRAILHOUSE_MAIL_URL" in words(answer)
    assert not Mail.objects.exists()


@pytest.mark.parametrize("who", [people.reseller, people.stranger])
def test_the_page_of_the_instance_exists_for_the_operator_alone(client: Client, who: Any) -> None:
    client.force_login(who())
    values = {"name": "Mine", "sign_up": "open", "support_email": ""}
    assert client.get("/operator/instance").status_code == 404
    assert client.post("/operator/instance", values).status_code == 404
    assert client.post("/operator/terms", {"version": "1", "text": "x"}).status_code == 404
    assert selectors.instance().name == "Trailhouse"


def test_the_operator_decides_who_signs_up_and_publishes_terms(client: Client) -> None:
    client.force_login(people.operator())
    with clock.frozen(datetime(2027, 3, 1, 12, tzinfo=UTC)):
        assert "s date: 2027-03-01." in words(client.get("/operator/instance"))
    values = {"name": "Mine", "sign_up": "open", "support_email": "help@b.example", "contact_form": "off"}
    client.post("/operator/instance", values)
    found = selectors.instance()
    assert (found.name, found.sign_up, found.support_email) == ("Mine", "open", "help@b.example")
    asked = client.post("/operator/terms", {"version": "1", "text": "Be kind."})
    assert "Publish version 1 of the terms?" in words(asked)
    assert selectors.newest_terms() is None, "not before it was asked"
    values = {"version": "1", "text": "Be kind.", "confirmed": "1"}
    assert client.post("/operator/terms", values).status_code == 302
    again = client.post("/operator/terms", {"version": "1", "text": "Be cruel."})
    assert again.status_code == 422
    assert "published already" in words(again)
    assert "Be kind." in words(client.get("/terms"))
