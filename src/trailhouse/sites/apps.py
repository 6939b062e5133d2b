"""The Django app `sites`."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Sites and who may see them."""

    name = "trailhouse.sites"
    label = "sites"

    def ready(self) -> None:
        """Register what carries out this room's tasks, and where scripts of new sites come from."""
        from trailhouse.sites import bulk, hooks, script_address  # noqa: F401

        hooks.when_added(script_address.begin)
