"""A final document → what its pages show, as plain texts in its language. From its rows alone."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

import idna
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from trailhouse.billing.documents import words
from trailhouse.billing.models import Document, Line
from trailhouse.core.money import exponent
from trailhouse.outbox.typesetting import is_printable

LONGEST_UNBROKEN = 24  # letters of a name before a line may break within it


def was_paid_before(document: Document) -> bool:
    """Whether its payment came first: an invoice of a payment request is made by the payment."""
    return document.request_id is not None


def has_e_invoice(document: Document) -> bool:
    """Whether its amounts can be said in EN 16931, which knows no more than two decimals (BR-DEC)."""
    return exponent(document.currency) <= 2


def title(document: Document) -> str:
    """Such as "Invoice 2027-000012", in the language that is active."""
    kind = _("Credit note") if document.kind == Document.Kind.CREDIT_NOTE else _("Invoice")
    return f"{kind} {document.number}"


def content(document: Document, lines: Sequence[Line]) -> dict[str, Any]:
    """All that `document.typ` shows."""
    with override(document.language):
        is_invoice = document.kind == Document.Kind.INVOICE
        seller, buyer = document.seller_is, document.buyer_is
        return {
            "language": document.language,
            "title": title(document),
            "seller": seller["name"],
            "initial": seller["name"][:1].upper(),
            "letterhead": _letterhead(seller),
            "to": pgettext("addressee", "To"),
            "buyer": [buyer["name"], *words.address(buyer), *_identity(buyer)],
            "facts": _facts(document, lines),
            "head": _head(is_invoice, fees=any(line.kind == Line.Kind.FEE for line in lines)),
            "lines": [_line(line, document.currency, is_invoice) for line in lines],
            "sums": _sums(document),
            "total": [_("Total"), words.money(document.total, document.currency)],
            "remarks": [*_grounds(document), *_discount(lines), *_remarks(document)],
            "payment": _payment(document),
            "foot": " · ".join(part for part in (seller["name"], seller.get("registration", "")) if part),
            "embedded": _("EN 16931 data embedded") if has_e_invoice(document) else "",
        }


def _letterhead(seller: dict[str, Any]) -> list[str]:
    return [*words.address(seller), *_identity(seller), *([seller["email"]] if seller.get("email") else [])]


def _identity(party: dict[str, Any]) -> list[str]:
    return [_("VAT no. %(number)s") % {"number": party["vat_number"]}] if party.get("vat_number") else []


def _facts(document: Document, lines: Iterable[Line]) -> list[list[str]]:
    starts = [line.start for line in lines if line.start]
    ends = [line.end for line in lines if line.end]
    found = [[_("Date"), words.day(document.issued_on)]]
    if document.kind == Document.Kind.INVOICE and not was_paid_before(document):
        found.append([_("Due"), words.day(document.due_on)])
    if starts and ends:
        found.append([_("Period"), words.span(min(starts), max(ends))])
    if document.corrects is not None:
        found.append([_("Credits invoice"), document.corrects.number])
        found.append([_("Invoice date"), words.day(document.corrects.issued_on)])
    else:
        found.append([_("Reference"), words.in_fours(document.reference)])
    if document.buyer_is.get("purchase_order"):
        found.append([_("Your reference"), document.buyer_is["purchase_order"]])
    return found


def _head(is_invoice: bool, *, fees: bool) -> list[str]:
    what = _("What for") if fees else _("Site")
    if is_invoice:
        return [what, _("Tier"), _("Price"), _("Discount"), _("Net")]
    return [what, _("Tier"), _("Credited")]


def _line(line: Line, currency: str, is_invoice: bool) -> list[str]:
    """Name, what stands below it, and the columns."""
    tier = "" if line.tier is None else _("up to %(pageviews)s") % {"pageviews": words.count(line.tier)}
    if not is_invoice:
        return [name_of(line.text), _below(line), tier, words.amount(line.net, currency)]
    discount = words.rate(line.rate) if line.rate else words.NONE
    price, net = words.amount(line.list_price, currency), words.amount(line.net, currency)
    return [name_of(line.text), _below(line), tier, price, discount, net]


def _below(line: Line) -> str:
    parts = [words.span(line.start, line.end)]
    if line.kind == Line.Kind.CORRECTION:
        parts.append(_("correction"))
    if line.days is not None:
        parts.append(ngettext("%(days)s day", "%(days)s days", line.days) % {"days": line.days})
    return " · ".join(part for part in parts if part)


def name_of(text: str) -> str:
    """A line's text: a domain in letters that our fonts lack as it stands in the DNS, a long one with places to break.

    Fees are words, which `typesetting.printable` makes do with.
    """
    if not is_printable(text):
        host, slash, path = text.partition("/")
        with suppress(idna.IDNAError, UnicodeError):
            text = idna.encode(host, uts46=True).decode() + slash + path
    if len(text) <= LONGEST_UNBROKEN:
        return text
    found, run = "", 0
    for letter in text:
        found, run = found + letter, 0 if letter in " \u200b" else run + 1
        if letter in ".-/_" or run >= LONGEST_UNBROKEN:
            found, run = found + "\u200b", 0
    return found


def _sums(document: Document) -> list[list[str]]:
    several = len(document.taxes) > 1
    found = [[_("Subtotal"), words.money(document.net, document.currency)]]
    for tax in document.taxes:
        label = words.tax_name(tax)
        if several:
            label = _("%(tax)s of %(base)s") % {"tax": label, "base": words.money(tax["base"], document.currency)}
        found.append([label, words.money(tax["tax"], document.currency)])
    return found


def _grounds(document: Document) -> list[str]:
    said = [words.ground(tax, document.seller_is, document.buyer_is) for tax in document.taxes]
    return list(dict.fromkeys(said))


def _discount(lines: Iterable[Line]) -> list[str]:
    """The rates of the ladder that these lines stand on."""
    ranks = sorted({(line.rank, line.rate) for line in lines if line.rank is not None and line.rate})
    if not ranks:
        return []
    said = []
    for rate, group in groupby(ranks, key=lambda pair: pair[1]):
        numbers = [rank for rank, _rate in group]
        values = {"rate": words.rate(rate), "first": numbers[0], "last": numbers[-1]}
        one = numbers[0] == numbers[-1]
        said.append((_("%(rate)s for site %(first)s") if one else _("%(rate)s for sites %(first)s–%(last)s")) % values)
    return [_("Reseller discount on additional sites, dearest first: %(rates)s.") % {"rates": ", ".join(said)}]


def _remarks(document: Document) -> list[str]:
    found = [document.note] if document.note else []
    if document.kind == Document.Kind.CREDIT_NOTE:
        found.append(
            _("The amount pays what is open of the invoice; what is left over is credit for your other sites.")
        )
    elif was_paid_before(document):
        found.append(_("This invoice is paid. Thank you."))
    elif document.total == 0:
        found.append(_("Nothing is to be paid."))
    return found


def _payment(document: Document) -> list[list[str]]:
    """What somebody types who transfers the amount; nothing where nothing is to be transferred."""
    seller = document.seller_is
    if document.kind != Document.Kind.INVOICE or was_paid_before(document) or document.total <= 0:
        return []
    iban, bic, bank = (seller.get(name, "") for name in ("iban", "bic", "bank"))
    return [  # two rows of three; what is not known leaves its place empty
        [_("To be paid"), words.money(document.total, document.currency)],
        [pgettext("day of payment", "By"), words.day(document.due_on)],
        [_("IBAN"), words.in_fours(iban)] if iban else ["", ""],
        [_("BIC"), bic] if bic else ["", ""],
        [_("Bank"), bank] if bank else ["", ""],
        [_("Reference"), words.in_fours(document.reference)],
    ]
