"""What the frame of mails needs: the addresses that stand in a text are followed by a click, if they are ours."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_ADDRESS = re.compile(r"(https?://\S+[^\s.,;:!?)\]}'\"])")


@register.filter
def linked(line: str, hosts: Collection[tuple[str, str]]) -> SafeString:
    """The line, escaped, with links on what leads to one of `hosts` (scheme and host): others are anybody's text."""
    return format_html_join("", "{}", ((_link(part, hosts),) for part in _ADDRESS.split(line)))


def _link(part: str, hosts: Collection[tuple[str, str]]) -> str:
    try:
        is_ours = bool(_ADDRESS.fullmatch(part)) and urlsplit(part)[:2] in hosts
    except ValueError:  # an address that is none
        is_ours = False
    return format_html('<a href="{}" style="color:inherit">{}</a>', part, part) if is_ours else part
