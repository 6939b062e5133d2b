"""Trends with annotations, hours of the week, what was left out; included by the urls of a site's statistics."""

from django.urls import URLPattern, path

from trailhouse.dashboard import (
    views_hours,
    views_left_out,
    views_map,
    views_month,
    views_notes,
    views_properties,
    views_trends,
)
from trailhouse.dashboard.report_urls import report_paths

urlpatterns: list[URLPattern] = [
    *report_paths("trends", views_trends.show, "trends"),
    *report_paths("month", views_month.show, "month"),
    *report_paths("month.pdf", views_month.pdf, "month_pdf"),
    *report_paths("hours", views_hours.week, "hours"),
    *report_paths("left-out", views_left_out.left_out, "left_out"),
    *report_paths("places/map", views_map.world, "places_map"),
    *report_paths("properties", views_properties.names, "properties"),
    *report_paths("properties/<path:prop>", views_properties.values, "property"),
    path("sites/<str:key>/settings/notes", views_notes.notes, name="site_notes"),
    path("sites/<str:key>/work", views_notes.work_log, name="work_log"),
]
