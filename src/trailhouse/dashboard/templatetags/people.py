"""Times as the pages of people write them, and lists of boxes that are long."""

from datetime import datetime, timedelta

from django import template
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.timezone import localtime

from trailhouse.accounts.models import Account
from trailhouse.dashboard import formats
from trailhouse.dashboard.forms_people import last_day

register = template.Library()

LONG_LIST = 12  # boxes: more are not seen at once


@register.filter
def moment(at: datetime) -> str:
    """A moment where the reader is: 15 Nov 2026, 14:05."""
    return formats.moment(localtime(at))


@register.filter
def last(ends_at: datetime, account: Account) -> str:
    """The last day of an access that ends at `ends_at`, where the account is."""
    return formats.short_day(last_day(ends_at, account))


@register.filter
def last_here(ends_at: datetime) -> str:
    """The last day on which something works that ends at `ends_at`, where the reader is."""
    return formats.short_day(localtime(ends_at - timedelta(microseconds=1)).date())


@register.filter
def is_long(field: BoundField) -> bool:
    """Whether the boxes of `field` are more than one sees at once, so that they need a search."""
    return len(field) > LONG_LIST


@register.filter
def ticked_first(field: BoundField) -> list[BoundWidget]:
    """The boxes of `field` in their order; of a long list those that are ticked stand first."""
    boxes = list(field)
    return sorted(boxes, key=lambda box: not box.data["selected"]) if is_long(field) else boxes
