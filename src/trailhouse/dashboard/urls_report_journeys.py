"""Ways through a site; included by the urls of a site's statistics."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
