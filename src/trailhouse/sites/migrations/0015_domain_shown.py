from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0014_brands'),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='shown_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
