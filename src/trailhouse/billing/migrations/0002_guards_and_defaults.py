"""The database's own guards, the price book and the tax rates that ship."""

from django.db import migrations

from trailhouse.billing import guards, tax
from trailhouse.billing.book import DEFAULT_BOOK


def ship(apps, editor):
    Book = apps.get_model("billing", "Book")
    TaxRate = apps.get_model("billing", "TaxRate")
    from datetime import date, datetime, timezone

    if not Book.objects.exists():
        Book.objects.create(
            name="Standard", version=1, currency=DEFAULT_BOOK.currency, content=DEFAULT_BOOK.to_json(),
            valid_from=date(2026, 1, 1), published_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        )
    for rate in tax.shipped_rates():
        TaxRate.objects.get_or_create(
            country=rate.country, region=rate.region, valid_from=rate.valid_from, defaults={"rate": rate.rate}
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunPython(ship, migrations.RunPython.noop),
        migrations.RunPython(guards.install, guards.remove),
    ]
