"""What a site's owner pastes."""

from django.utils.html import escape


def snippet(base_url: str, key: str) -> str:
    """The script of the site with `key`, and the pixel for browsers without JavaScript."""
    base = escape(base_url.rstrip("/"))
    return (
        f'<script defer src="{base}/s/{key}.js"></script>\n'
        f'<noscript><img src="{base}/s/{key}.gif" alt="" width="1" height="1"></noscript>'
    )
