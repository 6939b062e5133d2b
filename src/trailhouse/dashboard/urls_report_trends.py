"""Trends with annotations, hours of the week, what was left out; included by the urls of a site's statistics."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
