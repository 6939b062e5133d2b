"""What the frame of mails needs: the addresses that stand in a text are followed by a click, if they are ours."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_NAMED = re.compile(r"(?P<name>\S.*): (?P<address>\S+)")
_ADDRESS = re.compile(r"(https?://\S+[^\s.,;:!?)\]}'\"])")


@register.filter
def linked(line: str, hosts: Collection[tuple[str, str]]) -> SafeString:
    """The line, escaped, with links on what leads to one of `hosts` (scheme and host): others are anybody's text.

    In "name: address" the name is the link: an address of a line and a half tells less.
    """
    named = _NAMED.fullmatch(line)
    if named and _is_ours(named["address"], hosts):
        return _link(named["address"], named["name"])
    parts = _ADDRESS.split(line)
    return format_html_join("", "{}", ((_link(part, part) if _is_ours(part, hosts) else part,) for part in parts))


def _is_ours(text: str, hosts: Collection[tuple[str, str]]) -> bool:
    try:
        return bool(_ADDRESS.fullmatch(text)) and urlsplit(text)[:2] in hosts
    except ValueError:  # an address that is none
        return False


def _link(address: str, words: str) -> SafeString:
    return format_html('<a href="{}" style="color:inherit">{}</a>', address, words)
