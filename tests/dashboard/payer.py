"""Who pays, in a browser without pictures: for the tests of the pages of trials and payments."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from tests import people
from tests.billing import money
from trailhouse.accounts.models import User
from trailhouse.billing import activating, receiving, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.events import current
from trailhouse.events.store import Store

DAY = timedelta(days=1)
METER = money.FlatMeter(per_day=400)  # 11,200 in 28 days: up to 100,000, €19.00 a month
MONEY_WORDS = re.compile(r"€|EUR|\bpa(?:y|id|yment)|\bdue\b|trial|invoice|price|activate", re.I)
Go = Callable[[timedelta], None]


@pytest.fixture
def time(store: Store) -> Iterator[Go]:
    """An instance that bills; moves its clock on."""
    current.use(store)
    moment = [money.START]
    with ExitStack() as held:
        held.enter_context(clock.frozen(moment[0]))
        money.switch_on()
        money.account()

        def go(delta: timedelta) -> None:
            moment[0] += delta
            held.enter_context(clock.frozen(moment[0]))
            tick.run(METER)

        yield go
    current.use(None)


def signed_in(who: User) -> Client:
    """A browser of somebody."""
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def reseller(time: Go) -> Client:
    return signed_in(people.reseller())


def base() -> str:
    return f"/accounts/{money.account().pk}/billing"


def page(client: Client, path: str, status: int = 200, target: str = "") -> str:
    """What a page, or its part `target`, says without its tags."""
    answer = client.get(path, headers={"HX-Target": target})
    assert answer.status_code == status, answer.status_code
    return text_of(answer.text)


def text_of(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def due(time: Go, *domains: str) -> list[Subscription]:
    """Sites whose trial is over."""
    ones = [money.site(domain) for domain in domains]
    time(30 * DAY)
    for one in ones:
        one.refresh_from_db()
        assert one.state == State.DUE
    return ones


def paid(time: Go, *domains: str, interval: Interval = Interval.MONTHLY) -> list[Subscription]:
    """Sites that are paid for since today."""
    ones = due(time, *domains)
    request = activating.activate(money.account(), dict.fromkeys(ones, interval), by=None)
    assert request is not None
    receive(request.total, "first")
    for one in ones:
        one.refresh_from_db()
        assert one.state == State.ACTIVE
    return ones


def receive(amount: int, key: str, **more: object) -> None:
    today = clock.now().date()
    receiving.receive(
        money.account(), Money(amount, "EUR"), gateway="transfer", key=key, received_on=today, **more  # type: ignore[arg-type]
    )  # fmt: skip
