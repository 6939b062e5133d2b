"""A report as a PDF: the same bytes each time it is made."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.branding import files, looks
from trailhouse.branding.looks import Look
from trailhouse.digests.models import Sending
from trailhouse.digests.monthly.report import KIND as MONTH
from trailhouse.outbox import typesetting
from trailhouse.outbox.attaching import File
from trailhouse.outbox.models import Mail
from trailhouse.sites import looks as site_looks

FOLDER = Path(__file__).parent / "typst"
TEMPLATE, MONTHLY = FOLDER / "report.typ", FOLDER / "month.typ"


def attachment(number: int) -> File:
    """The report of the sending with this number, for its mail."""
    sending = Sending.objects.select_related("schedule", "account").get(pk=number)
    language = str(sending.content.get("language", "en"))
    name = sending.content.get("domain") or sending.content.get("name", "")
    days = re.sub(r"[^0-9-]+", "_", sending.about)
    return File(f"{safe(name)}-{days}.pdf", pdf(sending, language), "application/pdf")


def safe(name: str) -> str:
    """`name` as a part of the name of a file."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.") or "report"


def pdf(sending: Sending, language: str) -> bytes:
    """The report that was sent."""
    if sending.content.get("kind") == MONTH:
        return month_pdf(sending.content, _look_of(sending), sending.at.date())
    return typesetting.pdf(TEMPLATE, shown(sending, language), sending.at.date())


def month_pdf(content: Mapping[str, Any], look: Look, on: date) -> bytes:
    """A monthly report as a PDF in this look, dated `on`."""
    with translation.override(str(content["language"])):
        data = {**content, **_around(content, look), "live": _("Open the report with its links")}
    return typesetting.pdf(MONTHLY, data, on)


def shown(sending: Sending, language: str) -> dict[str, Any]:
    """What the template draws: the report, the look of its reader, and the words around both."""
    look = _look_of(sending)
    content: dict[str, Any] = sending.content
    with translation.override(language):
        return {
            **content,
            **_around(content, look),
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


def _around(content: Mapping[str, Any], look: Look) -> dict[str, Any]:
    """What is the same on every report: whose it is, and where it is found."""
    return {
        "title": content.get("name") or content.get("domain", ""),
        "look": files.drawn(look),
        "link": f"{look.url}{content['url']}" if content.get("url") else "",
    }


def _look_of(sending: Sending) -> Look:
    """That of the mail which the report goes with, else the one that clients meet."""
    mail = Mail.objects.filter(pk=sending.mail_id).first() if sending.mail_id else None
    if mail is not None:
        return looks.with_key(mail.look)
    return site_looks.of_told(None, sending.account, sending.site)
