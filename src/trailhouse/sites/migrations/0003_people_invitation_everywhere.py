from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("sites", "0002_client_invitation_sharedlink_and_more"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="everywhere",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=Q(everywhere=False) | Q(client=None), name="invited_everywhere_or_to_a_client"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=Q(may_add_sites=False) | Q(everywhere=True, role="super"),
                name="invited_to_add_sites_everywhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=~Q(role="bookkeeper") | Q(everywhere=True), name="bookkeeper_is_invited_everywhere"
            ),
        ),
    ]
