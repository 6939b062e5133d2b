"""Brands, their images and domains, as the migrations that this one replaces leave them."""

import django.db.models.deletion
import trailhouse.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('branding', '0001_initial'),
        ('branding', '0002_domain_problems'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0006_inquiries'),
    ]

    operations = [
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='product name')),
                ('colour', models.CharField(default='#0f766e', max_length=7, verbose_name='colour')),
                ('sender_name', models.CharField(blank=True, max_length=120, verbose_name="sender's name")),
                ('sender_email', models.EmailField(blank=True, max_length=254, verbose_name="sender's address")),
                ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='address for answers')),
                ('help_url', models.URLField(blank=True, max_length=300, verbose_name='help')),
                ('notice_url', models.URLField(blank=True, max_length=300, verbose_name='legal notice')),
                ('privacy_url', models.URLField(blank=True, max_length=300, verbose_name='privacy statement')),
                ('footer', models.CharField(blank=True, max_length=200, verbose_name='footer')),
                ('powered_by', models.BooleanField(default=False, verbose_name='say what it is made with')),
                ('licence', models.CharField(blank=True, choices=[('', 'none'), ('plain', 'without logo'), ('logo', 'with logo')], default='', max_length=8)),
                ('licensed_until', models.DateTimeField(blank=True, null=True)),
                ('made_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='brands', to='accounts.account')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='brand_name_once_an_account'), models.UniqueConstraint(models.Value(1), condition=models.Q(('account', None)), name='one_brand_of_the_operator'), models.CheckConstraint(condition=models.Q(('licence__in', ['', 'plain', 'logo'])), name='brand_licence_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=253, verbose_name='host name')),
                ('token', models.CharField(max_length=64)),
                ('primary', models.BooleanField(default=False)),
                ('added_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, max_length=32)),
                ('proved_at', models.DateTimeField(blank=True, null=True)),
                ('script_at', models.DateTimeField(blank=True, null=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='brand_domains', to='accounts.account')),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='domains', to='branding.brand')),
                ('found', models.CharField(blank=True, max_length=300)),
                ('problem_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('account', 'name'), name='domain_once_an_account'), models.UniqueConstraint(condition=models.Q(('proved_at__isnull', False), ('removed_at', None)), fields=('name',), name='domain_proved_by_one'), models.UniqueConstraint(condition=models.Q(('primary', True), ('removed_at', None)), fields=('brand',), name='one_primary_domain_a_brand')],
            },
        ),
        migrations.CreateModel(
            name='Image',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('light', 'logo for light pages'), ('dark', 'logo for dark pages'), ('icon', "icon of the browser's tab")], max_length=8)),
                ('content', models.BinaryField()),
                ('content_type', models.CharField(max_length=32)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='images', to='branding.brand')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('brand', 'kind'), name='one_image_a_brand_and_kind')],
            },
        ),
    ]
