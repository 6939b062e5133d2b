"""Colours as people read them: contrast by WCAG 2.2, lightness by OKLCH. Colours are texts such as "#0f766e"."""

import math
import re
from typing import NamedTuple

WHITE, BLACK = "#ffffff", "#000000"
INK = "#101314"  # almost black, as on dark pages
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text of any size
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: lines and bars
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_SHORT = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")
STEP = 1 / 256  # of lightness: no channel has finer ones
_STEPS_OF_CHROMA = 12  # halvings: nearer than any of the 256 steps of a channel


class Oklch(NamedTuple):
    """Lightness from 0 to 1, chroma from 0, hue in radians (Björn Ottosson, "A perceptual color space", 2020)."""

    lightness: float
    chroma: float
    hue: float


def is_colour(text: str) -> bool:
    """Whether `text` is a colour in the form that is kept: six hexadecimal digits in lower case, after a #."""
    return bool(_COLOUR.fullmatch(text))


def typed(text: str) -> str:
    """A colour as people type it, in the form that is kept: "0AF" → "#00aaff". Raises ValueError for anything else."""
    found = _SHORT.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text[:20]!r} is no colour such as #0f766e")
    digits = found[1]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def luminance(colour: str) -> float:
    """The relative luminance of `colour`, from 0 (black) to 1 (white), as WCAG defines it."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """What is read well on `colour`, 4.5 to 1 at least: white or almost black, or black between the two."""
    best = max(WHITE, INK, key=lambda ink: contrast(ink, colour))
    return best if contrast(best, colour) >= TEXT_CONTRAST else BLACK


def drawn_on_white(colour: str) -> str:
    """`colour`, as little darker as lets lines and bars of it be seen on white."""
    lightness, found = oklch(colour).lightness, colour
    while contrast(found, WHITE) < SHAPE_CONTRAST:
        lightness -= STEP
        found = with_lightness(colour, lightness)
    return found


def mixed(colour: str, ground: str, share: float) -> str:
    """`share` (0 to 1) of `colour` and the rest of `ground`: CSS's `color-mix(in oklab, …)`."""
    pairs = zip(_oklab(colour), _oklab(ground), strict=True)
    lightness, a, b = (share * one + (1 - share) * other for one, other in pairs)
    return _nearest(Oklch(lightness, math.hypot(a, b), math.atan2(b, a)))


def oklch(colour: str) -> Oklch:
    """`colour` as lightness, chroma and hue."""
    lightness, a, b = _oklab(colour)
    return Oklch(lightness, math.hypot(a, b), math.atan2(b, a))


def with_lightness(colour: str, lightness: float) -> str:
    """`colour` made lighter or darker: the same hue, and as much of its chroma as a screen can show there."""
    _, chroma, hue = oklch(colour)
    return _nearest(Oklch(lightness, chroma, hue))


def _nearest(wanted: Oklch) -> str:
    """`wanted`, with its chroma lowered where no screen shows so much at that lightness."""
    if _is_shown(_rgb(wanted)):
        return _text(_rgb(wanted))
    low, high = 0.0, wanted.chroma
    for _ in range(_STEPS_OF_CHROMA):
        middle = (low + high) / 2
        low, high = (middle, high) if _is_shown(_rgb(wanted._replace(chroma=middle))) else (low, middle)
    return _text(_rgb(wanted._replace(chroma=low)))


def _is_shown(parts: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= part <= 1.0005 for part in parts)


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _straight(red), _straight(green), _straight(blue)


def _straight(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def _text(linear: tuple[float, float, float]) -> str:
    bent = (p * 12.92 if p <= 0.0031308 else 1.055 * p ** (1 / 2.4) - 0.055 for p in linear)
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, part))):02x}" for part in bent)


def _oklab(colour: str) -> tuple[float, float, float]:
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _rgb(colour: Oklch) -> tuple[float, float, float]:
    """The linear parts, which lie outside of 0 to 1 where no screen shows the colour."""
    lightness, a, b = colour.lightness, colour.chroma * math.cos(colour.hue), colour.chroma * math.sin(colour.hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
