"""The Django app `branding`."""

from django.apps import AppConfig


class BrandingConfig(AppConfig):
    """Brands and their domains."""

    name = "trailhouse.branding"
    label = "branding"

    def ready(self) -> None:
        """Listen to what changes whose host is whose."""
        from trailhouse.branding import hosts

        hosts.connect()
