from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_terms_account_closed_at_account_suspended_at_and_more'),
    ]

    operations = [
        migrations.AddField(
            model_name='handover',
            name='by_leaves',
            field=models.BooleanField(default=False),
        ),
    ]
