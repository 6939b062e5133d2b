"""What a site's owner pastes."""

from django.utils.html import escape

from trailhouse.sites.models import Site
from trailhouse.sites.script_address import PIXEL, src_of


def snippet(site: Site) -> str:
    """The site's script, and the pixel for browsers without JavaScript.

    The pixel knows the page by its referrer, of which a browser would tell another host the origin alone.
    """
    policy = "no-referrer-when-downgrade"
    return (
        f'<script defer src="{escape(src_of(site))}"></script>\n'
        f'<noscript><img src="{escape(src_of(site, PIXEL))}" referrerpolicy="{policy}" alt="" width="1" height="1">'
        "</noscript>"
    )
