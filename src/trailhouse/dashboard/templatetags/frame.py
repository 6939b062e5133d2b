"""What the frame around every page shows: the mark, the site switcher, the person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils.timezone import localtime

from trailhouse.dashboard import formats

register = template.Library()


@dataclass(frozen=True)
class Frame:
    """The frame's content for one request; `user` is None for a stranger."""

    user: Any
    account_name: str
    sites: tuple[Any, ...]

    @property
    def initials(self) -> str:
        """Up to two letters for the person's mark: of the name, else of the e-mail address."""
        if self.user is None:
            return ""
        name = self.user.full_name or self.user.email.split("@")[0].replace(".", " ")
        words = name.split() or ["?"]
        return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()


@register.filter
def short_day(moment: datetime) -> str:
    """The day of a moment, where the reader is: 15 Nov 2026."""
    return formats.short_day(localtime(moment).date())


@register.simple_tag(takes_context=True)
def frame(context: template.Context) -> Frame:
    """The frame for the request in `context`; a stranger gets an empty one."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Frame(None, "", ())
    from trailhouse.sites import selectors

    sites = tuple(selectors.sites_of(user))
    shown = context.get("site") or (sites[0] if sites else None)
    account = shown.account if shown else None
    return Frame(user, account.name if account else "", sites)
