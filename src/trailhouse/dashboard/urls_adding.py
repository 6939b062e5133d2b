"""Adding sites: the script, its guides and its check, many at once; included by the project's urls."""

from django.urls import URLPattern, path

from trailhouse.dashboard import views_bulk, views_script

urlpatterns: list[URLPattern] = [
    path("sites/<str:key>/script", views_script.script, name="site_script"),
    path("sites/<str:key>/script/state", views_script.script_state, name="site_script_state"),
    path("sites/<str:key>/script/check", views_script.check, name="site_check"),
    path("sites/<str:key>/script/send", views_script.send, name="site_send"),
    # Last: any word is a platform.
    path("sites/<str:key>/script/<str:platform>", views_script.guide, name="site_guide"),
    path("accounts/<int:number>/sites/bulk", views_bulk.bulk, name="site_bulk"),
    path("accounts/<int:number>/sites/bulk/<int:task>", views_bulk.progress, name="site_bulk_progress"),
]
