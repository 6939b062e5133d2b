"""All documents of an account as a table for its bookkeeper: a row a document and category of tax."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account
from trailhouse.billing.documents import words
from trailhouse.billing.models import Document
from trailhouse.core import csv_files
from trailhouse.core.money import decimal_text

AMOUNTS = frozenset({11, 12, 13})  # columns


def csv(account: Account) -> bytes:
    """The table, oldest first, in the language that is active; what a credit note gives back is negative."""
    return csv_of(Document.objects.filter(account=account).select_related("corrects").order_by("issued_on", "pk"))


def csv_of(found: "QuerySet[Document, Document]") -> bytes:
    """The same of any documents, in their order."""
    return csv_files.csv(_head(), rows_of(found.iterator(chunk_size=500)), amounts=AMOUNTS)


def _head() -> list[str]:
    return [
        _("Number"), _("Kind"), _("Date"), _("Due"), _("Credits invoice"), _("Seller"), _("Customer"), _("VAT number"),
        _("Country"), _("Tax category"), _("Rate in %"), _("Net"), _("Tax"), _("Gross"), _("Currency"),
        _("Why taxed so"), _("Reference"),
    ]  # fmt: skip


def rows_of(documents: Iterable[Document]) -> Iterator[list[str]]:
    """The rows: days as 2027-01-31, amounts as 12.34, whatever the language."""
    for one in documents:
        sign = -1 if one.kind == Document.Kind.CREDIT_NOTE else 1
        seller, buyer = one.seller_is, one.buyer_is
        for tax in one.taxes:
            net, due = sign * tax["base"], sign * tax["tax"]
            yield [
                one.number, one.get_kind_display(), one.issued_on.isoformat(), one.due_on.isoformat(),
                one.corrects.number if one.corrects else "", seller["name"], buyer["name"],
                buyer.get("vat_number", ""), buyer.get("country", ""), tax["category"], f"{tax['rate'] / 100:g}",
                *(decimal_text(value, one.currency) for value in (net, due, net + due)), one.currency,
                words.ground(tax, seller, buyer), one.reference,
            ]  # fmt: skip
