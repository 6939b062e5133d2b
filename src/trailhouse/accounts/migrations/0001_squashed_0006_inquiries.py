"""Users, accounts, terms, keys, codes and the audit log, as the migrations that this one replaces leave them."""

import django.db.models.deletion
import django.db.models.functions.text
import trailhouse.core.clock
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_terms_account_closed_at_account_suspended_at_and_more'),
        ('accounts', '0003_security_handover_by_leaves'),
        ('accounts', '0004_billed_since'),
        ('accounts', '0005_closing_and_second_step'),
        ('accounts', '0006_inquiries'),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('full_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('language', models.CharField(blank=True, max_length=8)),
                ('timezone', models.CharField(blank=True, max_length=64)),
                ('staff', models.CharField(blank=True, choices=[('', 'no staff'), ('support', 'support'), ('finance', 'finance'), ('administrator', 'operator')], default='', max_length=16)),
                ('is_active', models.BooleanField(default=True)),
                ('joined_at', models.DateTimeField(default=trailhouse.core.clock.now)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_lower_case')],
            },
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=32, unique=True)),
                ('text', models.TextField()),
                ('published_at', models.DateTimeField(default=trailhouse.core.clock.now)),
            ],
            options={
                'ordering': ['-published_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Instance',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('name', models.CharField(default='Trailhouse', max_length=120, verbose_name='name of the instance')),
                ('sign_up', models.CharField(choices=[('open', 'Anybody'), ('invitation', 'Only people with an invitation'), ('closed', 'Nobody; accounts are made by the operator')], default='closed', max_length=16, verbose_name='sign-up')),
                ('billing', models.CharField(choices=[('off', 'Off: no trial, no price, no payment'), ('external', 'External: the operator bills elsewhere'), ('on', 'On: trial, price and invoice')], default='off', max_length=16, verbose_name='billing')),
                ('support_email', models.EmailField(blank=True, max_length=254, verbose_name='address for questions')),
                ('billed_since', models.DateTimeField(blank=True, null=True)),
                ('contact_email', models.EmailField(blank=True, max_length=254)),
                ('contact_form', models.CharField(choices=[('billing', 'While accounts are billed here'), ('on', 'Always'), ('off', 'Never')], default='billing', max_length=16, verbose_name='contact form')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_instance')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='account name')),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('timezone', models.CharField(default='UTC', max_length=64)),
                ('demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to=settings.AUTH_USER_MODEL)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('suspended_at', models.DateTimeField(blank=True, null=True)),
                ('suspended_because', models.CharField(blank=True, max_length=300)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('deletion_told_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='OneTimeLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('setup', 'set-up'), ('sign_in', 'sign-in')], max_length=16)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind', 'setup'), ('user__isnull', False), _connector='OR'), name='sign_in_link_has_person')],
            },
        ),
        migrations.CreateModel(
            name='SecondStepRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('due_at', models.DateTimeField()),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('stopped', models.BooleanField(default=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='second_step_requests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user',), name='one_open_second_step_request')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=120)),
                ('prefix', models.CharField(max_length=12)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('site_ids', models.JSONField(blank=True, default=list)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='accounts.account')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('action', models.CharField(max_length=64)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('details', models.JSONField(blank=True, default=dict)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='audit', to='accounts.account')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-at'], name='audit_by_account')],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.EmailField(max_length=254)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handovers', to='accounts.account')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by_leaves', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acceptances', to='accounts.account')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='accounts.terms')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('terms', 'account'), name='terms_accepted_once_an_account')],
            },
        ),
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(max_length=32, unique=True)),
                ('topic', models.CharField(choices=[('reseller', 'Becoming a reseller'), ('rebranding', 'Rebranding: your own name, logo and domain'), ('other', 'Something else')], max_length=16)),
                ('name', models.CharField(max_length=120)),
                ('company', models.CharField(blank=True, max_length=120)),
                ('email', models.EmailField(max_length=254)),
                ('sites', models.PositiveIntegerField(blank=True, null=True)),
                ('message', models.TextField()),
                ('language', models.CharField(max_length=8)),
                ('held', models.CharField(blank=True, choices=[('', 'not held back'), ('trap', 'A field that people do not see was filled in.'), ('fast', 'It was sent faster than anybody types.'), ('links', 'It has many links.')], default='', max_length=8)),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='inquiries', to='accounts.account')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'inquiries',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['held', 'answered_at', '-at'], name='inquiry_by_state')],
            },
        ),
    ]
