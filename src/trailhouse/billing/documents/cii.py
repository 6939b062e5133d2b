"""A final document as UN/CEFACT Cross Industry Invoice in the profile EN 16931 (Factur-X 1.0). From its rows alone.

Amounts are the row's own, in the currency's places. The business rules (BR-…) that shape it are those of EN 16931-1.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from drafthorse.models.accounting import ApplicableTradeTax, TradeAllowanceCharge
from drafthorse.models.document import Document as Invoice
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration, TradeParty
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from trailhouse.billing.documents import words
from trailhouse.billing.documents.content import was_paid_before
from trailhouse.billing.models import Document, Line
from trailhouse.billing.tax import EU
from trailhouse.core.money import decimal_text

PROFILE = "urn:cen.eu:en16931:2017"
INVOICE, CREDIT_NOTE = "380", "381"  # UNCL 1001
SEPA_TRANSFER, TRANSFER, AGREED = "58", "30", "1"  # UNCL 4461
ONE = "C62"  # UN/ECE Recommendation 20: a unit
DISCOUNT = "95"  # UNCL 5189
EXEMPTION_CODES = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O"}
REASONED = ("AE", "O", "E")  # categories that carry a reason; S and Z must have none
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def xml(document: Document, lines: Sequence[Line]) -> bytes:
    """The e-invoice of `document`, in UTF-8; the same bytes each time."""
    made = Invoice()
    with override(document.language):
        _header(made, document)
        for line in lines:
            made.trade.items.add(_item(line, document))
        _agreement(made, document)
        _settlement(made, document, lines)
        return bytes(made.serialize(schema=None))  # the schema is what our tests hold it against


def _text(value: str) -> str:
    """Without the characters that XML cannot hold."""
    return _FORBIDDEN.sub(" ", value).strip()


def _header(made: Any, document: Document) -> None:
    made.context.guideline_parameter.id = PROFILE
    made.header.id = _text(document.number)
    made.header.type_code = INVOICE if document.kind == Document.Kind.INVOICE else CREDIT_NOTE
    made.header.issue_date_time = document.issued_on
    if document.note:
        made.header.notes.add(IncludedNote(content=_text(document.note)))


def _item(line: Line, document: Document) -> Any:
    """A site and its days: one unit at the list price, less the discount as an allowance, is the net amount."""
    item = LineItem()
    item.document.line_id = str(line.position)
    item.product.name = _text(line.text) or "–"
    if line.tier is not None:
        item.product.description = _("up to %(pageviews)s pageviews a month") % {"pageviews": words.count(line.tier)}
    list_price = max(line.list_price, line.net)
    item.agreement.net.amount = _amount(list_price, document)
    item.delivery.billed_quantity = (Decimal(1), ONE)
    tax = document.taxes[0]
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = tax["category"]
    _put_rate(item.settlement.trade_tax, tax)
    _put_period(item.settlement.period, line.start, line.end)
    if list_price != line.net:
        item.settlement.allowance_charge.add(_allowance(line, list_price, document))
    item.settlement.monetary_summation.total_amount = _amount(line.net, document)
    return item


def _allowance(line: Line, list_price: int, document: Document) -> Any:
    found = TradeAllowanceCharge()
    found.indicator = False
    if line.rate:
        found.calculation_percent = _percent(line.rate)
        found.basis_amount = _amount(list_price, document)
    found.actual_amount = _amount(list_price - line.net, document)
    found.reason_code = DISCOUNT
    found.reason = _("Discount")
    return found


def _agreement(made: Any, document: Document) -> None:
    seller, buyer = document.seller_is, document.buyer_is
    taxed = all(tax["category"] != "O" for tax in document.taxes)  # BR-O-02: a VAT number of neither, otherwise
    if buyer.get("purchase_order"):
        made.trade.agreement.buyer_reference = _text(buyer["purchase_order"])
    _party(made.trade.agreement.seller, seller, seller["country"], taxed)
    if not seller.get("registration") and not (taxed and seller.get("vat_number")):
        made.trade.agreement.seller.id = str(document.seller_id)  # BR-CO-26: one name in a register, or ours
    if taxed and not seller.get("vat_number"):  # BR-E-02
        number = seller.get("registration") or str(document.seller_id)
        made.trade.agreement.seller.tax_registrations.add(TaxRegistration(id=("FC", _text(number))))
    _party(made.trade.agreement.buyer, buyer, seller["country"], taxed)
    made.trade.delivery.ship_to.name = _text(buyer["name"])  # else the element, which the schema asks for, is empty
    made.trade.delivery.ship_to.address.country_id = buyer.get("country") or seller["country"]


def _party(party: TradeParty, kept: Mapping[str, Any], country: str, taxed: bool) -> None:
    party.name = _text(kept["name"])
    if kept.get("registration"):
        party.legal_organization.id = _text(kept["registration"])
    street = [line for line in map(_text, kept.get("address", "").splitlines()) if line]
    address = party.address
    address.postcode = _text(kept.get("postcode", ""))
    address.line_one, address.line_two, address.line_three = [*street[:2], "", ""][:2] + [", ".join(street[2:])]
    address.city_name = _text(kept.get("city", ""))
    address.country_id = kept.get("country") or country
    address.country_subdivision = _text(kept.get("region", ""))
    if kept.get("email"):
        party.electronic_address.uri_ID = ("EM", _text(kept["email"]))
    if taxed and kept.get("vat_number"):
        number = vat_number(kept["vat_number"], kept.get("country") or country)
        party.tax_registrations.add(TaxRegistration(id=("VA", number)))


def vat_number(number: str, country: str) -> str:
    """Without spaces and dots, and with the country's letters in front (BR-CO-09)."""
    plain = re.sub(r"[^A-Z0-9]", "", number.upper())
    prefix = "EL" if country == "GR" else country
    own = {prefix, country} if country in EU else {prefix}
    return plain if plain[:2] in own else prefix + plain


def _settlement(made: Any, document: Document, lines: Sequence[Line]) -> None:
    settlement = made.trade.settlement
    settlement.payment_reference = document.reference
    settlement.currency_code = document.currency
    settlement.payment_means.add(_means(document))
    for tax in document.taxes:
        settlement.trade_tax.add(_tax(tax, document))
    starts, ends = [line.start for line in lines if line.start], [line.end for line in lines if line.end]
    if starts and ends:
        _put_period(settlement.period, min(starts), max(ends))
    settlement.terms.add(PaymentTerms(due=document.due_on))  # BR-CO-25
    paid = document.total if was_paid_before(document) else 0
    sums = settlement.monetary_summation
    sums.line_total = _amount(document.net, document)
    sums.tax_basis_total = _amount(document.net, document)
    sums.tax_total = (_amount(document.tax, document), document.currency)
    sums.grand_total = _amount(document.total, document)
    if paid:
        sums.prepaid_total = _amount(paid, document)
    sums.due_amount = _amount(document.total - paid, document)
    if document.corrects is not None:
        settlement.invoice_referenced_document.issuer_assigned_id = _text(document.corrects.number)
        settlement.invoice_referenced_document.issue_date_time = document.corrects.issued_on


def _means(document: Document) -> Any:
    """How it is paid: by transfer to the seller's account, or, where it has none, as agreed."""
    found = PaymentMeans()
    iban = "".join(document.seller_is.get("iban", "").split())
    found.type_code = AGREED if not iban else SEPA_TRANSFER if document.currency == "EUR" else TRANSFER
    if iban:
        found.payee_account.iban = iban
        found.payee_account.account_name = _text(document.seller_is["name"])
    if iban and document.seller_is.get("bic"):
        found.payee_institution.bic = document.seller_is["bic"]
    return found


def _tax(tax: Mapping[str, Any], document: Document) -> Any:
    found = ApplicableTradeTax()
    found.calculated_amount = _amount(tax["tax"], document)
    found.type_code = "VAT"
    if tax["category"] in REASONED:
        found.exemption_reason = _text(words.ground(tax, document.seller_is, document.buyer_is))
        found.exemption_reason_code = EXEMPTION_CODES.get(tax["category"], "")
    found.basis_amount = _amount(tax["base"], document)
    found.category_code = tax["category"]
    _put_rate(found, tax)
    return found


def _put_rate(of: Any, tax: Mapping[str, Any]) -> None:
    if tax["category"] != "O":  # BR-O-05
        of.rate_applicable_percent = _percent(tax["rate"])


def _put_period(period: Any, start: date | None, end: date | None) -> None:
    if start is not None and end is not None:
        period.start = start
        period.end = max(start, end - timedelta(days=1))


def _amount(value: int, document: Document) -> Decimal:
    return Decimal(decimal_text(value, document.currency))


def _percent(basis_points: int) -> Decimal:
    return (Decimal(basis_points) / 100).quantize(Decimal("0.01"))
