"""The Django app `sites`."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Sites and who may see them."""

    name = "trailhouse.sites"
    label = "sites"

    def ready(self) -> None:
        """Register what carries out this room's tasks, what new sites begin with, how mail looks, what is proved."""
        from trailhouse.accounts import hooks as people
        from trailhouse.branding import proofs
        from trailhouse.sites import brands, bulk, hooks, looks, script_address

        assert bulk.__name__  # imported for the functions that it registers
        hooks.when_added(script_address.begin)
        people.tell_look_by(looks.key_for)
        proofs.tell_hosts_by(brands.proved_hosts)
