"""Mail that was written: kept, sent, given up; included by the project's urls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
