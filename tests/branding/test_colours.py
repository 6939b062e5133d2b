"""A brand's colour can be read on every page, whatever colour it is."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.branding.colours import DAY, HOVER, NIGHT, WASH, preview_stylesheet, shades, stylesheet
from trailhouse.branding.models import COLOUR
from trailhouse.core.colours import TEXT_CONTRAST, contrast

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
STATIC = Path(__file__).parents[2] / "src/trailhouse/dashboard/static/dashboard"


@given(COLOURS)
def test_every_colour_has_shades_that_can_be_read_by_day_and_by_night(colour: str) -> None:
    made = shades(colour)
    for shade, ink, scheme in ((made.day, made.day_ink, DAY), (made.night, made.night_ink, NIGHT)):
        assert min(contrast(shade, ground) for ground in scheme.grounds(shade)) >= TEXT_CONTRAST
        assert contrast(ink, shade) >= TEXT_CONTRAST
    assert contrast(made.ink, colour) >= TEXT_CONTRAST


@given(COLOURS)
def test_a_colour_that_can_be_read_is_not_moved(colour: str) -> None:
    made = shades(colour)
    assert made.too_light == (not DAY.shows(colour))
    if colour != COLOUR:
        assert made.too_dark == (not NIGHT.shows(colour))


def test_a_light_colour_is_darkened_only_as_far_as_needed() -> None:
    made = shades("#facc15")
    assert made.too_light
    assert not made.too_dark
    assert TEXT_CONTRAST <= min(contrast(made.day, ground) for ground in DAY.grounds(made.day)) < TEXT_CONTRAST + 0.1


def test_the_products_own_colour_looks_as_the_stylesheet_was_drawn() -> None:
    css = (STATIC / "app.css").read_text()
    own, (day, night) = shades(COLOUR), re.findall(r"--brand: (#\w+);\n +--brand-ink: (#\w+);", css)
    assert (own.day, own.day_ink, day[1]) == (day[0], "#ffffff", "#fff")
    assert (own.night, own.night_ink) == night
    assert DAY.shows(own.day)
    assert NIGHT.shows(own.night)


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    css = (STATIC / "app.css").read_text()
    for name in ("card", "paper", "ink"):
        found = [f"#{text[1:] * 2}" if len(text) == 4 else text for text in re.findall(rf"--{name}: (#\w+);", css)]
        assert found == [getattr(DAY, name), getattr(NIGHT, name)]
    assert f"--brand-wash: color-mix(in oklab, var(--brand) {WASH:.0%}, var(--card));" in css
    assert f"--hover: color-mix(in oklab, var(--ink) {HOVER:.0%}, transparent);" in css


def test_a_stylesheet_holds_the_shades_of_its_colour_and_nothing_that_was_typed() -> None:
    made = shades("#7c3aed")
    assert f"--brand:{made.day}" in stylesheet("#7c3aed")
    assert f"--brand:{made.night}" in stylesheet("#7c3aed").partition("dark")[2]
    assert preview_stylesheet("#7c3aed").startswith(".shows-7c3aed .day{")
    for wrong in ("7c3aed", "#7C3AED", "#7c3aed}body{", "red"):
        with pytest.raises(ValueError, match="no colour"):
            stylesheet(wrong)
