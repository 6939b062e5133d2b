from django.db import migrations, models


class Migration(migrations.Migration):
    """A new owner of an account accepts the terms as well, so they are accepted once a person."""

    dependencies = [
        ("accounts", "0006_inquiries"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="acceptance",
            name="terms_accepted_once_an_account",
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(
                fields=("terms", "account", "user"), name="terms_accepted_once_a_person"
            ),
        ),
    ]
