"""Notes on a site's days, which stand in its charts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.sites.models.sites import Site

LONGEST_NOTE = 200


class Annotation(models.Model):
    """What happened on a day of a site, such as "New menu page"; an internal one is for the team alone."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="annotations")
    day = models.DateField(_("day"))  # in the site's time zone
    text = models.CharField(_("note"), max_length=LONGEST_NOTE)
    internal = models.BooleanField(default=False)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["site", "day", "text"], name="annotation_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.text}"
