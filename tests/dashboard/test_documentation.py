"""docs/overview.md tells of everything that an address can hold."""

from pathlib import Path

import pytest

from trailhouse.dashboard import state as states
from trailhouse.dashboard.panels import PANELS
from trailhouse.dashboard.vocabulary import FIELDS, FIGURES

TEXT = (Path(__file__).parents[2] / "docs" / "overview.md").read_text()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(states.PERIODS, id="periods"),
        pytest.param(states.COMPARISONS, id="comparisons"),
        pytest.param(states.OPERATORS, id="operators"),
        pytest.param(tuple(FIELDS), id="fields"),
        pytest.param(tuple(figure.metric for figure in FIGURES), id="figures"),
    ],
)
def test_every_word_of_an_address_is_explained(words: tuple[str, ...]) -> None:
    assert [word for word in words if f"`{word}`" not in TEXT] == []


def test_every_panel_is_named() -> None:
    assert [panel.key for panel in PANELS if str(panel.label) not in TEXT] == []
