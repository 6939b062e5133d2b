"""Tests of billing go by a clock of their own, remember no book of another test, and pay by a double of Stripe."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.billing import stripe_double
from tests.billing.money import Time
from tests.billing.stripe_cast import Cast
from trailhouse.billing.gateways.stripe import client
from trailhouse.core.settings import settings


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[stripe_double.Stripe]:
    with stripe_double.running() as double:
        yield double


@pytest.fixture
def cast(db: None, stripe_server: stripe_double.Stripe, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    """The reseller, at an instance that is set up for the double."""
    stripe_server.reset()
    own = replace(
        settings(),
        stripe_key=stripe_double.KEY,
        stripe_webhook_secret=stripe_double.SECRET,
        stripe_url=stripe_server.url,
    )
    monkeypatch.setattr(client, "settings", lambda: own)
    with ExitStack() as held:
        yield Cast(stripe_server, held)


@pytest.fixture
def time(db: None) -> Iterator[Time]:
    """The clock, at `money.START`, of an instance that bills."""
    with Time() as clock:
        yield clock
