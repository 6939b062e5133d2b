"""Notes on a site's days, which stand in its charts, and the work log among them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.sites.models.sites import Site

LONGEST_NOTE = 200


class Annotation(models.Model):
    """What happened on a day of a site, such as "Newsletter sent"; an internal one is for the team alone.

    One of the kind WORK is an entry of the work log: what the site's team did for it. Whoever reads the site sees it.
    """

    class Kind(models.TextChoices):
        """Whether it happened, or was done."""

        NOTE = "note", _("Note: what happened")
        WORK = "work", _("Work log: what was done for the site")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="annotations")
    day = models.DateField(_("day"))  # in the site's time zone
    text = models.CharField(_("note"), max_length=LONGEST_NOTE)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.NOTE)
    internal = models.BooleanField(default=False)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "day", "text"], name="annotation_once_a_day"),
            models.CheckConstraint(condition=~Q(kind="work", internal=True), name="work_is_for_its_readers"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.text}"
