from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("sites", "0005_site_offers"),
    ]

    operations = [
        migrations.AddField(
            model_name="site",
            name="properties",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
