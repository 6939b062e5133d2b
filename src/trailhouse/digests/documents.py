"""A report as a PDF: the same bytes each time it is made."""

import re
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.branding import files, looks
from trailhouse.branding.looks import Look
from trailhouse.digests.models import Sending
from trailhouse.outbox import typesetting
from trailhouse.outbox.attaching import File
from trailhouse.outbox.models import Mail
from trailhouse.sites import looks as site_looks

TEMPLATE = Path(__file__).parent / "typst" / "report.typ"


def attachment(number: int) -> File:
    """The report of the sending with this number, for its mail."""
    sending = Sending.objects.select_related("schedule").get(pk=number)
    language = str(sending.content.get("language", "en"))
    name = sending.content.get("domain") or sending.content.get("name", "")
    days = re.sub(r"[^0-9-]+", "_", sending.about)
    safe = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.") or "report"
    return File(f"{safe}-{days}.pdf", pdf(sending, language), "application/pdf")


def pdf(sending: Sending, language: str) -> bytes:
    """The report that was sent."""
    return typesetting.pdf(TEMPLATE, shown(sending, language), sending.at.date())


def shown(sending: Sending, language: str) -> dict[str, Any]:
    """What the template draws: the report, the look of its reader, and the words around both."""
    look = _look_of(sending)
    content: dict[str, Any] = sending.content
    with translation.override(language):
        title = content.get("name") or content.get("domain", "")
        return content | {
            "title": title,
            "look": files.drawn(look),
            "powered": _("Powered by %(name)s") % {"name": look.powered_by} if look.powered_by else "",
            "link": f"{look.url}{content['url']}" if content.get("url") else "",
            "language": language,
            "compared": _("Compared with %(days)s") % {"days": content["before_days"]},
            "words": {
                "empty": _("Nobody came in this period."),
                "paused": _("Counting is paused, so nothing was counted."),
                "live": _("Open the statistics"),
                "site": _("Site"),
                "visitors": _("Visitors"),
                "pageviews": _("Pageviews"),
                "change": _("Change"),
            },
        }


def _look_of(sending: Sending) -> Look:
    """That of the mail which the report goes with, else the one that clients meet."""
    mail = Mail.objects.filter(pk=sending.mail_id).first() if sending.mail_id else None
    if mail is not None:
        return looks.with_key(mail.look)
    return site_looks.of_told(None, sending.account, sending.site)
