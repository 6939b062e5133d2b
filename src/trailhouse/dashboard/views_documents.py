"""Final documents as files: PDF, e-invoice, the overview of a year, and the table for the bookkeeper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from trailhouse.accounts.models import Account
from trailhouse.billing.documents import making, table, year
from trailhouse.billing.models import Document
from trailhouse.sites.access import Privilege, account_access


@require_GET
@account_access(Privilege.VIEW_BILLING)
def document_pdf(request: HttpRequest, account: Account, document: str) -> HttpResponse:
    """An invoice or a credit note, with its e-invoice inside; shown in the browser."""
    found = _found(account, document)
    return file_answer(making.pdf(found), making.file_name(found, "pdf"), shown=True)


@require_GET
@account_access(Privilege.VIEW_BILLING)
def document_xml(request: HttpRequest, account: Account, document: str) -> HttpResponse:
    """Its e-invoice by itself."""
    found = _found(account, document)
    return file_answer(making.xml(found), making.file_name(found, "xml"))


@require_GET
@account_access(Privilege.VIEW_BILLING)
def year_pdf(request: HttpRequest, account: Account, year_number: int) -> HttpResponse:
    """The overview of a year in the reader's language."""
    made = year.pdf(account, year_number, get_language() or "en")
    if made is None:
        raise Http404
    return file_answer(made, f"overview-{year_number}.pdf", shown=True)


@require_GET
@account_access(Privilege.VIEW_BILLING)
def documents_csv(request: HttpRequest, account: Account) -> HttpResponse:
    """All documents as a table; an account that has none has no such file."""
    if not Document.objects.filter(account=account).exists():
        raise Http404
    return file_answer(table.csv(account), f"documents-{account.pk}.csv")


TYPES = {"pdf": "application/pdf", "xml": "application/xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}


def file_answer(content: bytes, name: str, *, shown: bool = False) -> HttpResponse:
    """A file of somebody's money: no cache keeps it (`middleware.HEADERS`). `shown`: in the browser, if it can."""
    way = "inline" if shown else "attachment"
    headers = {"Content-Disposition": f'{way}; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]], headers=headers)


def _found(account: Account, number: str) -> Document:
    found = making.find(account, number)
    if found is None:
        raise Http404
    return found
