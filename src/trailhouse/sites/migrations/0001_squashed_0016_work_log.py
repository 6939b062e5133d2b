"""Sites, clients, people, and what is set for a site, as the migrations that this one replaces leave them."""

import django.core.validators
import django.db.models.deletion
import trailhouse.core.clock
import trailhouse.sites.models.sites
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('sites', '0001_initial'),
        ('sites', '0002_client_invitation_sharedlink_and_more'),
        ('sites', '0003_people_invitation_everywhere'),
        ('sites', '0004_own_script_path'),
        ('sites', '0005_site_offers'),
        ('sites', '0006_site_properties'),
        ('sites', '0007_site_locked_site_stopped'),
        ('sites', '0008_annotations'),
        ('sites', '0009_campaigns'),
        ('sites', '0010_funnels'),
        ('sites', '0011_pages'),
        ('sites', '0012_segments'),
        ('sites', '0013_visitors'),
        ('sites', '0014_brands'),
        ('sites', '0015_domain_shown'),
        ('sites', '0016_work_log'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0006_inquiries'),
        ('branding', '0001_squashed_0002_domain_problems'),
    ]

    operations = [
        migrations.CreateModel(
            name='Salt',
            fields=[
                ('day', models.IntegerField(primary_key=True, serialize=False)),
                ('key', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='RegistryState',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('revision', models.PositiveBigIntegerField(default=0)),
                ('secret', models.BinaryField(max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_registry_state')],
            },
        ),
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('contact', models.CharField(blank=True, max_length=120, verbose_name='contact')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
                ('language', models.CharField(blank=True, max_length=8, verbose_name='language')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clients', to='accounts.account')),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='clients', to='branding.brand')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('account', 'name'), name='client_name_once_an_account')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('domain', models.CharField(max_length=350, verbose_name='domain')),
                ('timezone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('visit_timeout_min', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(240)])),
                ('privacy', models.CharField(choices=[('strict', 'Strict: figures only'), ('visits', 'Visits: pseudonymous visits for one day'), ('recognised', 'Recognised: with consent, across days')], default='visits', max_length=16)),
                ('query_allow', models.JSONField(blank=True, default=list)),
                ('search_param', models.CharField(blank=True, max_length=64)),
                ('exclude_networks', models.JSONField(blank=True, default=list)),
                ('exclude_countries', models.JSONField(blank=True, default=list)),
                ('exclude_paths', models.JSONField(blank=True, default=list)),
                ('tracker', models.JSONField(blank=True, default=dict)),
                ('counts', models.BooleanField(default=True)),
                ('added_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('first_event_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='accounts.account')),
                ('delete_at', models.DateTimeField(blank=True, null=True)),
                ('labels', models.JSONField(blank=True, default=list, verbose_name='labels')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('proved_at', models.DateTimeField(blank=True, null=True)),
                ('public', models.BooleanField(default=False)),
                ('retention_months', models.PositiveSmallIntegerField(default=25, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)])),
                ('staging_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='twins', to='sites.site')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sites', to='sites.client')),
                ('own_path', models.BooleanField(default=False)),
                ('script_host', models.CharField(blank=True, max_length=260)),
                ('properties', models.JSONField(blank=True, default=list)),
                ('locked', models.BooleanField(default=False)),
                ('stopped', models.BooleanField(default=False)),
                ('return_after_hours', models.PositiveSmallIntegerField(default=24, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)])),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sites', to='branding.brand')),
                ('shown_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['domain', 'id'],
                'constraints': [models.UniqueConstraint(fields=('account', 'domain'), name='site_once_an_account'), models.CheckConstraint(condition=models.Q(('visit_timeout_min__range', (5, 240))), name='site_visit_timeout'), models.CheckConstraint(condition=models.Q(('retention_months__range', (1, 120))), name='site_retention'), models.CheckConstraint(condition=models.Q(('return_after_hours__range', (1, 720))), name='site_return_after')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('super', 'Super user'), ('standard', 'Standard user'), ('bookkeeper', 'Bookkeeper')], max_length=16)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.account')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='sites.site')),
                ('may_add_sites', models.BooleanField(default=False)),
                ('sections', models.JSONField(blank=True, default=list)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='sites.client')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'site'), name='one_role_a_site'), models.CheckConstraint(condition=models.Q(('role', 'administrator'), _negated=True), name='administrator_is_the_owner'), models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('created_at')), _connector='OR'), name='membership_ends_after_it_began'), models.UniqueConstraint(condition=models.Q(('client', None), ('site', None)), fields=('user', 'account'), name='one_account_wide_role'), models.UniqueConstraint(fields=('user', 'client'), name='one_role_a_client'), models.CheckConstraint(condition=models.Q(('site', None), ('client', None), _connector='OR'), name='at_a_site_or_at_a_client'), models.CheckConstraint(condition=models.Q(('may_add_sites', False), models.Q(('client', None), ('role', 'super'), ('site', None)), _connector='OR'), name='account_wide_super_users_add_sites'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'bookkeeper'), _negated=True), models.Q(('client', None), ('site', None)), _connector='OR'), name='bookkeeper_is_account_wide')],
            },
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('page', 'a page'), ('event', 'an event'), ('scroll', 'a scroll depth'), ('duration', "a visit's duration")], max_length=16)),
                ('name', models.CharField(max_length=120)),
                ('pattern', models.CharField(max_length=1000)),
                ('value_minor', models.BigIntegerField(blank=True, null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='goals', to='sites.site')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('site', 'name'), name='goal_name_once_a_site'), models.UniqueConstraint(fields=('site', 'kind', 'pattern'), name='goal_once_a_site')],
            },
        ),
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hostname', models.CharField(max_length=253)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='sites.site')),
            ],
            options={
                'ordering': ['hostname'],
                'constraints': [models.UniqueConstraint(fields=('site', 'hostname'), name='alias_once_a_site')],
            },
        ),
        migrations.CreateModel(
            name='SiteKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=trailhouse.sites.models.sites.new_key, max_length=32, unique=True)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='sites.site')),
                ('folder', models.CharField(blank=True, max_length=16, null=True, unique=True)),
                ('file', models.CharField(blank=True, max_length=16)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('expires_at', None)), fields=('site',), name='one_present_key_a_site'), models.CheckConstraint(condition=models.Q(models.Q(('folder', None), ('file', '')), models.Q(('folder__isnull', False), models.Q(('folder', ''), _negated=True), models.Q(('file', ''), _negated=True)), _connector='OR'), name='a_path_has_folder_and_file')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('super', 'Super user'), ('standard', 'Standard user'), ('bookkeeper', 'Bookkeeper')], max_length=16)),
                ('sections', models.JSONField(blank=True, default=list)),
                ('may_add_sites', models.BooleanField(default=False)),
                ('access_ends_at', models.DateTimeField(blank=True, null=True)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.account')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='sites.client')),
                ('sites', models.ManyToManyField(blank=True, related_name='invitations', to='sites.site')),
                ('everywhere', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['-created_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('everywhere', False), ('client', None), _connector='OR'), name='invited_everywhere_or_to_a_client'), models.CheckConstraint(condition=models.Q(('may_add_sites', False), models.Q(('everywhere', True), ('role', 'super')), _connector='OR'), name='invited_to_add_sites_everywhere'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'bookkeeper'), _negated=True), ('everywhere', True), _connector='OR'), name='bookkeeper_is_invited_everywhere')],
            },
        ),
        migrations.CreateModel(
            name='SharedLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('password', models.CharField(blank=True, max_length=128)),
                ('sections', models.JSONField(blank=True, default=list)),
                ('embed', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shared_links', to='sites.site')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('site', 'name'), name='shared_link_name_once_a_site')],
            },
        ),
        migrations.CreateModel(
            name='SiteOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.EmailField(max_length=254)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='sites.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Annotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('text', models.CharField(max_length=200, verbose_name='note')),
                ('internal', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='annotations', to='sites.site')),
                ('kind', models.CharField(choices=[('note', 'Note: what happened'), ('work', 'Work log: what was done for the site')], default='note', max_length=8)),
            ],
            options={
                'ordering': ['-day', '-id'],
                'constraints': [models.UniqueConstraint(fields=('site', 'day', 'text'), name='annotation_once_a_day'), models.CheckConstraint(condition=models.Q(('internal', True), ('kind', 'work'), _negated=True), name='work_is_for_its_readers')],
            },
        ),
        migrations.CreateModel(
            name='CampaignCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('campaign', models.CharField(max_length=200)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('medium', models.CharField(blank=True, max_length=200)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('kind', models.CharField(choices=[('sum', 'in all, over these days'), ('click', 'for each click, that is each visit by the campaign')], default='sum', max_length=8)),
                ('amount_minor', models.BigIntegerField()),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='campaign_costs', to='sites.site')),
            ],
            options={
                'ordering': ['-last_day', 'campaign', 'id'],
                'constraints': [models.UniqueConstraint(fields=('site', 'campaign', 'source', 'medium', 'first_day', 'last_day', 'kind'), name='campaign_cost_once_a_site'), models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='campaign_cost_days_in_order'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0)), name='campaign_cost_not_below_zero')],
            },
        ),
        migrations.CreateModel(
            name='Funnel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('steps', models.JSONField(default=list)),
                ('days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='funnels', to='sites.site')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('site', 'name'), name='funnel_name_once_a_site'), models.CheckConstraint(condition=models.Q(('days', None), ('days__range', (1, 90)), _connector='OR'), name='funnel_days')],
            },
        ),
        migrations.CreateModel(
            name='PageGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('patterns', models.JSONField(default=list)),
                ('position', models.PositiveIntegerField(default=0)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='page_groups', to='sites.site')),
            ],
            options={
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('site', 'name'), name='page_group_name_once_a_site')],
            },
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('description', models.CharField(blank=True, max_length=300)),
                ('groups', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('changed_at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='segments', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='segments', to='sites.site')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('person', None)), fields=('site', 'name'), name='segment_once_a_site'), models.UniqueConstraint(fields=('site', 'person', 'name'), name='segment_once_a_person')],
            },
        ),
        migrations.CreateModel(
            name='VisitorName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor', models.CharField(max_length=16)),
                ('name', models.CharField(max_length=120)),
                ('at', models.DateTimeField(default=trailhouse.core.clock.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visitor_names', to='sites.site')),
            ],
            options={
                'ordering': ['visitor'],
                'constraints': [models.UniqueConstraint(fields=('site', 'visitor'), name='one_name_a_visitor')],
            },
        ),
    ]
