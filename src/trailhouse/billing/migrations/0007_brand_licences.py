"""Licences of brands, and lines of their fees. Fields are added to final lines: the guards go and come back."""

import django.db.models.deletion
import trailhouse.billing.licence_states
import trailhouse.core.clock
from django.db import migrations, models

from trailhouse.billing import guards


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_closing_and_second_step'),
        ('billing', '0006_client_rates'),
        ('branding', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(guards.remove, guards.install),
        migrations.AddField(
            model_name='line',
            name='fee',
            field=models.CharField(blank=True, choices=[('setup', 'setup'), ('licence', 'licence'), ('upgrade', 'upgrade')], max_length=8),
        ),
        migrations.AddField(
            model_name='line',
            name='with_logo',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='requestline',
            name='fee',
            field=models.CharField(blank=True, choices=[('setup', 'setup'), ('licence', 'licence'), ('upgrade', 'upgrade')], max_length=8),
        ),
        migrations.AddField(
            model_name='requestline',
            name='with_logo',
            field=models.BooleanField(null=True),
        ),
        migrations.CreateModel(
            name='Licence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('brand_number', models.PositiveBigIntegerField(unique=True)),
                ('name', models.CharField(max_length=60)),
                ('state', models.CharField(choices=[('new', 'new'), ('active', 'active'), ('past_due', 'past_due'), ('lapsed', 'lapsed'), ('ended', 'ended'), ('granted', 'granted')], default=trailhouse.billing.licence_states.LicenceState['NEW'], max_length=16)),
                ('since', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('kind', models.CharField(blank=True, choices=[('plain', 'plain'), ('logo', 'logo')], max_length=8)),
                ('next_kind', models.CharField(blank=True, choices=[('plain', 'plain'), ('logo', 'logo')], max_length=8)),
                ('renews', models.BooleanField(default=True)),
                ('setup', models.CharField(blank=True, choices=[('plain', 'plain'), ('logo', 'logo')], max_length=8)),
                ('setup_paid', models.BigIntegerField(default=0)),
                ('anchor_day', models.PositiveSmallIntegerField(null=True)),
                ('paid_until', models.DateField(null=True)),
                ('granted_kind', models.CharField(blank=True, choices=[('plain', 'plain'), ('logo', 'logo')], max_length=8)),
                ('granted_until', models.DateTimeField(null=True)),
                ('dunning_since', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='licences', to='accounts.account')),
                ('brand', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bought', to='branding.brand')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='line',
            name='licence',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='billing.licence'),
        ),
        migrations.AddField(
            model_name='requestline',
            name='licence',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='billing.licence'),
        ),
        migrations.CreateModel(
            name='LicenceSpan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateField()),
                ('end', models.DateField()),
                ('licence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spans', to='billing.licence')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='licence_span', to='billing.line')),
            ],
            options={
                'ordering': ['start'],
            },
        ),
        migrations.AddIndex(
            model_name='licence',
            index=models.Index(fields=['account', 'state'], name='licence_by_state'),
        ),
        migrations.AddConstraint(
            model_name='licence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['active', 'past_due', 'lapsed']), _negated=True), models.Q(('anchor_day__isnull', False), ('paid_until__isnull', False), models.Q(('kind', ''), _negated=True)), _connector='OR'), name='a_paid_licence_has_terms'),
        ),
        migrations.AddConstraint(
            model_name='licence',
            constraint=models.CheckConstraint(condition=models.Q(('anchor_day', None), ('anchor_day__range', (1, 31)), _connector='OR'), name='licence_day_of_a_month'),
        ),
        migrations.AddConstraint(
            model_name='licence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'granted'), _negated=True), models.Q(('granted_kind', ''), _negated=True), _connector='OR'), name='a_grant_says_of_what'),
        ),
        migrations.AddConstraint(
            model_name='licencespan',
            constraint=models.UniqueConstraint(fields=('licence', 'start'), name='licence_year_billed_once'),
        ),
        migrations.AddConstraint(
            model_name='licencespan',
            constraint=models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='licence_year_ends_after_it_starts'),
        ),
        migrations.RunPython(guards.install_years, guards.remove_years),
        migrations.RunPython(guards.install, guards.remove),
    ]
