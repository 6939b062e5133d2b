"""What turns health red, what is worth a look, and that everybody is told the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from trailhouse.core import clock
from trailhouse.core.health import TEXTS, State, Trouble, worst
from trailhouse.core.settings import Settings, settings
from trailhouse.events import health
from trailhouse.events.counters import Counters
from trailhouse.events.health import Disk, Vitals


@pytest.fixture
def own() -> Settings:
    """The settings of a machine with one edge, and room to spare."""
    return replace(settings(), disk_reserve_mb=0)


@pytest.mark.parametrize(
    ("known", "numbers", "codes"),
    [
        pytest.param(Vitals(), Counters(), [], id="all is well"),
        pytest.param(None, Counters(), ["app"], id="the app is away"),
        pytest.param(
            Vitals(writer_fails=True, canary_lost=True), Counters(), ["writer", "canary"], id="nothing stored"
        ),
        pytest.param(Vitals(), Counters(corrupt=1), ["spool"], id="a damaged group"),
        pytest.param(Vitals(), Counters(lost=1), ["spool"], id="a missing group"),
        pytest.param(Vitals(), Counters(received=3, stored=2), ["numbers"], id="an event that nobody knows of"),
        pytest.param(Vitals(), Counters(spool_bytes=3_000_000_000), ["spool_full"], id="no room in the spool"),
    ],
)
def test_what_turns_health_red(own: Settings, known: Vitals | None, numbers: Counters, codes: list[str]) -> None:
    found = health.of_machine(own, known, numbers)
    assert [trouble.code for trouble in found if trouble.state is State.RED] == codes
    assert worst(found) is (State.RED if codes else worst(health.of_disk(health.disk(own))))


def test_a_disk_at_its_reserve_is_red_and_a_low_one_worth_a_look() -> None:
    assert [trouble.state for trouble in health.of_disk(Disk(free=500, reserve=500))] == [State.RED]
    assert [trouble.state for trouble in health.of_disk(Disk(free=2_400, reserve=500))] == [State.WARN]
    assert not list(health.of_disk(Disk(free=2_501, reserve=500)))


def test_a_long_queue_is_worth_a_look(own: Settings) -> None:
    numbers = Counters(received=2_000_000, queued=2_000_000)
    assert [(trouble.code, trouble.state) for trouble in health.of_spool(own, numbers)] == [("queue", State.WARN)]


def test_each_edge_has_a_spool_of_its_own(own: Settings) -> None:
    numbers = Counters(spool_bytes=3_000_000_000)
    assert not list(health.of_spool(replace(own, workers=2), numbers))


def test_a_clock_behind_what_was_noted_is_red() -> None:
    assert [t.code for t in health.of_clock(clock.now() + timedelta(hours=1))] == ["clock"]
    assert [t.code for t in health.of_clock(clock.now()) if t.state is State.RED] == []


def test_every_text_takes_the_values_of_its_trouble() -> None:
    every = ("corrupt", "lost", "used", "queued", "free", "reserve", "now", "waiting", "given_up", "failing", "late")
    for code in TEXTS:
        trouble = Trouble(code, State.RED, dict.fromkeys(every, 7))
        assert "%" not in trouble.message + trouble.hint
