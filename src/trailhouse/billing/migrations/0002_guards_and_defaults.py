"""The database's own guards, the price book and the tax rates that ship."""

from django.db import migrations

from trailhouse.billing import guards, shipped


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunPython(shipped.ship, migrations.RunPython.noop),
        migrations.RunPython(guards.install, guards.remove),
    ]
