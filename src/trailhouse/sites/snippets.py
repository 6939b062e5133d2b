"""What a site's owner pastes."""

from django.utils.html import escape


def snippet(base_url: str, key: str) -> str:
    """The script of the site with `key`, and the pixel for browsers without JavaScript.

    The pixel knows the page by its referrer, of which a browser would tell another host the origin alone.
    """
    base = escape(base_url.rstrip("/"))
    policy = "no-referrer-when-downgrade"
    return (
        f'<script defer src="{base}/s/{key}.js"></script>\n'
        f'<noscript><img src="{base}/s/{key}.gif" referrerpolicy="{policy}" alt="" width="1" height="1"></noscript>'
    )
