from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("sites", "0003_people_invitation_everywhere"),
    ]

    operations = [
        migrations.AddField(
            model_name="site",
            name="own_path",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="site",
            name="script_host",
            field=models.CharField(blank=True, max_length=260),
        ),
        migrations.AddField(
            model_name="sitekey",
            name="folder",
            field=models.CharField(blank=True, max_length=16, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="sitekey",
            name="file",
            field=models.CharField(blank=True, default="", max_length=16),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="sitekey",
            constraint=models.CheckConstraint(
                condition=(Q(folder=None) & Q(file="")) | (Q(folder__isnull=False) & ~Q(folder="") & ~Q(file="")),
                name="a_path_has_folder_and_file",
            ),
        ),
    ]
