"""Reports by mail, alerts and the monthly report, as the migrations that this one replaces leave them."""

import django.core.validators
import django.db.models.deletion
import trailhouse.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('digests', '0001_initial'),
        ('digests', '0002_plain_words'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0006_inquiries'),
        ('sites', '0001_squashed_0016_work_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('slack', 'Slack'), ('teams', 'Microsoft Teams'), ('discord', 'Discord'), ('webhook', 'Signed webhook')], max_length=16)),
                ('name', models.CharField(max_length=120)),
                ('url', models.TextField()),
                ('secret', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='accounts.account')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='sites.site')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('roles', models.JSONField(blank=True, default=list)),
                ('addresses', models.JSONField(blank=True, default=list)),
                ('sections', models.JSONField(blank=True, default=list)),
                ('language', models.CharField(default='en', max_length=8)),
                ('active', models.BooleanField(default=True)),
                ('since', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('every', models.CharField(choices=[('day', 'Every day'), ('week', 'Every week, on Monday'), ('month', 'Every month, on the 1st')], default='week', max_length=8)),
                ('hour', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MaxValueValidator(23)])),
                ('timezone', models.CharField(blank=True, max_length=64)),
                ('pdf', models.BooleanField(default=True)),
                ('next_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='accounts.account')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('people', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sites.site')),
                ('what', models.CharField(choices=[('figures', 'The figures'), ('plain', 'The monthly report in plain words')], default='figures', max_length=8)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['active', 'next_at'], name='schedule_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('hour__lte', 23)), name='schedule_hour'), models.CheckConstraint(condition=models.Q(('what', 'figures'), models.Q(('every', 'month'), ('site__isnull', False)), _connector='OR'), name='plain_words_of_a_site_monthly')],
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('roles', models.JSONField(blank=True, default=list)),
                ('addresses', models.JSONField(blank=True, default=list)),
                ('sections', models.JSONField(blank=True, default=list)),
                ('language', models.CharField(default='en', max_length=8)),
                ('active', models.BooleanField(default=True)),
                ('since', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('kind', models.CharField(choices=[('spike', 'Many more visitors than usual'), ('drop', 'Far fewer visitors than usual'), ('silence', 'No visits where there usually are some'), ('first_visit', 'The first visit'), ('goal', 'A goal is reached'), ('not_found', 'Pages that are not found')], max_length=16)),
                ('threshold', models.PositiveIntegerField(default=0)),
                ('least', models.PositiveIntegerField(default=0)),
                ('quiet_min', models.PositiveIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='accounts.account')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('goal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sites.goal')),
                ('people', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sites.site')),
                ('channels', models.ManyToManyField(blank=True, related_name='alerts', to='digests.channel')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'goal'), ('goal__isnull', False)), models.Q(models.Q(('kind', 'goal'), _negated=True), ('goal', None)), _connector='OR'), name='alert_names_goal')],
            },
        ),
        migrations.CreateModel(
            name='Firing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('values', models.JSONField(default=dict)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='firings', to='digests.alert')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sites.site')),
            ],
            options={
                'indexes': [models.Index(fields=['alert', 'site', '-at'], name='firing_lately')],
            },
        ),
        migrations.CreateModel(
            name='OptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mail_opt_outs', to='accounts.account')),
                ('alert', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='digests.alert')),
                ('schedule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='digests.schedule')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('schedule', None), ('alert', None), _connector='OR'), name='opted_out_of_one_thing'), models.UniqueConstraint(fields=('email', 'schedule'), name='opted_out_once_a_schedule'), models.UniqueConstraint(fields=('email', 'alert'), name='opted_out_once_an_alert'), models.UniqueConstraint(condition=models.Q(('alert', None), ('schedule', None)), fields=('email', 'account'), name='opted_out_once_an_account')],
            },
        ),
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=400, unique=True)),
                ('kind', models.CharField(choices=[('report', 'Report'), ('alert', 'Alert'), ('test', 'Test')], max_length=8)),
                ('about', models.CharField(max_length=200)),
                ('to', models.CharField(max_length=254)),
                ('content', models.JSONField(blank=True, default=dict)),
                ('mail_id', models.PositiveBigIntegerField(null=True)),
                ('task_id', models.PositiveBigIntegerField(null=True)),
                ('refused', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sendings', to='accounts.account')),
                ('alert', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sendings', to='digests.alert')),
                ('schedule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sendings', to='digests.schedule')),
                ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sites.site')),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['site', '-at'], name='sending_by_site'), models.Index(fields=['account', '-at'], name='sending_by_account')],
            },
        ),
    ]
