"""The tables of `billing`, by subject. `services` and its parts alone write them.

Amounts are whole minor units of the currency that stands on the row or on its account. Days are local days of the
account's time zone, spans of them half-open. What a document was made from is kept as it was, so that no later change
reaches it.
"""

from trailhouse.billing.models.accounts import BillingAccount, Rule, Seller, TaxRate
from trailhouse.billing.models.books import Book, BookChange
from trailhouse.billing.models.clients import ClientRate, ClientStatement
from trailhouse.billing.models.documents import Document, Line, Numbering, Request, RequestLine
from trailhouse.billing.models.licences import Licence, LicenceSpan
from trailhouse.billing.models.payments import Allocation, BankLine, Charge, Credit, GatewayEvent, PayChoice, Payment
from trailhouse.billing.models.subscriptions import (
    BillingEvent,
    MeteredDay,
    Notice,
    PaidSpan,
    Quote,
    Struck,
    Subscription,
    TrialUse,
)

__all__ = [
    "Allocation",
    "BankLine",
    "BillingAccount",
    "BillingEvent",
    "Book",
    "BookChange",
    "Charge",
    "ClientRate",
    "ClientStatement",
    "Credit",
    "Document",
    "GatewayEvent",
    "Licence",
    "LicenceSpan",
    "Line",
    "MeteredDay",
    "Notice",
    "Numbering",
    "PaidSpan",
    "PayChoice",
    "Payment",
    "Quote",
    "Request",
    "RequestLine",
    "Rule",
    "Seller",
    "Struck",
    "Subscription",
    "TaxRate",
    "TrialUse",
]
