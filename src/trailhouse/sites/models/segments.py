"""Filters that are kept under a name."""

from django.db import models
from django.db.models import Q

from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.sites.models.sites import Site


class Segment(models.Model):
    """Named filters of one site's reports: of one person, or with `person` empty of all who see the site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="segments")
    person = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="segments")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    groups = models.JSONField(default=list)  # of conditions, as trailhouse.stats.segments says
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], condition=Q(person=None), name="segment_once_a_site"),
            models.UniqueConstraint(fields=["site", "person", "name"], name="segment_once_a_person"),
        ]

    def __str__(self) -> str:
        return self.name
