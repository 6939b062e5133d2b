"""Adding sites: in bulk, guides, the checker, the mails again; included by the project's urls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
