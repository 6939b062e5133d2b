"""Domains of an account's brands, and what a reverse proxy asks of them; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_domains, views_tls

DOMAINS = "accounts/<int:number>/brand/domains"
ONE = f"{DOMAINS}/<int:domain>"

urlpatterns = [
    path("tls/ask", views_tls.ask, name="tls_ask"),
    path(DOMAINS, views_domains.domains, name="domains"),
    path(ONE, views_domains.domain, name="domain"),
    path(f"{ONE}/check", views_domains.check, name="domain_check"),
    path(f"{ONE}/primary", views_domains.primary, name="domain_primary"),
    path(f"{ONE}/remove", views_domains.remove, name="domain_remove"),
]
