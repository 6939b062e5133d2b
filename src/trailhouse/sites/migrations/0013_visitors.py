import django.core.validators
import django.db.models.deletion
import trailhouse.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_closing_and_second_step"),
        ("sites", "0012_segments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VisitorName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visitor", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=120)),
                ("at", models.DateTimeField(default=trailhouse.core.clock.now)),
            ],
            options={
                "ordering": ["visitor"],
            },
        ),
        migrations.AddField(
            model_name="site",
            name="return_after_hours",
            field=models.PositiveSmallIntegerField(default=24, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)]),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(condition=models.Q(("return_after_hours__range", (1, 720))), name="site_return_after"),
        ),
        migrations.AddField(
            model_name="visitorname",
            name="by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="visitorname",
            name="site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="visitor_names", to="sites.site"),
        ),
        migrations.AddConstraint(
            model_name="visitorname",
            constraint=models.UniqueConstraint(fields=("site", "visitor"), name="one_name_a_visitor"),
        ),
    ]
