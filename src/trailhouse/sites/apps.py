"""The Django app `sites`."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Sites and who may see them."""

    name = "trailhouse.sites"
    label = "sites"

    def ready(self) -> None:
        """Register what carries out this room's tasks, where scripts of new sites come from, and how mail looks."""
        from trailhouse.accounts import hooks as people
        from trailhouse.sites import bulk, hooks, looks, script_address

        assert bulk.__name__  # imported for the functions that it registers
        hooks.when_added(script_address.begin)
        people.tell_look_by(looks.key_for)
