"""Trials and payments of an account, usage and price of a site; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import (
    views_billing,
    views_billing_details,
    views_billing_exports,
    views_licences,
    views_usage,
)

BILLING = "accounts/<int:number>/billing"

urlpatterns = [
    path(BILLING, views_billing.overview, name="billing"),
    path(f"{BILLING}/activate", views_billing.activate, name="billing_activate"),
    path(f"{BILLING}/withdraw", views_billing.withdraw, name="billing_withdraw"),
    path(f"{BILLING}/sites/<int:subscription>", views_billing.site, name="billing_site"),
    path(f"{BILLING}/sites/<int:subscription>/export", views_billing_exports.ask, name="billing_export_ask"),
    path(f"{BILLING}/exports/<int:taken>", views_billing_exports.progress, name="billing_export"),
    path(f"{BILLING}/exports/<int:taken>/file", views_billing_exports.file, name="billing_export_file"),
    path(f"{BILLING}/pay/<int:invoice>", views_billing.pay, name="billing_pay"),
    path(f"{BILLING}/documents", views_billing.documents, name="billing_documents"),
    path(f"{BILLING}/brands", views_licences.brands, name="billing_brands"),
    path(f"{BILLING}/brands/<int:brand>", views_licences.brand, name="billing_brand"),
    path(f"{BILLING}/details", views_billing_details.details, name="billing_details"),
    path(f"{BILLING}/details/check", views_billing_details.check, name="billing_vat_check"),
    path("sites/<str:key>/usage", views_usage.usage, name="site_usage"),
]
