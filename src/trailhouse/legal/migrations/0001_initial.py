"""Agreements, what was signed, sub-processors and the wording of legal pages."""

import django.db.models.deletion
import trailhouse.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0005_closing_and_second_step'),
        ('branding', '0001_initial'),
        ('sites', '0014_brands'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=32)),
                ('texts', models.JSONField()),
                ('published_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='accounts.account')),
            ],
            options={
                'ordering': ['-published_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('account', 'version'), name='agreement_version_once_an_account'), models.UniqueConstraint(condition=models.Q(('account', None)), fields=('version',), name='agreement_version_once_of_operator')],
            },
        ),
        migrations.CreateModel(
            name='Details',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=120)),
                ('address', models.TextField(blank=True, max_length=500)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('represented_by', models.CharField(blank=True, max_length=200)),
                ('registration', models.CharField(blank=True, max_length=120)),
                ('vat_number', models.CharField(blank=True, max_length=32)),
                ('officer', models.CharField(blank=True, max_length=200)),
                ('account', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='legal_details', to='accounts.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.Value(1), condition=models.Q(('account', None)), name='one_operator_details')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of_client', models.BooleanField(default=False)),
                ('person', models.CharField(max_length=200)),
                ('on_paper', models.DateField(blank=True, null=True)),
                ('content', models.JSONField()),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='accounts.account')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='legal.agreement')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='signatures', to='sites.client')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('of_client', False)), fields=('agreement', 'account'), name='signed_once_an_account'), models.UniqueConstraint(fields=('agreement', 'client'), name='signed_once_a_client'), models.CheckConstraint(condition=models.Q(('client', None), ('of_client', True), _connector='OR'), name='a_clients_signature_says_so')],
            },
        ),
        migrations.CreateModel(
            name='SubProcessor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('purpose', models.CharField(max_length=200)),
                ('country', models.CharField(max_length=2)),
                ('starts_on', models.DateField()),
                ('added_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subprocessors', to='accounts.account')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('account', 'name'), name='subprocessor_once_an_account'), models.UniqueConstraint(condition=models.Q(('account', None), ('removed_at', None)), fields=('name',), name='subprocessor_once_of_operator')],
            },
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sites.client')),
                ('subprocessor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='announcements', to='legal.subprocessor')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('subprocessor', 'client'), name='announced_once_a_client')],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('notice', 'Legal notice'), ('privacy', 'Privacy statement')], max_length=8)),
                ('text', models.TextField(blank=True)),
                ('replaces', models.BooleanField(default=False)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='accounts.account')),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='branding.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('brand', None)), fields=('account', 'kind'), name='one_usual_wording'), models.UniqueConstraint(fields=('brand', 'kind'), name='one_wording_a_brand'), models.UniqueConstraint(condition=models.Q(('account', None), ('brand', None)), fields=('kind',), name='one_operator_wording'), models.CheckConstraint(condition=models.Q(('kind__in', ['notice', 'privacy'])), name='wording_kind_is_known')],
            },
        ),
    ]
