"""Colours: WCAG's contrast, CSS's mixing, and lightness that moves while the hue stays."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.core import colours

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#0f766e", "#ffffff", 5.47), ("#abcdef", "#abcdef", 1)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.006)
    assert colours.contrast(other, one) == colours.contrast(one, other)


@pytest.mark.parametrize(
    ("typed", "kept"), [("#0F766E", "#0f766e"), (" 0af ", "#00aaff"), ("#fff", "#ffffff"), ("d97706", "#d97706")]
)
def test_colours_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert colours.typed(typed) == kept


@pytest.mark.parametrize("text", ["", "#", "red", "#12345", "#1234567", "rgb(0,0,0)", "#gggggg", "#0f766e;}"])
def test_anything_else_is_no_colour(text: str) -> None:
    assert not colours.is_colour(text)
    with pytest.raises(ValueError, match="no colour"):
        colours.typed(text)


@given(COLOURS)
def test_whatever_the_colour_its_ink_can_be_read(colour: str) -> None:
    assert colours.contrast(colours.ink_on(colour), colour) >= colours.TEXT_CONTRAST


@given(COLOURS)
def test_a_colour_that_is_not_moved_stays_as_it_is(colour: str) -> None:
    again = colours.with_lightness(colour, colours.oklch(colour).lightness)
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(again[1:]), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 1


@given(COLOURS, st.floats(0.2, 0.95))
def test_a_moved_colour_keeps_its_hue(colour: str, lightness: float) -> None:
    moved, before = colours.oklch(colours.with_lightness(colour, lightness)), colours.oklch(colour)
    assert moved.lightness == pytest.approx(lightness, abs=0.02)
    if min(moved.chroma, before.chroma) > 0.06:
        turned = abs(moved.hue - before.hue) % math.tau
        assert min(turned, math.tau - turned) < 0.12


def test_mixing_is_that_of_browsers() -> None:  # as Chromium computes color-mix(in oklab, …)
    assert colours.mixed("#0f766e", "#ffffff", 0.11) == "#e7efee"
    assert colours.mixed("#ff0000", "#0000ff", 0.5) == "#8c53a2"
