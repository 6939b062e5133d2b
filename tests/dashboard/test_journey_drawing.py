"""How ways are drawn."""

import pytest

from trailhouse.dashboard import journey_drawing
from trailhouse.stats.reports.journeys import EDGE, Kind, Link, Step, Ways

CENTRE, NEAR, FAR = (Step(Kind.PAGE, path) for path in ("/shop", "/menu", "/about"))


@pytest.mark.parametrize(
    ("link", "columns"),
    [
        pytest.param(Link(-3, FAR, NEAR, 6), {0: ["/about"]}, id="before the centre"),
        pytest.param(Link(2, NEAR, FAR, 6), {6: ["/about"]}, id="after the centre"),
    ],
)
def test_a_way_that_nothing_joins_to_the_centre_has_a_box_and_no_band(
    link: Link, columns: dict[int, list[str]]
) -> None:
    joined = (Link(-1, EDGE, CENTRE, 9), Link(0, CENTRE, EDGE, 9))
    drawn = journey_drawing.columns(Ways(CENTRE, 9, (link, *joined)), lambda _: "", {})
    assert [len(column.bands) for column in drawn] == [0, 0, 1, 1, 0, 0, 0]
    for place, names in columns.items():
        assert [box.name for box in drawn[place].boxes] == names
