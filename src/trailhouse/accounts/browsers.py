"""What a browser calls itself, in words that its owner recognises."""

from functools import lru_cache

from django.utils.translation import gettext as _
from ua_parser import parse


def browser_name(user_agent: str) -> str:
    """Such as "Firefox on Linux"; of an unknown one that it is unknown."""
    browser, system = _found(user_agent[:500])
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


@lru_cache(maxsize=256)
def _found(user_agent: str) -> tuple[str, str]:
    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else ""
    return browser, found.os.family if found.os else ""
