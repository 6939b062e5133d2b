"""Segments: saved, compared; suggestions for filters; included by the urls of a site's statistics."""

from django.urls import URLPattern, path

from trailhouse.dashboard import views_segments, views_segments_compare, views_suggestions
from trailhouse.dashboard.report_urls import report_paths

urlpatterns: list[URLPattern] = [
    *report_paths("suggestions", views_suggestions.suggest, "suggestions"),
    *report_paths("segments", views_segments.segments, "segments"),
    *report_paths("segments/compare", views_segments_compare.choose, "segments_compare"),
    *report_paths("segments/compare/<str:chosen>", views_segments_compare.compare, "segments_compared"),
    path("sites/<str:key>/segments/new", views_segments.add, name="segment_add"),
    path("sites/<str:key>/segments/<int:segment>", views_segments.segment, name="segment"),
    path("sites/<str:key>/segments/<int:segment>/delete", views_segments.delete, name="segment_delete"),
]
