"""A report as a PDF: the same bytes each time it is made."""

import re
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.digests.models import Sending
from trailhouse.outbox import rendering, typesetting
from trailhouse.outbox.attaching import File

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
    """What the template draws: the report, the brand, and the words around both."""
    brand = rendering.brand_of(sending.account_id)
    content: dict[str, Any] = sending.content
    with translation.override(language):
        title = content.get("name") or content.get("domain", "")
        return content | {
            "title": title,
            "author": brand.name,
            "initial": brand.name[:1].upper(),
            "colour": brand.colour,
            "ink": brand.ink,
            "foot": ", ".join(part for part in (brand.name, brand.footer) if part),
            "link": f"{brand.url}{content['url']}" if content.get("url") else "",
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
