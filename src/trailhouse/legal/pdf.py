"""An agreement as a PDF: the parties, its text, the sites, the sub-processors and the acceptance.

Of an acceptance it is made from what that kept alone, so it has the same bytes each time. It names the parties and
their sub-processors, and nobody else.
"""

import re
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.accounts.models import Account
from trailhouse.billing.documents import words
from trailhouse.core import clock
from trailhouse.legal import agreements, levels, plain
from trailhouse.legal.models import Agreement, Signature
from trailhouse.legal.parties import Party, from_kept
from trailhouse.legal.subprocessors import Processor, country_in
from trailhouse.outbox import typesetting
from trailhouse.sites.models import Client

TEMPLATE = Path(__file__).parent / "typst" / "agreement.typ"


def signed(one: Signature) -> bytes:
    """The agreement as it was accepted."""
    on = one.on_paper or one.at.date()
    with translation.override(one.content["language"]):
        return typesetting.pdf(TEMPLATE, shown(one.agreement, one.content, _acceptance(one)), on)


def draft(agreement: Agreement, account: Account, client: Client | None, language: str) -> bytes:
    """The agreement as it would be accepted today, for reading and for signing on paper."""
    said = agreements.content(account, client, agreements.language_of(agreement, language))
    with translation.override(said["language"]):
        return typesetting.pdf(TEMPLATE, shown(agreement, said, []), clock.now().date())


def file_name(agreement: Agreement, client: Client | None) -> str:
    """What the file is called when it is saved."""
    whose = slugify(client.name) if client else ""
    version = re.sub(r"[^A-Za-z0-9._-]+", "-", agreement.version).strip("-.")
    return "-".join(part for part in ("agreement", whose, version) if part) + ".pdf"


def shown(agreement: Agreement, said: dict[str, Any], acceptance: list[list[str]]) -> dict[str, Any]:
    """All that the template shows, in the language that is active."""
    customer, provider = from_kept(said["customer"]), from_kept(said["provider"])
    text = agreement.texts[agreements.language_of(agreement, said["language"])]
    return {
        "language": said["language"],
        "title": _("Agreement on the processing of personal data"),
        "provider": provider.name,
        "version": _("Version %(version)s") % {"version": agreement.version},
        "parties": [_party(_("Customer"), customer), _party(_("Provider"), provider)],
        "blocks": [{"kind": block.kind, "lines": list(block.lines)} for block in plain.blocks(text)],
        "lists": [_sites(said["sites"]), _processors(said["processors"], said["language"])],
        "acceptance_title": _("Acceptance"),
        "acceptance": acceptance,
        "signing": [] if acceptance else [_("Customer: place, date, signature"), _("Provider: place, date, signature")],
    }


def _party(label: str, party: Party) -> dict[str, Any]:
    more = [party.email, party.represented_by, party.registration, party.vat_number]
    return {"label": label, "name": party.name, "lines": [*party.lines, *filter(None, more)]}


def _sites(sites: list[list[Any]]) -> dict[str, Any]:
    found = [
        [domain, str(levels.NAMES.get(level, level)),
         ngettext("%(count)s month", "%(count)s months", months) % {"count": months}]
        for domain, level, months in sites
    ]  # fmt: skip
    return {
        "title": _("Annex 1, continued: the websites on the day of acceptance"),
        "head": [_("Website"), _("Level"), _("Kept for")],
        "rows": found,
        "empty": _("None yet. Further websites are covered from the day on which they are added."),
        "remark": _("Further websites are covered from the day on which they are added.") if found else "",
    }


def _processors(kept: list[dict[str, str]], language: str) -> dict[str, Any]:
    found = [processor_row(Processor(**one), language) for one in kept]
    return {
        "title": _("Annex 3: sub-processors on the day of acceptance"),
        "head": [_("Company"), _("What for"), _("Country")],
        "rows": found,
        "empty": _("None."),
        "remark": "",
    }


def processor_row(one: Processor, language: str) -> list[str]:
    """Name, purpose and country, in the language that is active."""
    purpose = one.purpose or _("Runs the technical service")
    if one.starts_on:
        purpose += " · " + _("from %(day)s") % {"day": words.short_day(date.fromisoformat(one.starts_on))}
    return [one.name, purpose, country_in(one.country, language) if one.country else words.NONE]


def _acceptance(one: Signature) -> list[list[str]]:
    if one.on_paper:
        return [[_("Signed on paper"), words.day(one.on_paper)], [_("By"), one.person]]
    at = f"{words.day(one.at.date())}, {one.at:%H:%M} UTC"
    return [[_("Accepted electronically"), at], [_("By"), one.person]]
