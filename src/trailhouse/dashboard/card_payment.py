"""What the page of who is billed shows of payment by card: `billing/_stripe.html`."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from trailhouse.billing import gateways
from trailhouse.billing.gateways.stripe import NAME
from trailhouse.billing.models import BillingAccount, Charge
from trailhouse.billing.money_text import money_text
from trailhouse.core.money import Money


def payment_methods(billing: BillingAccount) -> dict[str, Any]:
    """Whether cards can be left, the one that is, and what waits to be confirmed."""
    waiting = Charge.objects.filter(account=billing.account, gateway=NAME, state=Charge.State.ACTION)
    return {
        "card_offered": gateways.gateway(NAME) is not None,
        "card": billing.method_label if billing.gateway == NAME else "",
        "card_waits": [
            {
                "url": reverse("charge_confirm", args=[billing.account_id, one.pk]),
                "amount": money_text(Money(one.amount, one.currency), get_language() or "en"),
                "what": one.document.number if one.document else "",
            }
            for one in waiting.select_related("document")
        ],
    }
