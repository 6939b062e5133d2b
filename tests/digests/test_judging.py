"""What is worth telling: far from the usual, and more than noise."""

from collections.abc import Callable

import pytest

from trailhouse.digests import judging
from trailhouse.digests.judging import Limits, Seen, Values

Judge = Callable[[Seen, Limits], Values | None]
USUAL = (40, 55, 62, 70)


@pytest.mark.parametrize(
    ("judge", "now", "usual", "limits", "told"),
    [
        pytest.param(judging.spike, 140, USUAL, Limits(100, 30), True, id="twice the most of the weeks before"),
        pytest.param(judging.spike, 139, USUAL, Limits(100, 30), False, id="one less is no spike"),
        pytest.param(judging.spike, 29, (1, 1, 1, 1), Limits(100, 30), False, id="few visitors are never a spike"),
        pytest.param(judging.spike, 30, (0, 0, 0, 0), Limits(100, 30), True, id="many where there are none usually"),
        pytest.param(judging.spike, 500, (10,), Limits(100, 30), False, id="one week is no usual"),
        pytest.param(judging.spike, 0, (0, 0), Limits(100, 0), False, id="nothing is never a spike"),
        pytest.param(judging.drop, 16, USUAL, Limits(60, 20), True, id="60% below the fewest"),
        pytest.param(judging.drop, 17, USUAL, Limits(60, 20), False, id="one more is no drop"),
        pytest.param(judging.drop, 0, (19, 50, 50, 50), Limits(60, 20), False, id="a week below the floor is noise"),
        pytest.param(judging.drop, 0, (50,), Limits(60, 20), False, id="a drop needs a usual too"),
        pytest.param(judging.silence, 0, (9, 5, 7), Limits(3, 5), True, id="nothing where there always is"),
        pytest.param(judging.silence, 1, (9, 5, 7), Limits(3, 5), False, id="one event is no silence"),
        pytest.param(judging.silence, 0, (9, 4, 7), Limits(3, 5), False, id="one quiet week before is usual"),
        pytest.param(judging.silence, 0, (0, 0, 0, 0), Limits(3, 0), False, id="never anything there is no silence"),
        pytest.param(judging.often, 20, (), Limits(20), True, id="as often as the threshold"),
        pytest.param(judging.often, 19, (), Limits(20), False, id="once less"),
        pytest.param(judging.often, 0, (), Limits(0), False, id="never is not often"),
    ],
)
def test_it_is_told_or_not(judge: Judge, now: int, usual: tuple[int, ...], limits: Limits, told: bool) -> None:
    assert (judge(Seen(now, usual), limits) is not None) is told


def test_the_figures_that_are_told_are_those_that_were_seen() -> None:
    assert judging.spike(Seen(312, USUAL), Limits(100, 30)) == {"now": 312, "low": 40, "high": 70}
    assert judging.silence(Seen(0, (9, 5)), Limits(3, 5)) == {"now": 0, "low": 5, "high": 9, "hours": 3}
