"""What the frame says of processing agreements: a menu entry, and a quiet notice of what waits to be accepted."""

from typing import Any

from django import template
from django.http import HttpRequest

from trailhouse.accounts.models import User
from trailhouse.dashboard.views_agreements import PUT_OFF
from trailhouse.legal import agreements
from trailhouse.legal.levels import NAMES
from trailhouse.sites.models import Client

register = template.Library()
SHOWN = frozenset({"sites", "overview"})  # the pages where somebody begins


@register.filter
def level_name(level: str) -> str:
    """A privacy level in one word."""
    return str(NAMES.get(level, level))


@register.simple_tag(takes_context=True)
def signs_agreements(context: template.Context) -> bool:
    """Whether the person is one of a client, and so has agreements."""
    request = context["request"]
    return isinstance(request.user, User) and bool(_clients(request))


def _clients(request: HttpRequest) -> list[Client]:
    """Those that the person is one of: the menu and the notice of one page ask alike."""
    there: list[Client] | None = getattr(request, "trailhouse_clients", None)
    if there is None:
        assert isinstance(request.user, User)
        there = list(agreements.attached(request.user).select_related("account"))
        request.trailhouse_clients = there  # type: ignore[attr-defined]
    return there


@register.inclusion_tag("legal/notice.html", takes_context=True)
def agreement_notice(context: template.Context) -> dict[str, Any]:
    """What waits to be accepted, where the person begins, until they put it off for this session."""
    request = context["request"]
    match = getattr(request, "resolver_match", None)
    if match is None or match.view_name not in SHOWN or not isinstance(request.user, User):
        return {}
    put_off = request.session.get(PUT_OFF, [])
    waiting = [one for one in agreements.open_for(request.user, _clients(request)) if one.agreement.pk not in put_off]
    return {"first": waiting[0], "csrf_token": context.get("csrf_token")} if waiting else {}
