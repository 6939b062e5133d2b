"""One's own profile and security, sign-up, and the settings of an account; included by the project's urls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
