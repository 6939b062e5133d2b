"""Names of visitors, erasing them; new and returning; included by the urls of a site's statistics."""

from django.urls import URLPattern, path

from trailhouse.dashboard import views_names, views_returning
from trailhouse.dashboard.report_urls import report_paths

urlpatterns: list[URLPattern] = [
    *report_paths("returning", views_returning.page, "returning"),
    path("sites/<str:key>/visitors/<str:visitor>/name", views_names.rename, name="visitor_rename"),
    path("sites/<str:key>/visitors/<str:visitor>/erase", views_names.erase, name="visitor_erase"),
    path("sites/<str:key>/visitors/<str:visitor>/data.json", views_names.export, name="visitor_export"),
]
