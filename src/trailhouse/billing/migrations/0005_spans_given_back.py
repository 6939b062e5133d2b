"""A paid span that is given back before it begins is left without a day; the guards compare every column."""

from django.db import migrations, models
from django.db.models import F, Q

from trailhouse.billing import guards


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_stripe_events")]

    operations = [
        migrations.RunPython(guards.remove, guards.install),
        migrations.RemoveConstraint("paidspan", "site_period_billed_once"),
        migrations.RemoveConstraint("paidspan", "span_ends_after_it_starts"),
        migrations.AddConstraint(
            "paidspan",
            models.UniqueConstraint(
                fields=["subscription", "start"], condition=Q(end__gt=F("start")), name="site_period_billed_once"
            ),
        ),
        migrations.AddConstraint(
            "paidspan",
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="span_ends_after_it_starts"),
        ),
        migrations.RunPython(guards.install, guards.remove),
    ]
