"""Where what belongs to a look is found: paths on whatever host the reader is at."""

from django.urls import reverse

from trailhouse.branding.looks import Look, Picture
from trailhouse.branding.models import COLOUR


def image(picture: Picture) -> str:
    """The path of a logo or an icon."""
    return reverse("brand_image", args=[picture.digest])


def letter(look: Look) -> str:
    """The path of the icon of a look that has none of its own; empty for the neutral one."""
    return reverse("brand_letter", args=[look.colour.removeprefix("#"), look.initial]) if look.initial else ""


def colours(look: Look) -> str:
    """The path of the stylesheet with the look's colours; empty for the product's own, which need none."""
    return "" if look.colour == COLOUR else reverse("brand_colours", args=[look.colour.removeprefix("#")])
