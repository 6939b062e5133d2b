"""What the campaigns of a site cost, as its people enter it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trailhouse.sites.models.sites import Site

LONGEST = 200  # characters, as the collector keeps them


class CampaignCost(models.Model):
    """What one campaign cost over some days; a source and a medium narrow it to links that say so."""

    class Kind(models.TextChoices):
        """What the amount is: of all days together, or of each visit that the campaign brought."""

        SUM = "sum", _("in all, over these days")
        CLICK = "click", _("for each click, that is each visit by the campaign")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="campaign_costs")
    campaign = models.CharField(max_length=LONGEST)  # utm_campaign, as reports show it
    source = models.CharField(max_length=LONGEST, blank=True)
    medium = models.CharField(max_length=LONGEST, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SUM)
    amount_minor = models.BigIntegerField()  # minor units of the site's currency

    class Meta:
        ordering = ["-last_day", "campaign", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "campaign", "source", "medium", "first_day", "last_day", "kind"],
                name="campaign_cost_once_a_site",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="campaign_cost_days_in_order"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="campaign_cost_not_below_zero"),
        ]

    def __str__(self) -> str:
        return self.campaign
