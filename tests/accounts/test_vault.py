"""Secrets of second steps at rest: no copy of the database tells them, and a change of the secret key loses none."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests import people
from tests.accounts.mails import words
from trailhouse.accounts import vault
from trailhouse.core.errors import UserError

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret() -> str:
    """The secret of the reseller's app; she has recovery codes too."""
    made: str = generate_totp_secret()
    TOTP.activate(people.reseller(), made)
    RecoveryCodes.activate(people.reseller())
    return made


def one(kind: str) -> Authenticator:
    """The reseller's authenticator of a kind."""
    return Authenticator.objects.get(user=people.reseller(), type=kind)


def stored() -> str:
    """All that the database holds of second steps."""
    return repr(list(Authenticator.objects.values_list("data", flat=True)))


def works(secret: str) -> bool:
    """Whether a code of the app is taken."""
    cache.clear()
    return bool(TOTP(one("totp")).validate_code(format_hotp_value(hotp_value(secret, list(counters())[1]))))


def test_nothing_in_the_database_tells_the_secrets(secret: str) -> None:
    seed = get_adapter().decrypt(one("recovery_codes").data["seed"])
    codes = RecoveryCodes(one("recovery_codes")).generate_codes()
    assert len(codes) == 10
    for told in (secret, seed, *codes):
        assert told not in stored()
    assert works(secret)
    assert vault.encrypt("x") != vault.encrypt("x")


def test_what_was_stored_in_the_clear_goes_on_working_and_is_encrypted(secret: str) -> None:
    app, codes = one("totp"), one("recovery_codes")
    app.data = {"secret": secret}
    app.save()
    codes.data = {"seed": RecoveryCodes.generate_seed(), "used_mask": 5, "viewed_at": 1.0}
    codes.save()
    before = RecoveryCodes(codes).get_unused_codes()
    assert works(secret)
    assert vault.renew() == 2
    assert vault.renew() == 0
    assert secret not in stored()
    assert codes.data["seed"] not in stored()
    assert works(secret)
    assert RecoveryCodes(one("recovery_codes")).get_unused_codes() == before
    assert one("recovery_codes").data["viewed_at"] == 1.0


def test_a_new_secret_key_loses_nothing_while_the_old_one_is_a_fallback(secret: str, settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    assert works(secret)
    assert vault.renew() == 2
    settings.SECRET_KEY_FALLBACKS = []
    assert works(secret)
    assert vault.renew() == 0


def test_without_the_old_key_the_page_says_what_is_missing(client: Client, secret: str, settings: Settings) -> None:
    settings.SECRET_KEY = "other" * 20
    with pytest.raises(UserError):
        works(secret)
    before = stored()
    assert vault.renew() == 0
    assert stored() == before, "the old key may come back"
    client.post("/sign-in", {"login": people.RESELLER, "password": people.PASSWORD})
    refused = client.post("/sign-in/second-step", {"code": "123456"})
    assert refused.status_code == 503
    assert "TRAILHOUSE_SECRET_KEY_FALLBACKS" in words(refused)
    client.force_login(people.reseller())
    assert "10 are left" in words(client.get("/profile/security"))


def test_a_damaged_secret_opens_nothing(secret: str) -> None:
    whole = one("totp").data["secret"]
    damaged = whole[:-8] + ("A" if whole[-8] != "A" else "B") + whole[-7:]
    with pytest.raises(UserError):
        vault.decrypt(damaged)
