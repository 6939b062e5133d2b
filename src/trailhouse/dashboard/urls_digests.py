"""Reports by e-mail and alerts, of a site and of an account; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_digest_reader
from trailhouse.dashboard import views_digests as views

SITE = "sites/<str:key>/settings/reports"
ACCOUNT = "accounts/<int:number>/reports"

urlpatterns = [
    path(SITE, views.site_digests, name="site_digests"),
    path(f"{SITE}/report", views.site_digest_schedule, name="site_digest_schedule"),
    path(f"{SITE}/alert", views.site_digest_alert, name="site_digest_alert"),
    path(f"{SITE}/destination", views.site_digest_channel, name="site_digest_channel"),
    path(f"{SITE}/log", views.site_digest_log, name="site_digest_log"),
    path(ACCOUNT, views.account_digests, name="account_digests"),
    path(f"{ACCOUNT}/report", views.account_digest_schedule, name="account_digest_schedule"),
    path(f"{ACCOUNT}/alert", views.account_digest_alert, name="account_digest_alert"),
    path(f"{ACCOUNT}/destination", views.account_digest_channel, name="account_digest_channel"),
    path(f"{ACCOUNT}/log", views.account_digest_log, name="account_digest_log"),
    path("reports/<str:token>", views_digest_reader.reader, name="digest_reader"),
]
