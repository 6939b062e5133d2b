"""Where what belongs to a look is found: paths on whatever host the reader is at."""

from trailhouse.branding.looks import Look, Picture
from trailhouse.branding.models import COLOUR


def image(picture: Picture) -> str:
    """The path of a logo or an icon."""
    return f"/brand/images/{picture.digest}"


def colours(look: Look) -> str:
    """The path of the stylesheet with the look's colours; empty for the product's own, which need none."""
    return "" if look.colour == COLOUR else f"/brand/colours/{look.colour.removeprefix('#')}.css"
