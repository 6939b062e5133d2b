"""The Django app `digests`."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from trailhouse.outbox.attaching import File


class DigestsConfig(AppConfig):
    """Scheduled reports and alerts."""

    name = "trailhouse.digests"
    label = "digests"

    def ready(self) -> None:
        """Have mail carry reports, tasks post alerts, and what is set up follow a site that is moved."""
        from trailhouse.digests import channels, services
        from trailhouse.outbox import attaching
        from trailhouse.sites import hooks

        assert channels.DELIVER  # imported for the function that it registers
        hooks.when_moved(services.on_moved)
        attaching.register(services.REPORT_FILE, _report_file)


def _report_file(number: int) -> "File":
    from trailhouse.digests import documents  # typst and the fonts are loaded when they are needed

    return documents.attachment(number)
