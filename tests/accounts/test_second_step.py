"""A second step that is lost: taken off by the operator at once, or at one's own request after a wait."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests import people
from tests.accounts.mails import another, code_to, newest, words
from tests.outbox.conftest import use_server
from trailhouse.accounts import second_step
from trailhouse.accounts.models import AuditEntry, SecondStepRequest
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 9, 12, tzinfo=UTC)
HOURS = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _with_second_step(settings: Settings) -> None:
    use_server(settings, "smtp://127.0.0.1:1")
    TOTP.activate(people.reseller(), generate_totp_secret())
    RecoveryCodes.activate(people.reseller())


def mails(template: str) -> int:
    """How many mails of this kind were written."""
    return Mail.objects.filter(template=f"accounts/{template}").count()


def has_one() -> bool:
    """Whether the reseller is asked for a second step."""
    return second_step.has_one(people.reseller())


def test_the_operator_takes_it_off_at_once() -> None:
    browser = Client()
    browser.force_login(people.reseller())
    second_step.ask(people.reseller())
    assert second_step.take_off(people.reseller(), by=people.operator())
    assert not Authenticator.objects.filter(user=people.reseller()).exists()
    assert browser.get("/sites").status_code == 302, "all browsers are signed out"
    assert newest(people.RESELLER).template == "accounts/second_step_off"
    entry = AuditEntry.objects.get(action="second_step.taken_off")
    assert (entry.account, entry.user, entry.subject) == (people.account(), people.operator(), people.RESELLER)
    assert second_step.waiting(people.reseller()) is None
    assert not second_step.take_off(people.reseller(), by=people.operator())
    assert mails("second_step_off") == 1


def test_after_the_wait_it_is_taken_off_once() -> None:
    with clock.frozen(MONDAY):
        second_step.ask(people.reseller())
        second_step.ask(people.reseller())
    assert (mails("second_step_asked"), SecondStepRequest.objects.count()) == (1, 1)
    with clock.frozen(MONDAY + 47 * HOURS):
        assert second_step.carry_out_due() == 0
    assert mails("second_step_soon") == 0
    with clock.frozen(MONDAY + 48 * HOURS):
        assert second_step.carry_out_due() == second_step.carry_out_due() == 0
    assert mails("second_step_soon") == 1
    with clock.frozen(MONDAY + 71 * HOURS):
        assert second_step.carry_out_due() == 0
        assert has_one()
    with clock.frozen(MONDAY + 72 * HOURS):
        assert second_step.carry_out_due() == 1
        assert second_step.carry_out_due() == 0
    assert not has_one()
    assert mails("second_step_off") == 1


def test_a_machine_that_was_off_reminds_first() -> None:
    with clock.frozen(MONDAY):
        second_step.ask(people.reseller())
    with clock.frozen(MONDAY + 200 * HOURS):
        assert second_step.carry_out_due() == 0
    with clock.frozen(MONDAY + 224 * HOURS):
        assert second_step.carry_out_due() == 1


@pytest.mark.parametrize("template", ["second_step_asked", "second_step_soon"])
def test_each_mail_has_a_link_that_stops_it(client: Client, template: str) -> None:
    with clock.frozen(MONDAY):
        second_step.ask(people.reseller())
    with clock.frozen(MONDAY + 48 * HOURS):
        second_step.carry_out_due()
    mail = Mail.objects.get(template=f"accounts/{template}")
    link = reverse("second_step_stop", args=[mail.context["secret"]["token"]])
    assert "Stop it" in words(client.get(link))
    assert second_step.waiting(people.reseller()), "looking stops nothing"
    assert client.post(link).status_code == 200
    with clock.frozen(MONDAY + 99 * HOURS):
        assert second_step.carry_out_due() == 0
    assert has_one()
    assert AuditEntry.objects.filter(action="second_step.stopped").exists()
    assert client.get(link).status_code == 410
    assert client.get("/second-step/stop/nonsense").status_code == 410


def to_second_step(client: Client) -> None:
    """Sign in by password, as far as the second step."""
    client.post("/sign-in", {"login": people.RESELLER, "password": people.PASSWORD})


def test_who_came_as_far_as_the_second_step_asks_by_a_mailed_code(client: Client) -> None:
    assert client.get("/sign-in/second-step/lost")["Location"].startswith("/sign-in")
    to_second_step(client)
    assert "/sign-in/second-step/lost" in client.get("/sign-in/second-step").content.decode()
    assert "72 hours" in words(client.get("/sign-in/second-step/lost"))
    assert mails("second_step_code") == 0
    client.post("/sign-in/second-step/lost")
    code = code_to(people.RESELLER)
    assert client.post("/sign-in/second-step/lost", {"code": another(code)}).status_code == 422
    assert second_step.waiting(people.reseller()) is None
    done = client.post("/sign-in/second-step/lost", {"code": code})
    assert done.status_code == 200
    assert "will be taken off" in words(done)
    assert second_step.waiting(people.reseller()) is not None
    assert has_one()
    assert client.get("/sites").status_code == 302, "nobody is signed in by it"


def test_without_mail_only_the_operator_can_help(client: Client, settings: Settings) -> None:
    use_server(settings, "")
    to_second_step(client)
    assert "operator" in words(client.get("/sign-in/second-step/lost"))
    client.post("/sign-in/second-step/lost")
    assert mails("second_step_code") == 0


def test_the_page_security_shows_the_request_and_stops_it(client: Client) -> None:
    client.force_login(people.reseller())
    second_step.ask(people.reseller())
    assert "will be taken off" in words(client.get("/profile/security"))
    client.post("/profile/second-step/keep")
    assert second_step.waiting(people.reseller()) is None
    assert "will be taken off" not in words(client.get("/profile/security"))


def test_the_demo_keeps_its_own() -> None:
    account = people.account()
    account.demo = True
    account.save()
    for change in (
        lambda: second_step.take_off(people.reseller(), by=None),
        lambda: second_step.ask(people.reseller()),
    ):
        with pytest.raises(UserError):
            change()
    assert has_one()
