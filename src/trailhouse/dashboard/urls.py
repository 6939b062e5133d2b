"""Everything under `sites/<key>/` that shows statistics, also behind shared links; included by the project's urls.

The project's urls also name `sites`, `site_add`, `site_script` (with the key) and `sign_out`, to which the frame links.
"""

from django.urls import path

from trailhouse.dashboard import (
    urls_report_campaigns,
    urls_report_exports,
    urls_report_journeys,
    urls_report_names,
    urls_report_outcomes,
    urls_report_people,
    urls_report_segments,
    urls_report_trends,
    views_list,
    views_live,
    views_overview,
    views_share,
)
from trailhouse.dashboard.report_urls import report_paths

urlpatterns = [
    path("sites/<str:key>", views_overview.overview, name="overview"),
    # `slug` is a shared link's, or the key of a site with a public page.
    path("share/<str:slug>", views_share.overview, name="shared_overview"),
    *report_paths("live-count", views_live.live_count, "live_count"),
    *urls_report_campaigns.urlpatterns,
    *urls_report_exports.urlpatterns,
    *urls_report_journeys.urlpatterns,
    *urls_report_names.urlpatterns,
    *urls_report_outcomes.urlpatterns,
    *urls_report_people.urlpatterns,
    *urls_report_segments.urlpatterns,
    *urls_report_trends.urlpatterns,
    # Last: a section takes any word.
    *report_paths("<str:section>", views_list.report, "report"),
    *report_paths("<str:section>/<str:tab>", views_list.report, "report_tab"),
]
