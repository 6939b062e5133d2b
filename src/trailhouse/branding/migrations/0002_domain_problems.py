"""What was found at the last check of a domain, and since when there is a problem."""
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("branding", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="found",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="domain",
            name="problem_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
