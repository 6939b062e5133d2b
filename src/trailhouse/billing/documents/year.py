"""The overview of an account's year: its documents with totals by tax, its payments, and the statement of its credit.

It is made from what is known today, so that of a running year grows; a final document it is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from trailhouse.accounts.models import Account
from trailhouse.billing.documents import words
from trailhouse.billing.models import BillingAccount, Credit, Document, Payment
from trailhouse.billing.values import buyer_now, day_of, midnight, seller, seller_now
from trailhouse.core import clock
from trailhouse.outbox import typesetting

TEMPLATE = Path(__file__).parent / "templates" / "year.typ"
FIRST, LAST = 2000, 2999


def years(account: Account) -> list[int]:
    """The years in which the account has documents, payments or movements of its credit, newest first."""
    found = {day.year for day in Document.objects.filter(account=account).dates("issued_on", "year")}
    found |= {day.year for day in Payment.objects.filter(account=account).dates("received_on", "year")}
    found |= {day_of(account, at).year for at in Credit.objects.filter(account=account).values_list("at", flat=True)}
    return sorted(found, reverse=True)


def pdf(account: Account, year: int, language: str) -> bytes | None:
    """The overview in that language, as PDF/A; None where nothing happened in that year."""
    if not FIRST <= year <= LAST:
        return None
    with override(language):
        shown = _content(account, year, language)
    if shown is None:
        return None
    return typesetting.pdf(TEMPLATE, shown, min(clock.now().date(), date(year, 12, 31)))


def _content(account: Account, year: int, language: str) -> dict[str, Any] | None:
    documents = list(Document.objects.filter(account=account, issued_on__year=year).order_by("issued_on", "pk"))
    payments = list(Payment.objects.filter(account=account, received_on__year=year).order_by("received_on", "pk"))
    credits = list(Credit.objects.filter(account=account, at__lt=_ends(account, year)).order_by("at", "pk"))
    moved = [one for one in credits if day_of(account, one.at).year == year]
    if not (documents or payments or moved):
        return None
    billing = BillingAccount.objects.select_related("account__owner").get(account=account)
    selling = documents[-1].seller_is if documents else seller_now(seller())
    buyer = documents[-1].buyer_is if documents else buyer_now(billing)
    today = day_of(account, clock.now())
    return {
        "language": language,
        "title": _("Overview %(year)s") % {"year": year},
        "seller": selling["name"],
        "initial": selling["name"][:1].upper(),
        "letterhead": words.address(selling),
        "to": pgettext("addressee", "For"),
        "buyer": [buyer["name"], *words.address(buyer)],
        "facts": [[_("Account"), account.name], [_("As of"), words.day(min(today, date(year, 12, 31)))]],
        "sections": [*_documents(documents), *_payments(payments), *_credit(credits, moved)],
        "foot": " · ".join(part for part in (selling["name"], selling.get("registration", "")) if part),
        "embedded": "",
    }


def _ends(account: Account, year: int) -> datetime:
    return midnight(account, date(year + 1, 1, 1))


def _sign(document: Document) -> int:
    return -1 if document.kind == Document.Kind.CREDIT_NOTE else 1


def _section(title: str, head: list[str], rows: list[list[str]], total: list[str], left: int = 2) -> dict[str, Any]:
    """A table: the first `left` of its columns are words. Each row has what stands below its first cell as second."""
    return {"title": title, "head": head, "rows": rows, "total": total, "left": left}


def _by_currency(rows: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.currency].append(row)
    return sorted(found.items())


def _documents(documents: Sequence[Document]) -> list[dict[str, Any]]:
    sections = []
    for currency, ones in _by_currency(documents):
        rows = [
            [
                one.number, capfirst(one.get_kind_display()), words.short_day(one.issued_on),
                *(words.amount(_sign(one) * value, currency) for value in (one.net, one.tax, one.total)),
            ]
            for one in ones
        ]  # fmt: skip
        total = [_("Total"), words.money(sum(_sign(one) * one.total for one in ones), currency)]
        head = [_("Document"), _("Date"), _("Net"), _("Tax"), _("Total")]
        sections.append(_section(_("Invoices and credit notes"), head, rows, total))
        sections.append(_taxes(ones, currency))
    return sections


def _taxes(documents: Iterable[Document], currency: str) -> dict[str, Any]:
    """Net and tax of each category, rate and ground, with the sentence that documents state."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in documents:
        for tax in one.taxes:
            category = _("%(tax)s, category %(code)s") % {"tax": words.tax_name(tax), "code": tax["category"]}
            sums = found.setdefault((category, words.ground(tax, one.seller_is, one.buyer_is)), [0, 0])
            sums[0] += _sign(one) * tax["base"]
            sums[1] += _sign(one) * tax["tax"]
    rows = [[*names, *(words.amount(value, currency) for value in sums)] for names, sums in found.items()]
    total = [_("Tax"), words.money(sum(tax for _net, tax in found.values()), currency)]
    return _section(_("Totals by tax"), [_("Tax"), _("Net"), _("Tax")], rows, total, left=1)


def _payments(payments: Sequence[Payment]) -> list[dict[str, Any]]:
    ways = {"transfer": _("Bank transfer"), "stripe": _("Card or direct debit")}
    sections = []
    for currency, ones in _by_currency(payments):
        rows = [
            [
                ways.get(one.gateway, one.gateway) if one.amount >= 0 else _("Paid back"), one.payer,
                words.short_day(one.received_on), words.amount(one.amount, currency),
            ]
            for one in ones
        ]  # fmt: skip
        total = [_("Paid"), words.money(sum(one.amount for one in ones), currency)]
        head = [_("Payment"), _("Date"), _("Amount")]
        sections.append(_section(_("Payments"), head, rows, total))
    return sections


def _credit(credits: Sequence[Credit], moved: Sequence[Credit]) -> list[dict[str, Any]]:
    """The statement: what there was, each movement with the balance after it, and what there is."""
    sections = []
    for currency, ones in _by_currency(credits):
        own = {one.pk for one in moved}
        balance = sum(one.amount for one in ones if one.pk not in own)
        if not balance and not any(one.pk in own for one in ones):
            continue
        rows = [[_("Brought forward"), "", "", "", words.amount(balance, currency)]]
        for one in ones:
            if one.pk in own:
                balance += one.amount
                on = words.short_day(day_of(one.account, one.at))
                amounts = [words.amount(value, currency) for value in (one.amount, balance)]
                rows.append([capfirst(one.get_reason_display()), one.note, on, *amounts])
        head = [_("Credit"), _("Date"), _("Amount"), _("Balance")]
        total = [_("Credit left"), words.money(balance, currency)]
        sections.append(_section(_("Statement of credit"), head, rows, total))
    return sections
