"""Exports: all events, and files that are prepared; included by the urls of a site's statistics.

Not behind shared links: the events of a site are for its members.
"""

from django.urls import path

from trailhouse.dashboard import views_exports

urlpatterns = [
    path("sites/<str:key>/export", views_exports.exports, name="site_export"),
    path("sites/<str:key>/export/<int:export>", views_exports.progress, name="site_export_progress"),
    path("sites/<str:key>/export/<int:export>/file", views_exports.file, name="site_export_file"),
]
