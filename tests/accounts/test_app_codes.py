"""A code of an authenticator app works once: in every process, after a restart, and whatever it was used for."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests import people
from trailhouse.accounts import app_codes, vault

pytestmark = pytest.mark.django_db

NOW = 1_800_000_000.0  # the begin of a half minute


@pytest.fixture(autouse=True)
def _nobody_tried_before(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", Stopped)


class Stopped:
    """A clock that stands still."""

    @staticmethod
    def time() -> float:
        """Seconds since 1970."""
        return NOW


@pytest.fixture
def secret() -> str:
    """The key of the reseller's app."""
    key = str(generate_totp_secret())
    TOTP.activate(people.reseller(), key)
    return key


def shown(secret: str, late: int = 0) -> str:
    """What an app shows whose clock is so many half minutes late."""
    return str(format_hotp_value(hotp_value(secret, int(NOW) // 30 - late)))


def app() -> Authenticator:
    """The reseller's app, as a process reads it just now."""
    return Authenticator.objects.get(user=people.reseller(), type=Authenticator.Type.TOTP)


def signs_in(code: str) -> bool:
    """Whether a browser comes in by the password and `code`, in a process that remembers nothing."""
    cache.clear()
    client = Client()
    client.post("/sign-in", {"login": people.RESELLER, "password": people.PASSWORD})
    client.post("/sign-in/second-step", {"code": code})
    return "_auth_user_id" in client.session


def test_a_code_works_once_over_restarts(secret: str) -> None:
    assert signs_in(shown(secret))
    for spelling in (shown(secret), f"{shown(secret)[:3]} {shown(secret)[3:]}"):
        assert not signs_in(spelling)


def test_of_two_processes_at_once_one_takes_it(secret: str) -> None:
    first, second = app(), app()
    assert [app_codes.use(one, shown(secret)) for one in (first, second)] == [True, False]


@pytest.mark.parametrize(("later", "works"), [(-1, True), (0, False), (1, False)])
def test_after_a_code_only_later_ones_work(secret: str, later: int, works: bool) -> None:
    assert signs_in(shown(secret))
    assert signs_in(shown(secret, late=later)) == works


def test_a_code_that_confirmed_something_signs_nobody_in(secret: str) -> None:
    client = Client()
    client.force_login(people.reseller())
    assert client.post("/confirm/second-step", {"code": shown(secret)}).status_code == 302
    assert not signs_in(shown(secret))


def test_the_code_that_set_the_app_up_signs_nobody_in(client: Client) -> None:
    client.force_login(people.reseller())
    client.post("/confirm/password", {"password": people.PASSWORD})
    client.get("/profile/app/add")
    secret = client.session["mfa.totp.secret"]
    client.post("/profile/app/add", {"code": shown(secret)})
    assert vault.decrypt(app().data["secret"]) == secret
    assert not signs_in(shown(secret))
    assert signs_in(shown(secret, late=-1))


def test_a_new_key_of_the_vault_forgets_no_code(secret: str, settings: Settings) -> None:
    assert signs_in(shown(secret))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert vault.renew() == 1
    assert not signs_in(shown(secret))
