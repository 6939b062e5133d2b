"""What templates need of a look beside its words."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trailhouse.branding import addresses
from trailhouse.branding.looks import Look, Picture

register = template.Library()

LOGO_ROOM = (180, 28)  # CSS pixels, in the top bar


@register.filter
def image(picture: Picture) -> str:
    """The path of a picture."""
    return addresses.image(picture)


@register.filter
def measures(picture: Picture) -> SafeString:
    """The width and height at which a logo is shown, as attributes: nothing jumps when it has come."""
    width, height = picture.fitted(*LOGO_ROOM)
    return format_html('width="{}" height="{}"', width, height)


@register.filter
def icon(look: Look | str) -> str:
    """The path of the icon of a look that is somebody's; empty where there is none."""
    if not isinstance(look, Look):
        return ""
    return addresses.image(look.icon) if look.icon else "" if look.is_operators else addresses.letter(look)


@register.filter
def colours(look: Look | str) -> str:
    """The path of the stylesheet with the look's colours; empty where there is none, or no look at all."""
    return addresses.colours(look) if isinstance(look, Look) else ""
