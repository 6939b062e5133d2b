"""What the pages of people say of moments."""

from datetime import datetime

from babel.dates import format_time
from django import template
from django.utils.timezone import localtime

from trailhouse.dashboard import formats
from trailhouse.outbox.locales import locale

register = template.Library()


@register.filter
def short_moment(moment: datetime) -> str:
    """Day and time, where the reader is: 15 Nov 2026, 14:05."""
    here = localtime(moment)
    return f"{formats.short_day(here.date())}, {format_time(here.time(), 'short', locale=locale())}"
