"""A report as a PDF: the same bytes each time it is made."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account
from trailhouse.digests.models import Sending
from trailhouse.digests.monthly.report import KIND as MONTH
from trailhouse.outbox import rendering, typesetting
from trailhouse.outbox.attaching import File
from trailhouse.outbox.rendering import Brand

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
        return month_pdf(sending.content, look_of(sending.account), sending.at.date())
    return typesetting.pdf(TEMPLATE, shown(sending, language), sending.at.date())


def month_pdf(content: Mapping[str, Any], look: Brand, on: date) -> bytes:
    """A monthly report as a PDF in this look, dated `on`."""
    with translation.override(str(content["language"])):
        data = {**content, **_around(content, look), "live": _("Open the report with its links")}
    return typesetting.pdf(MONTHLY, data, on)


def look_of(account: Account) -> Brand:
    """How papers for the people of an account look: in its brand, without one under its own name."""
    brand = rendering.brand_of(account.pk)
    instance = rendering.brand_of(None)
    return replace(brand, name=account.name or brand.name) if brand.name == instance.name else brand


def shown(sending: Sending, language: str) -> dict[str, Any]:
    """What the template draws: the report, the brand, and the words around both."""
    brand = rendering.brand_of(sending.account_id)
    content: dict[str, Any] = sending.content
    with translation.override(language):
        return {
            **content,
            **_around(content, brand),
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


def _around(content: Mapping[str, Any], look: Brand) -> dict[str, str]:
    """What is the same on every report: whose it is, and where it is found."""
    return {
        "title": content.get("name") or content.get("domain", ""),
        "author": look.name,
        "initial": look.name[:1].upper(),
        "colour": look.colour,
        "ink": look.ink,
        "foot": ", ".join(part for part in (look.name, look.footer) if part),
        "link": f"{look.url}{content['url']}" if content.get("url") else "",
    }
