"""The pages of a document: PDF/A-3 with the e-invoice inside, the same bytes each time, whatever is written in it."""

import hashlib
import io
import json
import re
from typing import Any

import pypdf
import pytest
from lxml import etree

from tests import people
from tests.billing import money, papers
from trailhouse.billing import telling
from trailhouse.billing.documents import making, metadata
from trailhouse.billing.documents.content import content, name_of
from trailhouse.billing.models import BillingAccount, Document, Request, Seller
from trailhouse.core import clock
from trailhouse.outbox import attaching, rendering, sending, typesetting
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db


def opened(pdf: bytes) -> pypdf.PdfReader:
    """The PDF, read strictly."""
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True)


def shown(document: Document) -> dict[str, Any]:
    """What the pages are made from."""
    return content(document, making.lines_of(document))


def texts(value: object) -> str:
    """All of it on one line."""
    return json.dumps(value, ensure_ascii=False).replace("\u202f", " ").replace("\xa0", " ")


def test_the_e_invoice_is_attached_as_factur_x_prescribes() -> None:
    document = papers.document()
    pdf = opened(making.pdf(document))
    assert pdf.attachments == {"factur-x.xml": [making.xml(document)]}
    catalogue: Any = pdf.root_object
    file = catalogue["/AF"][0].get_object()
    assert len(catalogue["/AF"]) == 1
    assert file["/AFRelationship"] == "/Alternative"
    assert file["/EF"]["/F"]["/Subtype"] == "/text/xml"
    packet = etree.fromstring(catalogue["/Metadata"].get_data())
    for name, (value, _about) in metadata.PROPERTIES.items():
        assert [one.text for one in packet.iter(f"{{{metadata.NAMESPACE}}}{name}")] == [value]
    words = [one.text for one in packet.iter() if one.text]
    assert metadata.NAMESPACE in words  # described among the schemas that PDF/A does not know
    assert len([one for one in packet.iter() if str(one.tag).endswith("extension/}schemas")]) == 1
    levels = {str(one.tag).rpartition("}")[2]: one.text for one in packet.iter() if "pdfa/ns/id" in str(one.tag)}
    assert levels == {"part": "3", "conformance": "B"}


def test_made_again_it_has_the_same_bytes_whatever_has_changed_since() -> None:
    document = papers.document()
    first = making.pdf(document)
    BillingAccount.objects.update(company="Somebody else", address="Elsewhere 1", country="DE", vat_number="DE1")
    Seller.objects.update(name="Sold AG", iban="DE02120300000000202051", city="Berlin")
    account = people.account()
    account.name = "Southlight"
    account.save()
    typesetting._compiler.cache_clear()
    assert making.pdf(Document.objects.get()) == first


def test_data_is_never_markup() -> None:
    hostile = "#panic() [x] $y$ @z *b* _i_ <l> \\ // `c` = \" ' #{1} \x07 株"
    pdf = opened(making.pdf(papers.document(papers.FIVE[:1], buyer={"name": hostile, "purchase_order": "#import"})))
    text = pdf.pages[0].extract_text()
    assert "#panic() [x] $y$ @z *b* _i_ <l> \\ // `c` = \" ' #{1}" in text
    assert typesetting.UNKNOWN in text
    assert "#import" in text


def test_many_lines_have_their_head_and_number_on_each_page() -> None:
    rows = [(f"site-{number:03d}.example", 10_000, 900, number, 0) for number in range(1, 101)]
    pages = [page.extract_text() for page in opened(making.pdf(papers.document(rows))).pages]
    assert len(pages) >= 5
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in page
        assert "Invoice 2027-000012" in page
    assert all("Discount" in page for page in pages[:-1])
    assert sum(page.count("site-") for page in pages) == 100


def test_a_long_name_can_break_and_one_that_cannot_be_shown_is_named_as_in_the_dns() -> None:
    assert name_of("dune-hotel.example") == "dune-hotel.example"
    parts = name_of("b" * 60 + ".harbour-bakery.example").split("\u200b")
    assert max(map(len, parts)) <= 24
    assert name_of("株式会社.example/shop").replace("\u200b", "") == "xn--6oqv20b1zgzxr.example/shop"


@pytest.mark.parametrize(
    ("language", "currency", "said"),
    [
        pytest.param("en", "EUR", ("1 January 2027", "1–31 Jan 2027", "€123.12", "5%"), id="english"),
        pytest.param("nl", "EUR", ("1 januari 2027", "1–31 jan 2027", "€ 123,12", "5%"), id="dutch"),
        pytest.param("de", "EUR", ("1. Januar 2027", "1.–31. Jan. 2027", "123,12 €", "5 %"), id="german"),
        pytest.param("fr", "KWD", ("1 janvier 2027", "1–31 janv. 2027", "12,312 KWD", "5 %"), id="french, 3 decimals"),
        pytest.param("es", "JPY", ("1 de enero de 2027", "1–31 ene 2027", "12.312 JPY", "5 %"), id="spanish, none"),
    ],
)
def test_days_and_money_are_written_as_the_language_writes_them(
    language: str, currency: str, said: tuple[str, ...]
) -> None:
    text = texts(shown(papers.document(language=language, currency=currency)))
    for part in said:
        assert part in text


def test_an_invoice_says_how_it_is_paid_and_why_it_is_discounted() -> None:
    page = shown(papers.document())
    assert ["Reference", "RF83\xa02027\xa00000\xa00012"] in page["payment"]
    assert ["IBAN", "NL91\xa0ABNA\xa00417\xa01643\xa000"] in page["payment"]
    discount = "Reseller discount on additional sites, dearest first: 5% for sites 2–4, 10% for site 5."
    assert page["remarks"] == ["Taxed where the seller is: Netherlands.", discount]


def test_what_was_paid_first_asks_for_nothing() -> None:
    account = money.account()
    request = Request.objects.create(
        account=account, reference="RF83202700000012", currency="EUR", net=4900, tax=1029, total=5929, treatment={},
        holds_until="2027-02-01", state="paid",
    )  # fmt: skip
    document = papers.document(papers.FIVE[:1], request=request)
    page = shown(document)
    assert page["payment"] == []
    assert "This invoice is paid. Thank you." in page["remarks"]
    assert b"<ram:DuePayableAmount>0.00<" in making.xml(document)


def test_a_credit_note_names_its_invoice_and_shows_what_is_credited() -> None:
    invoice = papers.document()
    page = shown(papers.credit_note(invoice))
    assert page["title"] == f"Credit note CN{invoice.number}"
    assert ["Credits invoice", invoice.number] in page["facts"]
    assert page["head"] == ["Site", "Tier", "Credited"]
    assert page["payment"] == []


def test_a_currency_that_the_standard_cannot_say_has_pages_alone() -> None:
    pdf = making.pdf(papers.document(papers.FIVE[:1], currency="KWD"))
    assert opened(pdf).attachments == {}


def test_metadata_in_another_form_is_refused_rather_than_broken() -> None:
    for wrong in (b"%PDF-1.7\nstartxref\n0\n%%EOF", b"no PDF"):
        with pytest.raises(ValueError, match="PDF"):
            metadata.with_factur_x(wrong)


def test_a_mail_carries_the_document_that_it_names() -> None:
    document = papers.document(papers.FIVE[:1])
    mail = outbox.mail(
        "books@northlight.example", "billing/document", {"number": document.number}, language="en",
        attachments=[("billing/document", document.pk)],
    )  # fmt: skip
    [file] = sending.message(mail).attachments
    assert (file[0], file[2]) == (f"{document.number}.pdf", "application/pdf")
    assert file[1] == making.pdf(document)
    with pytest.raises(ValueError, match="nobody makes"):
        outbox.mail("a@b.example", "billing/document", {}, language="en", attachments=[("nothing", 1)])
    with pytest.raises(ValueError, match="already"):
        attaching.register("billing/document", lambda number: attaching.File("", b"", ""))


def test_a_document_goes_to_the_administrator_and_to_whom_invoices_go() -> None:
    account = money.account()
    BillingAccount.objects.filter(account=account).update(invoice_email="books@northlight.example")
    invoice = papers.document(papers.FIVE[:1])
    note = papers.credit_note(invoice)
    billing = BillingAccount.objects.select_related("account__owner").get(account=account)
    for made in (invoice, note, note):
        telling.tell_document(billing, made, clock.now())
    assert telling.tell_day(billing, clock.now().date(), clock.now())
    to_books = list(Mail.objects.filter(to="books@northlight.example").order_by("pk"))
    assert [mail.attachments for mail in to_books] == [[["billing/document", one.pk]] for one in (invoice, note)]
    assert [rendering.render(mail).subject for mail in to_books] == [
        "Invoice 2027-000012 from Trailhouse Hosting BV",
        "Credit note CN2027-000012 from Trailhouse Hosting BV",
    ]
    of_day = Mail.objects.get(template="billing/day")
    assert of_day.to == account.owner.email
    assert [number for _kind, number in of_day.attachments] == [invoice.pk, note.pk]


def test_vendored_fonts_are_those_listed() -> None:
    listed = dict(
        re.findall(r"\| `([\w.-]+\.ttf)` \|.*`([0-9a-f]{64})` \|", (typesetting.FONTS / "VENDORED.md").read_text())
    )
    assert {path.name for path in typesetting.FONTS.glob("*.ttf")} == listed.keys()
    for name, checksum in listed.items():
        assert hashlib.sha256((typesetting.FONTS / name).read_bytes()).hexdigest() == checksum
