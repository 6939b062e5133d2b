"""Documents of an account as files; included by the project's urls. A number may hold a slash: its series is free."""

from django.urls import path

from trailhouse.dashboard import views_documents

ACCOUNT = "accounts/<int:number>"

urlpatterns = [
    path(f"{ACCOUNT}/documents.csv", views_documents.documents_csv, name="documents_csv"),
    path(f"{ACCOUNT}/documents/year/<int:year_number>.pdf", views_documents.year_pdf, name="year_pdf"),
    path(f"{ACCOUNT}/documents/<path:document>.pdf", views_documents.document_pdf, name="document_pdf"),
    path(f"{ACCOUNT}/documents/<path:document>.xml", views_documents.document_xml, name="document_xml"),
]
