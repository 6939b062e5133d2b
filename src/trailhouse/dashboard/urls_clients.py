"""Clients of an account; included by the project's urls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
