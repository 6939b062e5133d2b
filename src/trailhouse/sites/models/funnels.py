"""Funnels: what a site wants its visitors to do one after another."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trailhouse.core import clock
from trailhouse.sites.models.sites import Site


class StepKind(models.TextChoices):
    """What reaches a step; its `pattern` is a path with *, an event's name, or the number of a goal."""

    PAGE = "page", _("a page")
    EVENT = "event", _("an event")
    GOAL = "goal", _("a goal")


class Funnel(models.Model):
    """Steps in their order. `steps` holds for each its `kind` (of StepKind), its `pattern` and its `name`, or ""."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="funnels")
    name = models.CharField(max_length=120)
    steps = models.JSONField(default=list)
    days = models.PositiveSmallIntegerField(null=True, blank=True)  # within so many days; empty: within a visit
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="funnel_name_once_a_site"),
            models.CheckConstraint(condition=Q(days=None) | Q(days__range=(1, 90)), name="funnel_days"),
        ]

    def __str__(self) -> str:
        return self.name
