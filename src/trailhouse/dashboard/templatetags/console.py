"""What the operator's console shows of its reader, and what pages say of accounts that are suspended."""

from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import staff_privileges
from trailhouse.billing import enrolment, modes
from trailhouse.dashboard.templatetags.frame import frame

register = template.Library()
BILLING = frozenset(
    {
        *("operator_billing", "operator_payers", "operator_documents", "operator_payments", "operator_bank"),
        *("operator_subscriptions", "operator_books", "operator_seller", "operator_tax", "operator_rules"),
    }
)


@register.simple_tag(takes_context=True)
def staff_may(context: template.Context) -> frozenset[str]:
    """What the reader may do for the whole instance, as words: `{% staff_may as may %}`."""
    return frozenset(map(str, staff_privileges(context["request"].user)))


@register.simple_tag
def bills() -> bool:
    """Whether this instance bills its accounts: `{% bills as on %}`."""
    return enrolment.billing_on()


@register.simple_tag
def billing_lacks() -> list[tuple[str, str]]:
    """What is missing before billing can be switched on: where it is entered, and what it is called."""
    words = {
        "book": (reverse("operator_books"), _("a published price book")),
        "seller": (reverse("operator_seller"), _("the seller")),
    }
    return [words[what] for what in modes.missing()]


@register.simple_tag
def inquiries_waiting() -> int | None:
    """How many inquiries wait for an answer; None where none can come and none is there."""
    counts = selectors.inquiry_counts()
    if any(counts.values()) or selectors.takes_inquiries(selectors.instance()):
        return counts["new"]
    return None


@register.filter
def is_billing(nav: str) -> bool:
    """Whether a page of the console is one of billing."""
    return nav in BILLING


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
    away = [one for one in frame(context).accounts if one.suspended_at is not None]
    if not away:
        return None
    own = tuple(one for one in away if one.owner_id == user.pk and user.viewed_by is None)
    support = selectors.instance().support_email if own else ""
    return Suspended(own, len(own) < len(away), support)
