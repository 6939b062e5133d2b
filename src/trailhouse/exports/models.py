"""The table of `exports`. `services` and `making` alone write it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from trailhouse.core import clock
from trailhouse.sites.models import Site


class Export(models.Model):
    """A file that somebody asked for: made by a task of the outbox, kept for some days."""

    class What(models.TextChoices):
        """What it holds."""

        EVENTS = "events", _("All events")
        TOTALS = "totals", _("Totals by day")

    class Through(models.TextChoices):
        """By which right it was asked for, and is therefore read."""

        STATISTICS = "statistics"  # of whoever sees all of the site's statistics
        LEAVING = "leaving"  # of whoever pays for a site that has ended

    class State(models.TextChoices):
        """What has become of it."""

        WAITING = "waiting", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Given up")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="exports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="exports")
    what = models.CharField(max_length=16, choices=What.choices)
    through = models.CharField(max_length=16, choices=Through.choices)
    form = models.CharField(max_length=16)  # csv, jsonl, json, xlsx, parquet
    first_day = models.DateField()
    last_day = models.DateField()
    task = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    name = models.CharField(max_length=300, blank=True)  # of the file, once it is there
    size = models.PositiveBigIntegerField(default=0)  # bytes
    rows = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "created_at"], name="exports_to_delete")]

    def __str__(self) -> str:
        return f"{self.what} of site {self.site_id} as {self.form}"
