"""Mail, jobs and their runs, as the migrations that this one replaces leave them."""

import trailhouse.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('outbox', '0001_initial'),
        ('outbox', '0002_job_runs'),
        ('outbox', '0003_subject_of_deleted_text'),
        ('outbox', '0004_attachments'),
        ('outbox', '0005_look_of_mail'),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, null=True, unique=True)),
                ('to', models.EmailField(max_length=254)),
                ('account_id', models.PositiveBigIntegerField(null=True)),
                ('stranger', models.BooleanField(default=False)),
                ('template', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=8)),
                ('context', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sent', 'sent'), ('failed', 'given up')], default='waiting', max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('next_try_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('attachments', models.JSONField(blank=True, default=list)),
                ('look', models.CharField(blank=True, default='', max_length=48)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'next_try_at'], name='mail_to_send'), models.Index(fields=['account_id', '-created_at'], name='mail_by_account')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('account_id', models.PositiveBigIntegerField(null=True)),
                ('user_id', models.PositiveBigIntegerField(null=True)),
                ('payload', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('done', 'done'), ('failed', 'given up')], default='waiting', max_length=16)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('next_try_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'next_try_at'], name='task_to_do')],
            },
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('machine', models.CharField(max_length=255)),
                ('every_s', models.FloatField()),
                ('started_at', models.DateTimeField()),
                ('duration_ms', models.PositiveIntegerField()),
                ('failures', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('reference', models.CharField(blank=True, max_length=16)),
                ('noted_at', models.DateTimeField(default=trailhouse.core.clock.now)),
            ],
            options={
                'ordering': ['name', 'machine'],
                'constraints': [models.UniqueConstraint(fields=('name', 'machine'), name='one_run_a_job_and_machine')],
            },
        ),
    ]
