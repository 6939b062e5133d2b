"""The settings of a site, shared links; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_settings, views_share

urlpatterns = [
    path("sites/<str:key>/settings", views_settings.general, name="site_settings"),
    path("sites/<str:key>/settings/counting", views_settings.counting, name="site_counting"),
    path("sites/<str:key>/settings/goals", views_settings.goals, name="site_goals"),
    path("sites/<str:key>/settings/sharing", views_settings.sharing, name="site_sharing"),
    path("sites/<str:key>/settings/danger", views_settings.danger, name="site_danger"),
    # For whoever has the link: `slug` is a shared link's, or the key of a site with a public page.
    path("share/<str:slug>", views_share.overview, name="shared_overview"),
    path("share/<str:slug>/live-count", views_share.live_count, name="shared_live_count"),
    path("share/<str:slug>/<str:section>", views_share.report, name="shared_report"),
    path("share/<str:slug>/<str:section>/<str:tab>", views_share.report, name="shared_report_tab"),
]
