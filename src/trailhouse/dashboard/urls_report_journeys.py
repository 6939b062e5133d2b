"""Ways through a site; included by the urls of a site's statistics."""

from django.urls import URLPattern, path

from trailhouse.dashboard import views_journeys, views_page_groups
from trailhouse.dashboard.report_urls import report_paths

urlpatterns: list[URLPattern] = [
    *report_paths("journeys", views_journeys.journeys, "journeys"),
    *report_paths("journeys/page/<str:step>", views_journeys.of_page, "journeys_page"),
    *report_paths("journeys/event/<str:step>", views_journeys.of_event, "journeys_event"),
    *report_paths("not-found", views_journeys.not_found, "not_found"),
    path("sites/<str:key>/settings/page-groups", views_page_groups.groups, name="site_page_groups"),
]
