"""How many events came in lately, from a counter that is looked at each ten seconds."""

from trailhouse.events.pace import HOUR_MS, MINUTE_MS, Pace


def looked(until_s: int, a_second: int = 5) -> Pace:
    """A pace of so many events a second, looked at each ten seconds."""
    pace = Pace()
    for second in range(0, until_s + 1, 10):
        pace.note(second * 1000, 1_000 + second * a_second)
    return pace


def test_nothing_is_said_before_it_was_looked_at_that_long() -> None:
    assert Pace().within(MINUTE_MS) is None
    assert looked(50).within(MINUTE_MS) is None


def test_the_last_minute_and_the_last_hour_are_counted() -> None:
    assert looked(60).within(MINUTE_MS) == 300
    assert looked(60).within(HOUR_MS) is None
    assert looked(7200).within(HOUR_MS) == 18_000


def test_a_look_that_comes_late_is_scaled() -> None:
    pace = Pace()
    pace.note(0, 0)
    pace.note(90_000, 900)
    assert pace.within(MINUTE_MS) == 600


def test_counters_that_begin_anew_and_clocks_that_go_back_are_never_negative() -> None:
    pace = looked(600)
    pace.note(610_000, 3)
    assert pace.within(MINUTE_MS) is None
    pace.note(670_000, 63)
    assert pace.within(MINUTE_MS) == 60
    pace.note(0, 70)
    assert pace.within(MINUTE_MS) is None
