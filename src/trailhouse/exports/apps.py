"""The Django app `exports`."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Exports that take long: files which are made in the background and kept for some days."""

    name = "trailhouse.exports"
    label = "exports"

    def ready(self) -> None:
        """Register what carries out this room's tasks."""
        from trailhouse.exports import making  # noqa: F401
