"""Live visitors, the list of visitors, one visitor; included by the urls of a site's statistics."""

from django.urls import URLPattern

from trailhouse.dashboard import views_live, views_visitor, views_visitors
from trailhouse.dashboard.report_urls import report_paths

urlpatterns: list[URLPattern] = [
    *report_paths("live", views_live.report, "live"),
    *report_paths("visitors", views_visitors.report, "visitors"),
    *report_paths("visitors/<str:visitor>", views_visitor.report, "visitor"),
]
