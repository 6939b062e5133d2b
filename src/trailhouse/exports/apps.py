"""The Django app `exports`."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Exports that take long: files which are made in the background and kept for some days."""

    name = "trailhouse.exports"
    label = "exports"

    def ready(self) -> None:
        """Register what carries out this room's tasks, and what it does when a visitor is erased."""
        from trailhouse.exports import making, services  # noqa: F401
        from trailhouse.sites import hooks

        hooks.when_erased(services.forget_events)
