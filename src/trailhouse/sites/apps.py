"""The Django app `sites`."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Sites and who may see them."""

    name = "trailhouse.sites"
    label = "sites"

    def ready(self) -> None:
        """Register what carries out this room's tasks."""
        from trailhouse.sites import bulk  # noqa: F401
