"""The test clock: only in a sandbox, only forward, a day at a time, kept in the database."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests import people
from tests.billing import money
from trailhouse.accounts.models import Instance
from trailhouse.billing import sandbox
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import Rule
from trailhouse.billing.states import State
from trailhouse.commands import sandbox as command
from trailhouse.core import clock
from trailhouse.core import settings as core_settings
from trailhouse.core.errors import UserError
from trailhouse.events.store import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRAILHOUSE_SANDBOX", "yes")
    core_settings.settings.cache_clear()
    yield
    clock.run_ahead(0)
    monkeypatch.undo()
    core_settings.settings.cache_clear()


def test_outside_of_a_sandbox_nobody_moves_the_time() -> None:
    with pytest.raises(UserError, match="no sandbox"):
        sandbox.shown()


@pytest.mark.parametrize(
    ("ahead", "to"), [("40", ""), ("-3d", ""), ("", "soon"), ("+1d", "2999-01-01"), ("+9999d", "")]
)
def test_a_time_that_is_none_is_refused_with_what_would_be_one(ahead: str, to: str) -> None:
    with pytest.raises(UserError) as refused:
        command._target(ahead, to, clock.now())
    assert refused.value.hint


def test_the_clock_never_goes_back(in_a_sandbox: None, store: Store) -> None:
    sandbox.move_to(clock.now() + timedelta(days=3), Meter(store))
    with pytest.raises(UserError, match="cannot go back"):
        sandbox.move_to(clock.now() - timedelta(days=1), Meter(store))


def test_it_walks_day_by_day_prints_what_happened_and_stays_there(
    in_a_sandbox: None, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    money.seller()
    Instance.objects.update_or_create(pk=1, defaults={"billing": Instance.Billing.ON, "billed_since": clock.now()})
    one = money.site("dune-hotel.example")

    @contextmanager
    def asking() -> Iterator[command.Ask]:
        yield lambda payload: command.step(store, payload)

    monkeypatch.setattr(command, "_asking", asking)
    monkeypatch.setattr(command, "open_database", lambda: None)
    before = clock.now()
    command.run(argparse.Namespace(ahead="+30d", to="", json=False))
    printed = capsys.readouterr().out.splitlines()
    assert any(line.endswith("dune-hotel.example: trial_ends") for line in printed)
    assert any(line.endswith("dune-hotel.example: trial_over") for line in printed)
    assert printed[-1].endswith("30 days ahead.")
    one.refresh_from_db()
    assert one.state == State.DUE
    ahead = Rule.objects.get().clock_ahead_s
    assert abs(ahead - 30 * 86_400) < 3600  # walking takes its time
    clock.run_ahead(0)  # the process ends, and the next one begins
    sandbox.start()
    assert clock.now() >= before + timedelta(days=30) - timedelta(minutes=1)
    assert people.account().pk == one.account_id
