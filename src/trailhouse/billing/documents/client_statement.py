"""A statement for a reseller's client: what it owes by its rate, as facts, as PDF and as CSV. No invoice.

It names the client, the reseller and prices; never a cost, a margin, or who runs the instance. The facts are plain
values, kept where a statement was sent; from the same facts and look come the same bytes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from babel.dates import format_skeleton
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from trailhouse.accounts.models import Account
from trailhouse.billing import client_rates, earning
from trailhouse.billing.documents import words
from trailhouse.billing.documents.content import name_of
from trailhouse.billing.earning import Item, Kind
from trailhouse.billing.margins import Facts as Known
from trailhouse.billing.models import BillingAccount, ClientStatement
from trailhouse.billing.periods import Span
from trailhouse.branding import files, looks
from trailhouse.branding.looks import Look
from trailhouse.core import csv_files
from trailhouse.core.money import decimal_text
from trailhouse.outbox import typesetting
from trailhouse.outbox.attaching import File
from trailhouse.outbox.locales import locale
from trailhouse.sites import looks as site_looks
from trailhouse.sites.models import Client

TEMPLATE = Path(__file__).parent / "templates" / "client_statement.typ"
AMOUNTS = frozenset({4})  # columns
DAY = timedelta(days=1)
Facts = dict[str, Any]


def look_of(account: Account, client: Client | None) -> Look:
    """What `client` meets; without a brand the reseller's company in plain text, never the operator's name."""
    look = site_looks.of_client(client) if client else looks.of_account(account)
    return replace(look, name=reseller_of(account)) if look.neutral else look


def reseller_of(account: Account) -> str:
    """What the reseller's company is called."""
    return BillingAccount.objects.filter(account=account).values_list("company", flat=True).first() or account.name


def facts_of(billing: BillingAccount, client: Client, span: Span, known: Known) -> Facts | None:
    """What `client` owes for the whole months of `span`; None where its rate makes no line."""
    rates = client_rates.values_of(known.rates.get(client.pk, []))
    places, charges = known.places.get(client.pk, []), known.charges.get(client.pk, [])
    found = [one for month in earning.months(span) for one in earning.items(places, charges, rates, month)]
    lines = list(_lines(found, known.names))
    if not lines:
        return None
    owner = billing.account.owner
    names = ("address", "postcode", "city", "region", "country")
    return {
        "language": client.language or owner.language or settings.LANGUAGE_CODE,
        "reseller": {"name": reseller_of(billing.account), **{name: getattr(billing, name) for name in names}},
        "client": {"name": client.name, "contact": client.contact, "address": client.address},
        "start": span.start.isoformat(),
        "end": span.end.isoformat(),
        "currency": billing.book.currency,
        "lines": lines,
        "total": sum(line["price"] for line in lines),
    }


def _lines(found: Iterable[Item], names: dict[int, str]) -> Iterable[Facts]:
    """A line for the days of a fixed rate, with all sites; one a site and days where it is on top of cost."""
    for (span, rate), group in groupby(found, key=lambda item: (item.span, item.rate)):
        ones = list(group)
        days = {"start": span.start.isoformat(), "end": span.end.isoformat()}
        if rate.kind is Kind.FIXED:
            sites = [names.get(one.site, "") for one in ones if one.site is not None]
            yield days | {"fixed": True, "sites": sites, "price": sum(one.price for one in ones)}
        else:
            for one in ones:
                yield days | {"fixed": False, "sites": [names.get(one.site or 0, "")], "price": one.price}


def pdf(facts: Facts, look: Look) -> bytes:
    """The statement as PDF/A, dated on the last day that it is about; the same bytes from the same facts and look."""
    return typesetting.pdf(TEMPLATE, shown(facts, look), _day(facts["end"]) - DAY)


def pages(facts: Facts, look: Look) -> list[bytes]:
    """The pages as pictures (PNG)."""
    return typesetting.pages(TEMPLATE, shown(facts, look), _day(facts["end"]) - DAY)


def csv(facts: Facts) -> bytes:
    """A row a line, in the client's language; days as 2027-03-31, amounts as 12.34, whatever the language."""
    with override(facts["language"]):
        head = [_("Client"), _("Site"), _("First day"), _("Last day"), _("Amount"), _("Currency")]
        rows = [
            [
                facts["client"]["name"], ", ".join(line["sites"]), line["start"],
                (_day(line["end"]) - DAY).isoformat(), decimal_text(line["price"], facts["currency"]),
                facts["currency"],
            ]
            for line in facts["lines"]
        ]  # fmt: skip
    return csv_files.csv(head, rows, amounts=AMOUNTS)


def file_name(facts: Facts, ending: str) -> str:
    """Such as "statement-2027-03-harbour-bakery.pdf", in letters that any file system takes."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", facts["client"]["name"]).strip("-").lower()
    return "-".join(part for part in ("statement", facts["start"][:7], name) if part) + f".{ending}"


def attachment(number: int) -> File:
    """The PDF of the sent statement with this number, for its mail."""
    sent = ClientStatement.objects.select_related("account").get(pk=number)
    return File(file_name(sent.facts, "pdf"), pdf(sent.facts, look_of(sent.account, sent.client)), "application/pdf")


def period(facts: Facts) -> str:
    """What it is about, in the language that is active: "March 2027", or its days."""
    start, end = _day(facts["start"]), _day(facts["end"])
    if earning.month_of(start) == Span(start, end):
        return str(format_skeleton("yMMMM", start, locale=locale()))
    return words.span(start, end)


def shown(facts: Facts, look: Look) -> dict[str, Any]:
    """All that `client_statement.typ` shows."""
    with override(facts["language"]):
        reseller, client, drawn = facts["reseller"], facts["client"], files.drawn(look)
        letterhead = ([reseller["name"]] if reseller["name"] != look.name else []) + words.address(reseller)
        span = words.span(_day(facts["start"]), _day(facts["end"]))
        return {
            "language": facts["language"],
            "title": _("Statement for %(period)s") % {"period": period(facts)},
            "seller": look.name,
            "look": drawn,
            "letterhead": letterhead,
            "to": pgettext("addressee", "For"),
            "buyer": [client["name"], *_envelope(client)],
            "facts": [[_("Period"), span]],
            "head": [_("Site"), _("Period"), _("Amount")],
            "lines": [_row(line, facts["currency"]) for line in facts["lines"]],
            "total": [_("Total"), words.money(facts["total"], facts["currency"])],
            "remarks": [
                _("This statement is not an invoice: %(reseller)s bills it separately.")
                % {"reseller": reseller["name"]},
                _("Amounts are without tax."),
            ],
            "foot": " · ".join(part for part in (drawn["foot"], drawn["powered"]) if part),
            "embedded": "",
        }


def _envelope(client: dict[str, str]) -> list[str]:
    return [line.strip() for line in (client["contact"], *client["address"].splitlines()) if line.strip()]


def _row(line: Facts, currency: str) -> list[str]:
    """Name, what stands below it, and the columns."""
    name, below = _named(line["sites"], fixed=line["fixed"])
    return [name, below, words.span(_day(line["start"]), _day(line["end"])), words.amount(line["price"], currency)]


def _named(sites: Sequence[str], *, fixed: bool) -> tuple[str, str]:
    if not fixed:
        return name_of(sites[0]), ""
    if not sites:
        return _("Fixed price"), ""
    count = {"sites": words.count(len(sites))}
    said = ngettext("Fixed price for %(sites)s site", "Fixed price for %(sites)s sites", len(sites)) % count
    return said, ", ".join(name_of(site) for site in sites)


def _day(text: str) -> date:
    return date.fromisoformat(text)
