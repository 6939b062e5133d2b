"""Whether pages may speak of prices, and what they say of the trial where sites are added."""

from typing import Any

from django import template

from trailhouse.accounts.models import Account
from trailhouse.billing import enrolment
from trailhouse.billing.values import limits

register = template.Library()


@register.simple_tag
def billing_on() -> bool:
    """Whether this instance bills its accounts: `{% billing_on as billed %}`."""
    return enrolment.billing_on()


@register.inclusion_tag("prices/trial.html")
def trial_words(account: Account | None = None, adding: int = 0) -> dict[str, Any]:
    """What a new site costs, in words; for a list of `adding` sites also how many trials may run. Else nothing."""
    if not enrolment.billing_on():
        return {}
    left = enrolment.trials_left(account) if account is not None and not account.demo else None
    return {
        "billed": True,
        "most": None if left is None else limits().most_trials,
        "left": left,
        "over": left is not None and adding > left,
    }
