"""Segments: saved, compared; suggestions for filters; included by the urls of a site's statistics."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
