"""What the operator's console shows of its reader, and what pages say of accounts that are suspended."""

from dataclasses import dataclass

from django import template

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import staff_privileges
from trailhouse.sites.selectors import accounts_for

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_may(context: template.Context) -> frozenset[str]:
    """What the reader may do for the whole instance, as words: `{% staff_may as may %}`."""
    return frozenset(map(str, staff_privileges(context["request"].user)))


@dataclass(frozen=True)
class Suspended:
    """What somebody reads of suspended accounts: the reasons of their own ones; of others that some are away."""

    own: tuple[Account, ...]
    others: bool
    support: str


@register.simple_tag(takes_context=True)
def suspended_accounts(context: template.Context) -> Suspended | None:
    """What the reader is told whose sites are away since the operator suspended an account; None where none is."""
    user = context["request"].user
    away = [one for one in accounts_for(user) if one.suspended_at is not None]
    if not away:
        return None
    own = tuple(one for one in away if one.owner_id == user.pk and user.viewed_by is None)
    support = selectors.instance().support_email if own else ""
    return Suspended(own, len(own) < len(away), support)
