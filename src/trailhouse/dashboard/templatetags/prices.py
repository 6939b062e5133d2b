"""Whether pages may speak of prices."""

from django import template

from trailhouse.billing import enrolment

register = template.Library()


@register.simple_tag
def billing_on() -> bool:
    """Whether this instance bills its accounts: `{% billing_on as billed %}`."""
    return enrolment.billing_on()
