"""People of an account or a site: invitations, roles, the audit log; included by the project's urls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
