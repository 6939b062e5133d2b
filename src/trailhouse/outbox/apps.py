"""Registers the app with Django."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Mail and work that is carried out after the commit."""

    name = "trailhouse.outbox"
    label = "outbox"
