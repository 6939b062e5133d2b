"""A look as the templates of PDF files take it, in one argument."""

from base64 import b64encode
from typing import Any

from django.utils.translation import gettext

from trailhouse.branding.looks import Look, Picture
from trailhouse.branding.models import Image
from trailhouse.core.colours import drawn_on_white, ink_on

LOGO_ROOM = (600, 90)  # tenths of a millimetre


def drawn(look: Look) -> dict[str, Any]:
    """What a template needs to draw `look`: its name, colours and address; its logo as SVG with its size in mm.

    `initial` stands where others have a logo, and is empty in the neutral look. `foot` is the line at the foot.
    """
    size = look.logo.fitted(*LOGO_ROOM) if look.logo else (0, 0)
    return {
        "name": look.name,
        "colour": look.colour,
        "ink": ink_on(look.colour),
        "shape": drawn_on_white(look.colour),  # of lines, bars and links on paper
        "initial": look.initial,
        "logo": _svg(look, look.logo) if look.logo else "",
        "logo_mm": [size[0] / 10, size[1] / 10],
        "foot": ", ".join(part for part in (look.name, look.footer) if part),
        "powered": gettext("Powered by %(name)s") % {"name": look.powered_by} if look.powered_by else "",
        "url": look.url,
    }


def _svg(look: Look, picture: Picture) -> str:
    """A logo as SVG: what is none is put into one, since text alone reaches a template."""
    image = Image.objects.filter(brand=look.brand_id, digest=picture.digest).first()
    if image is None:  # it was replaced this moment
        return ""
    content = bytes(image.content)
    if image.content_type == "image/svg+xml":
        return content.decode()
    width, height = image.width, image.height
    data = b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:{image.content_type};base64,{data}"/></svg>'
    )
