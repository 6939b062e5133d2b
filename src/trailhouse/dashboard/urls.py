"""Everything under `sites/<key>/` that shows statistics; included by the project's urls.

The project's urls also name `sites`, `site_add`, `site_script` (with the key) and `sign_out`, to which the frame links.
"""

from django.urls import path

from trailhouse.dashboard import views_list, views_live, views_overview

urlpatterns = [
    path("sites/<str:key>", views_overview.overview, name="overview"),
    path("sites/<str:key>/live-count", views_live.live_count, name="live_count"),
    path("sites/<str:key>/<str:section>", views_list.report, name="report"),
    path("sites/<str:key>/<str:section>/<str:tab>", views_list.report, name="report_tab"),
]
