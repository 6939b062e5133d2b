"""Names that a site's people give to its visitors."""

from django.db import models

from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.sites.models.sites import Site

LONGEST_NAME = 120


class VisitorName(models.Model):
    """What a visitor is called by the site's people; it wins over the name that the site itself sends."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="visitor_names")
    visitor = models.CharField(max_length=16)  # the number in the event store, as 16 hex digits
    name = models.CharField(max_length=LONGEST_NAME)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["visitor"]
        constraints = [models.UniqueConstraint(fields=["site", "visitor"], name="one_name_a_visitor")]

    def __str__(self) -> str:
        return self.name
