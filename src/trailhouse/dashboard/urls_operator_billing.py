"""The operator's pages of billing; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_operator_bank as bank
from trailhouse.dashboard import views_operator_billing as billing
from trailhouse.dashboard import views_operator_books as books
from trailhouse.dashboard import views_operator_licences as licences
from trailhouse.dashboard import views_operator_money as money
from trailhouse.dashboard import views_operator_payers as payers
from trailhouse.dashboard import views_operator_selling as selling

HERE = "operator/billing"
ACCOUNT = f"{HERE}/accounts/<int:account>"
BOOK = f"{HERE}/books/<int:book>"

urlpatterns = [
    path(HERE, billing.overview, name="operator_billing"),
    path(f"{HERE}/documents", billing.documents, name="operator_documents"),
    path(f"{HERE}/documents.csv", billing.documents_csv, name="operator_documents_csv"),
    path(f"{HERE}/documents/<int:document>.pdf", billing.document_pdf, name="operator_document_pdf"),
    path(f"{HERE}/payments", billing.payments, name="operator_payments"),
    path(f"{HERE}/requests", billing.requests, name="operator_requests"),
    path(f"{HERE}/sites", billing.subscriptions, name="operator_subscriptions"),
    path(f"{HERE}/moves", billing.moves, name="operator_moves"),
    path(f"{HERE}/accounts", payers.accounts, name="operator_payers"),
    path(ACCOUNT, payers.account, name="operator_payer"),
    path(f"{ACCOUNT}/terms", payers.terms, name="operator_payer_terms"),
    path(f"{ACCOUNT}/book", payers.book, name="operator_payer_book"),
    path(f"{ACCOUNT}/sites/<int:subscription>", payers.site, name="operator_payer_site"),
    path(f"{ACCOUNT}/brands/<int:brand>", licences.brand, name="operator_payer_brand"),
    path(f"{ACCOUNT}/payment", money.pay, name="operator_pay"),
    path(f"{ACCOUNT}/credit", money.credit, name="operator_credit"),
    path(f"{ACCOUNT}/payments/<int:payment>", money.payment, name="operator_payment"),
    path(f"{HERE}/books", books.books, name="operator_books"),
    path(f"{HERE}/books/new", books.new, name="operator_book_new"),
    path(BOOK, books.book, name="operator_book"),
    path(f"{BOOK}/preview", books.preview, name="operator_book_preview"),
    path(f"{BOOK}/publish", books.publish, name="operator_book_publish"),
    path(f"{BOOK}/discard", books.discard, name="operator_book_discard"),
    path(f"{HERE}/seller", selling.seller, name="operator_seller"),
    path(f"{HERE}/tax", selling.tax, name="operator_tax"),
    path(f"{HERE}/tax/<int:rate>/remove", selling.remove_rate, name="operator_tax_remove"),
    path(f"{HERE}/rules", selling.rules, name="operator_rules"),
    path(f"{HERE}/bank", bank.lines, name="operator_bank"),
    path(f"{HERE}/bank/import", bank.take_in, name="operator_bank_import"),
    path(f"{HERE}/bank/book", bank.book_matched, name="operator_bank_book_all"),
    path(f"{HERE}/bank/<int:line>", bank.line, name="operator_bank_line"),
]
