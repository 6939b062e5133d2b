"""The Django app `branding`."""

from django.apps import AppConfig


class BrandingConfig(AppConfig):
    """Brands and their domains."""

    name = "trailhouse.branding"
    label = "branding"

    def ready(self) -> None:
        """Have mail look as brands say."""
        from trailhouse.branding import mailing
        from trailhouse.outbox import rendering

        rendering.use_brand(mailing.brand_of)
