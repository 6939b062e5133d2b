"""The Django app `branding`."""

from django.apps import AppConfig


class BrandingConfig(AppConfig):
    """Brands and their domains."""

    name = "trailhouse.branding"
    label = "branding"

    def ready(self) -> None:
        """Have mail look as brands say, and listen to what changes whose host is whose."""
        from trailhouse.branding import hosts, mailing
        from trailhouse.outbox import rendering

        hosts.connect()
        rendering.use_brand(mailing.brand_of)
