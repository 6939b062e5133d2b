"""The lines and ticks of the chart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.dashboard.chart import _line, _ticks
from trailhouse.stats.metrics import Unit


@pytest.mark.parametrize(
    ("most", "unit", "labels"),
    [
        pytest.param(0, Unit.COUNT, ["0", "1"], id="nothing still has a scale"),
        pytest.param(3, Unit.COUNT, ["0", "1", "2", "3"], id="people come in whole numbers"),
        pytest.param(459, Unit.COUNT, ["0", "200", "400", "600"], id="hundreds"),
        pytest.param(98_000, Unit.COUNT, ["0", "25K", "50K", "75K", "100K"], id="many thousands are shortened"),
        pytest.param(72.4, Unit.PERCENT, ["0%", "20%", "40%", "60%", "80%"], id="shares"),
        pytest.param(161, Unit.SECONDS, ["0s", "1m", "2m", "3m"], id="durations step by whole minutes"),
    ],
)
def test_ticks_are_round(most: float, unit: Unit, labels: list[str]) -> None:
    assert [tick.label for tick in _ticks(most, unit, "EUR")] == labels


@given(st.floats(0, 1e12), st.sampled_from([Unit.COUNT, Unit.PERCENT, Unit.SECONDS]))
def test_the_highest_value_fits_under_the_highest_tick(most: float, unit: Unit) -> None:
    ticks = _ticks(most, unit, "EUR")
    assert ticks[-1].value >= most * (1 - 1e-6)
    assert 2 <= len(ticks) <= 9 or unit is Unit.SECONDS


def test_a_line_breaks_where_a_value_is_undefined() -> None:
    assert _line([0, 10, None, 5], 10) == "M0.0 186.0L333.3 0.0M1000.0 93.0"
    assert _line([5], 10) == "M500.0 93.0h0"
    assert _line([], 10) == ""
