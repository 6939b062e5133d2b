"""The settings of a site, shared links; included by the project's urls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
