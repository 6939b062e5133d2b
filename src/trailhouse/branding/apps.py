"""The Django app `branding`."""

from django.apps import AppConfig


class BrandingConfig(AppConfig):
    """Brands and their domains."""

    name = "trailhouse.branding"
    label = "branding"
