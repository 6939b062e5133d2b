"""What the frame says of processing agreements: a menu entry, and a quiet notice of what waits to be accepted."""

from typing import Any

from django import template

from trailhouse.accounts.models import User
from trailhouse.dashboard.views_agreements import PUT_OFF
from trailhouse.legal import agreements
from trailhouse.legal.levels import NAMES

register = template.Library()
SHOWN = frozenset({"sites", "overview"})  # the pages where somebody begins


@register.filter
def level_name(level: str) -> str:
    """A privacy level in one word."""
    return str(NAMES.get(level, level))


@register.simple_tag(takes_context=True)
def signs_agreements(context: template.Context) -> bool:
    """Whether the person is one of a client, and so has agreements."""
    user = context["request"].user
    return isinstance(user, User) and agreements.attached(user).exists()


@register.inclusion_tag("legal/notice.html", takes_context=True)
def agreement_notice(context: template.Context) -> dict[str, Any]:
    """What waits to be accepted, where the person begins, until they put it off for this session."""
    request = context["request"]
    match = getattr(request, "resolver_match", None)
    if match is None or match.view_name not in SHOWN or not isinstance(request.user, User):
        return {}
    put_off = request.session.get(PUT_OFF, [])
    waiting = [one for one in agreements.open_for(request.user) if one.agreement.pk not in put_off]
    return {"first": waiting[0], "csrf_token": context.get("csrf_token")} if waiting else {}
