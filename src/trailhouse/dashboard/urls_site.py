"""The settings of a site; included by the project's urls."""

from django.urls import path

from trailhouse.dashboard import views_settings

urlpatterns = [
    path("sites/<str:key>/settings", views_settings.general, name="site_settings"),
    path("sites/<str:key>/settings/counting", views_settings.counting, name="site_counting"),
    path("sites/<str:key>/settings/goals", views_settings.goals, name="site_goals"),
    path("sites/<str:key>/settings/sharing", views_settings.sharing, name="site_sharing"),
    path("sites/<str:key>/settings/danger", views_settings.danger, name="site_danger"),
]
