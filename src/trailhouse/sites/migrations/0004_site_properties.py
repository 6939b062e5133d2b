from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("sites", "0003_people_invitation_everywhere"),
    ]

    operations = [
        migrations.AddField(
            model_name="site",
            name="properties",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
