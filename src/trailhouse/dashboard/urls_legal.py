"""Legal notices, privacy statements, processing agreements, the opt-out of visitors; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_agreements as agreements
from trailhouse.dashboard import views_legal as desk
from trailhouse.dashboard import views_legal_agreements as papers
from trailhouse.dashboard import views_legal_operator as operator
from trailhouse.dashboard import views_legal_pages as pages

ACCOUNT = "accounts/<int:number>/legal"
OPERATOR = "operator/legal"

urlpatterns = [
    # For anybody
    path("legal/notice", pages.notice, name="legal_notice"),
    path("legal/privacy", pages.privacy, name="legal_privacy"),
    path("legal/<str:code>/notice", pages.notice_of, name="legal_notice_of"),
    path("legal/<str:code>/privacy", pages.privacy_of, name="legal_privacy_of"),
    path("opt-out/<str:key>", pages.opt_out, name="opt_out"),
    # Of one's own: as a person of clients
    path("agreements", agreements.agreements, name="agreements"),
    path("agreements/later", agreements.later, name="agreements_later"),
    path("agreements/<int:client>", agreements.agreement, name="agreement"),
    path("agreements/<int:client>/file.pdf", agreements.agreement_pdf, name="agreement_pdf"),
    # An account's
    path(ACCOUNT, desk.legal, name="legal"),
    path(f"{ACCOUNT}/brands/<int:brand>", desk.brand_texts, name="legal_brand"),
    path(f"{ACCOUNT}/sub-processors", desk.processors, name="legal_processors"),
    path(f"{ACCOUNT}/sub-processors/tell", desk.tell, name="legal_tell"),
    path(f"{ACCOUNT}/sub-processors/<int:processor>/remove", desk.processor_remove, name="legal_processor_remove"),
    path(f"{ACCOUNT}/agreements", papers.agreements, name="legal_agreements"),
    path(f"{ACCOUNT}/agreements/operator", papers.accept, name="legal_accept"),
    path(f"{ACCOUNT}/agreements/operator.pdf", papers.operator_pdf, name="legal_operator_pdf"),
    path(f"{ACCOUNT}/agreements/clients/<int:client>", papers.client, name="legal_client"),
    path(f"{ACCOUNT}/agreements/clients/<int:client>/file.pdf", papers.client_pdf, name="legal_client_pdf"),
    path("sites/<str:key>/settings/privacy-text", desk.site_text, name="site_privacy_text"),
    # The operator's
    path(OPERATOR, operator.legal, name="operator_legal"),
    path(f"{OPERATOR}/agreements", operator.agreements, name="operator_legal_agreements"),
    path(f"{OPERATOR}/sub-processors", operator.processors, name="operator_legal_processors"),
    path(f"{OPERATOR}/sub-processors/<int:processor>/remove", operator.processor_remove,
         name="operator_legal_processor_remove"),
]  # fmt: skip
