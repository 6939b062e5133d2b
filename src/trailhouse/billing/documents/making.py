"""A final document as files: its PDF with the e-invoice inside, and the e-invoice by itself."""

import re
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account
from trailhouse.billing.documents import cii, metadata
from trailhouse.billing.documents.content import content, has_e_invoice
from trailhouse.billing.models import Document, Line
from trailhouse.core.errors import UserError
from trailhouse.outbox import typesetting
from trailhouse.outbox.attaching import File

TEMPLATE = Path(__file__).parent / "templates" / "document.typ"


def pdf(document: Document) -> bytes:
    """PDF/A-3b with the EN 16931 XML attached as Factur-X; the same bytes each time.

    Nothing is attached where the currency has more decimals than EN 16931 knows.
    """
    return pdf_of(document, lines_of(document))


def pdf_of(document: Document, lines: Sequence[Line]) -> bytes:
    """The same, of lines that have been read."""
    shown = content(document, lines)
    if not has_e_invoice(document):
        return typesetting.pdf(TEMPLATE, shown, document.issued_on)
    made = typesetting.pdf(TEMPLATE, shown, document.issued_on, attached=cii.xml(document, lines))
    return metadata.with_factur_x(made)


def xml(document: Document) -> bytes:
    """The e-invoice by itself: UN/CEFACT CII in the profile EN 16931, for networks that want it so.

    Raises UserError where the currency has more decimals than EN 16931 knows.
    """
    if not has_e_invoice(document):
        raise UserError(
            "no_e_invoice",
            _("There is no e-invoice in %(currency)s: the standard knows two decimals alone.")
            % {"currency": document.currency},
            _("Use the PDF."),
            status=404,
        )
    return cii.xml(document, lines_of(document))


def pages(document: Document) -> list[bytes]:
    """The pages as pictures (PNG)."""
    return typesetting.pages(TEMPLATE, content(document, lines_of(document)), document.issued_on)


def lines_of(document: Document) -> list[Line]:
    """The lines in order."""
    return list(document.lines.order_by("position"))


def file_name(document: Document, ending: str) -> str:
    """What the file is called when it is saved: its number, in letters that any file system takes."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', document.number).strip('.-') or document.pk}.{ending}"


def attachment(number: int) -> File:
    """The PDF of the document with this number in the database, for a mail."""
    document = Document.objects.select_related("corrects").get(pk=number)
    return File(file_name(document, "pdf"), pdf(document), "application/pdf")


def find(account: Account, number: str) -> Document | None:
    """The account's document of that number; the newest where two sellers gave it the same."""
    return Document.objects.filter(account=account, number=number).select_related("corrects").first()
