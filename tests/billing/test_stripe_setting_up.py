"""Payment by Stripe is an extra: without its settings no word of it is anywhere, with half of them nothing starts."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tests import people
from tests.billing import money
from trailhouse.billing import enrolment, gateways
from trailhouse.billing.gateways import stripe
from trailhouse.core import settings as core
from trailhouse.core.errors import UserError
from trailhouse.dashboard.middleware import security_headers

KEYS: dict[str, Any] = {"stripe_key": "sk_test_1", "stripe_webhook_secret": "whsec_1"}


def policy(own: core.Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The content security policy of a page under these settings."""
    monkeypatch.setattr(core, "settings", lambda: own)
    answer: Callable[[HttpRequest], Any] = lambda request: HttpResponse()  # noqa: E731
    return str(security_headers(answer)(HttpRequest())["Content-Security-Policy"])


def test_without_its_settings_there_is_no_such_gateway() -> None:
    assert gateways.gateway("stripe") is None


@pytest.mark.django_db
def test_without_its_settings_the_webhook_does_not_exist_and_no_page_speaks_of_cards() -> None:
    money.switch_on()
    account = money.account()
    client = Client()
    client.force_login(people.reseller())
    assert client.post("/webhooks/stripe").status_code == 404
    assert "card-title" not in client.get(f"/accounts/{account.pk}/billing/details").text
    refused = client.post(f"/accounts/{account.pk}/billing/card/add")
    assert (refused.status_code, "not set up here" in refused.text) == (400, True)
    assert enrolment.billing_of(account).gateway == "transfer"


@pytest.mark.parametrize("given", KEYS)
def test_one_setting_without_the_other_is_refused_by_name(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "settings", lambda: replace(core.settings(), **{given: KEYS[given]}))
    with pytest.raises(UserError, match=f"{core.name_of(given)} is set without"):
        stripe.make_known()


def test_its_settings_without_the_library_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "settings", lambda: replace(core.settings(), **KEYS))
    monkeypatch.setattr(stripe, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"Install trailhouse\[stripe\]"):
        stripe.make_known()


@pytest.mark.parametrize(
    ("name", "wrong"), [("TRAILHOUSE_STRIPE_KEY", "pk_live_abc"), ("TRAILHOUSE_STRIPE_WEBHOOK_SECRET", "sk_live_abc")]
)
def test_a_wrong_secret_is_refused_without_showing_it(name: str, wrong: str) -> None:
    with pytest.raises(UserError) as caught:
        core.from_env({name: wrong})
    assert name in str(caught.value)
    assert wrong not in str(caught.value)


def test_forms_may_lead_to_stripes_pages_only_where_it_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = core.settings()
    assert "form-action 'self';" in policy(plain, monkeypatch)
    set_up = policy(replace(plain, **KEYS), monkeypatch)
    assert "form-action 'self' https://checkout.stripe.com https://hooks.stripe.com;" in set_up


def test_the_product_starts_without_the_library() -> None:
    """In a process of its own, in which it cannot be imported."""
    code = (
        "import sys; sys.modules['stripe'] = None\n"
        "import django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "from trailhouse.jobs import table\n"
        "from trailhouse.billing import gateways; assert gateways.gateway('stripe') is None"
    )
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "trailhouse.settings"}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
