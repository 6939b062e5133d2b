"""Which of the operator's public pages there are."""

from dataclasses import dataclass

from django import template

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Instance
from trailhouse.outbox import sending

register = template.Library()


@dataclass(frozen=True)
class Public:
    """What a stranger may open: `prices` stands for the page for resellers as well."""

    name: str
    prices: bool
    contact: bool
    sign_up: bool
    support: str


@register.simple_tag
def public_pages() -> Public:
    """The operator's public pages: `{% public_pages as public %}`."""
    own = selectors.instance()
    return Public(
        name=own.name,
        prices=own.billing == Instance.Billing.ON,
        contact=selectors.takes_inquiries(own),
        sign_up=own.sign_up != Instance.SignUp.CLOSED and sending.is_configured(),
        support=own.support_email,
    )
