"""The Django app `legal`."""

from django.apps import AppConfig


class LegalConfig(AppConfig):
    """Legal notices, privacy statements and processing agreements."""

    name = "trailhouse.legal"
    label = "legal"
