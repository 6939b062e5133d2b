"""The Django app `sites`."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Sites and who may see them."""

    name = "trailhouse.sites"
    label = "sites"

    def ready(self) -> None:
        """Register what carries out this room's tasks, and have mail to people wear the look that they meet."""
        from trailhouse.accounts import hooks
        from trailhouse.sites import bulk, looks

        assert bulk.__name__  # imported for the functions that it registers
        hooks.tell_look_by(looks.key_for)
