"""Live visitors, the list of visitors, one visitor; included by the urls of a site's statistics."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
