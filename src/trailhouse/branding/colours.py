"""One colour of a brand → what pages show of it: shades that can be read by day and by night. Pure.

`--brand` is small text, a button's ground and a chart's line at once, so it is held to the strictest of them: the 4.5
to 1 of text (WCAG 2.2, 1.4.3), which is more than the 3 to 1 of lines and focus rings (1.4.11).
"""

from dataclasses import dataclass
from functools import lru_cache

from trailhouse.branding.models import COLOUR
from trailhouse.core import colours

WASH = 0.11  # the share of the colour in `--brand-wash`
HOVER = 0.05  # the share of the ink in `--hover`


@dataclass(frozen=True)
class Scheme:
    """What text in the brand's colour stands on; as `app.css` has it."""

    card: str
    paper: str
    ink: str

    def grounds(self, colour: str) -> tuple[str, ...]:
        """Every ground of text in `colour`: cards, the page, both under the pointer, and the colour's own wash."""
        under = (colours.mixed(self.ink, ground, HOVER) for ground in (self.card, self.paper))
        return (self.card, self.paper, *under, colours.mixed(colour, self.card, WASH))

    def shows(self, colour: str) -> bool:
        """Whether text in `colour` can be read here."""
        return all(colours.contrast(colour, ground) >= colours.TEXT_CONTRAST for ground in self.grounds(colour))


DAY = Scheme(card="#ffffff", paper="#f7f6f2", ink="#1b1f23")
NIGHT = Scheme(card="#171b1d", paper="#101314", ink="#e7eaec")


@dataclass(frozen=True)
class Shades:
    """A brand's colour on light and on dark pages, and what is written on it there and on the colour itself."""

    colour: str
    ink: str
    day: str
    day_ink: str
    night: str
    night_ink: str

    @property
    def too_light(self) -> bool:
        """Whether light pages cannot show the colour itself."""
        return self.day != self.colour

    @property
    def too_dark(self) -> bool:
        """Whether dark pages cannot show the colour itself."""
        return self.night != self.colour


# What app.css was drawn with, where no brand has a colour of its own.
_OWN = Shades(COLOUR, "#ffffff", COLOUR, "#ffffff", "#2dd4bf", "#04201d")


@lru_cache(maxsize=256)
def shades(colour: str) -> Shades:
    """The shades of `colour`: itself where it can be read, else as little darker or lighter as makes it so.

    Raises ValueError where it is no colour such as #0f766e.
    """
    if not colours.is_colour(colour):
        raise ValueError(f"{colour[:20]!r} is no colour such as #0f766e")
    if colour == COLOUR:
        return _OWN
    day, night = _moved(colour, DAY, -colours.STEP), _moved(colour, NIGHT, colours.STEP)
    return Shades(colour, colours.ink_on(colour), day, colours.ink_on(day), night, colours.ink_on(night))


def _moved(colour: str, scheme: Scheme, step: float) -> str:
    lightness, found = colours.oklch(colour).lightness, colour
    while not scheme.shows(found):  # black on light pages and white on dark ones end it
        lightness += step
        found = colours.with_lightness(colour, min(1.0, max(0.0, lightness)))
    return found


def stylesheet(colour: str) -> str:
    """The stylesheet that puts a brand's colour onto pages. Raises ValueError as `shades` does."""
    of = shades(colour)
    day = f"--brand:{of.day};--brand-ink:{of.day_ink}"
    night = f"--brand:{of.night};--brand-ink:{of.night_ink}"
    return f":root{{{day}}}\n@media (prefers-color-scheme:dark){{:root{{{night}}}}}\n"


def preview_stylesheet(colour: str) -> str:
    """The same for the editor's previews alone, which show day and night side by side, and mail.

    They stand in `.shows-<six digits>`. Raises ValueError as `shades` does.
    """
    of, place = shades(colour), f".shows-{colour[1:]}"
    rules = (
        (".day", f"--brand:{of.day};--brand-ink:{of.day_ink}"),
        (".night", f"--brand:{of.night};--brand-ink:{of.night_ink}"),
        (".flat", f"--brand:{of.colour};--brand-ink:{of.ink}"),
    )
    return "".join(f"{place} {where}{{{values}}}\n" for where, values in rules)
