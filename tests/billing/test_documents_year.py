"""The overview of a year, the statement of credit, the bookkeeper's table, and the pages that hand them out."""

import csv
import io
from datetime import UTC, date, datetime

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from tests import people
from tests.billing import money, papers
from trailhouse.billing.documents import table, year
from trailhouse.billing.models import Credit, Payment
from trailhouse.core import clock

pytestmark = pytest.mark.django_db

MARCH = datetime(2027, 3, 3, tzinfo=UTC)


def text_of(pdf: bytes | None) -> str:
    """All text of its pages, on one line."""
    assert pdf is not None
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_year_holds_its_documents_payments_and_credit() -> None:
    account = money.account()
    invoice = papers.document()
    papers.credit_note(invoice)
    papers.document(papers.FIVE[:1], issued_on=date(2028, 1, 1), number="2028-000001")
    Payment.objects.create(account=account, gateway="transfer", key="1", amount=15000, currency="EUR",
                           received_on=date(2027, 1, 12), payer="Northlight Studio")  # fmt: skip
    for key, amount, reason, at in (
        ("1", 2688, "overpaid", datetime(2026, 12, 31, 22, 30, tzinfo=UTC)),
        ("2", 500, "granted", datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),  # in Amsterdam it is next year
        ("3", -1000, "used", datetime(2027, 2, 1, tzinfo=UTC)),
    ):
        Credit.objects.create(account=account, key=key, amount=amount, currency="EUR", reason=reason, at=at)
    with clock.frozen(MARCH):
        text = text_of(year.pdf(account, 2027, "en"))
        assert year.pdf(account, 2027, "en") == year.pdf(account, 2027, "en")
    for part in (
        "Overview 2027", "As of 3 March 2027",
        "2027-000012", "123.12", "−59.29", "Total €63.83",
        "VAT 21%, category S", "52.75", "Tax €11.08",
        "Bank transfer", "Paid €150.00",
        "Brought forward 26.88", "5.00 31.88", "−10.00 21.88", "Credit left €21.88",
    ):  # fmt: skip
        assert part in text, part
    assert "2028-000001" not in text
    assert year.years(account) == [2028, 2027, 2026]
    assert year.pdf(account, 2025, "en") is None
    assert year.pdf(account, 10_000, "en") is None


def test_the_table_has_a_row_a_document_and_tax_and_calculates_nothing() -> None:
    invoice = papers.document(buyer={"name": "=HYPERLINK(1)"})
    papers.credit_note(invoice, buyer={"name": "-1+1"})
    rows = list(csv.DictReader(io.StringIO(table.csv(people.account()).decode("utf-8-sig"))))
    assert [(row["Number"], row["Net"], row["Tax"], row["Gross"]) for row in rows] == [
        ("2027-000012", "101.75", "21.37", "123.12"),
        ("CN2027-000012", "-49.00", "-10.29", "-59.29"),
    ]
    assert [row["Customer"] for row in rows] == ["'=HYPERLINK(1)", "'-1+1"]
    assert rows[1]["Credits invoice"] == "2027-000012"
    assert (rows[0]["Tax category"], rows[0]["Rate in %"], rows[0]["Date"]) == ("S", "21", "2027-01-01")


def test_who_sees_billing_takes_the_files_and_no_cache_keeps_them(client: Client) -> None:
    account = money.account()
    document = papers.document(papers.FIVE[:1], number="A/2027-000012")
    client.force_login(people.bookkeeper())
    files: dict[str, tuple[list[str | int], str, str, str]] = {
        "document_pdf": ([account.pk, document.number], "application/pdf", "inline", "A-2027-000012.pdf"),
        "document_xml": ([account.pk, document.number], "application/xml", "attachment", "A-2027-000012.xml"),
        "year_pdf": ([account.pk, 2027], "application/pdf", "inline", "overview-2027.pdf"),
        "documents_csv": ([account.pk], "text/csv", "attachment", f"documents-{account.pk}.csv"),
    }
    for name, (arguments, kind, way, file) in files.items():
        answer = client.get(reverse(name, args=arguments))
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(kind)
        assert answer["Content-Disposition"] == f'{way}; filename="{file}"'
        assert answer["Cache-Control"] == "private, no-store"
    client.force_login(people.colleague())
    assert client.get(reverse("document_pdf", args=[account.pk, document.number])).status_code == 404


def test_an_account_without_documents_has_no_such_files(client: Client) -> None:
    account = money.account()
    client.force_login(people.reseller())
    for address in ("documents.csv", "documents/year/2027.pdf", "documents/2027-000001.pdf", "documents/1.xml"):
        assert client.get(f"/accounts/{account.pk}/{address}").status_code == 404
