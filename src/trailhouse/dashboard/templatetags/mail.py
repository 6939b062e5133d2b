"""What pages say about mail: `{% mail_notice %}` wherever somebody waits for one, moments, and why one was given up."""

from datetime import datetime
from typing import Any

from babel import dates as babel_dates
from django import template
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from trailhouse.core.settings import name_of
from trailhouse.dashboard import formats
from trailhouse.outbox import sending
from trailhouse.outbox.locales import locale
from trailhouse.outbox.models import Mail

register = template.Library()


@register.inclusion_tag("outbox/notice.html")
def mail_notice() -> dict[str, Any]:
    """A notice where no mail server is configured; nothing where there is one."""
    days = sending.KEPT_FOR.days
    return {"is_configured": sending.is_configured(), "setting": name_of("mail_url"), "days": days}


@register.filter
def moment(at: datetime) -> str:
    """A moment where the reader is: 15 Nov 2026, 14:05."""
    local = localtime(at)
    time = babel_dates.format_skeleton("Hm", local.replace(tzinfo=None), locale=locale())
    return f"{formats.short_day(local.date())}, {time}"


@register.filter
def why(mail: Mail) -> str:
    """What is said of the last failure."""
    if mail.last_error == sending.TOO_OLD:
        return _("Too old: it could not be sent for three days.")
    return mail.last_error
