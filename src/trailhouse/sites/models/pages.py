"""Pages of a site that its reports show as one."""

from django.db import models

from trailhouse.sites.models.sites import Site


class PageGroup(models.Model):
    """A name for all pages that fit one of `patterns`; a page is in the first group by `position` that it fits."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="page_groups")
    name = models.CharField(max_length=80)
    patterns = models.JSONField(default=list)  # paths, in which * stands for any text
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="page_group_name_once_a_site")]

    def __str__(self) -> str:
        return self.name
